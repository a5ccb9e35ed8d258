"""The smallest change that turns one payload into another."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.google.finding import refused
from wallet_service.wallets.google.patch import can_merge, can_notify, patch
from wallet_service.wallets.google.rules import check

BEFORE = {
    "id": "1.a",
    "classId": "1.tea",
    "state": "ACTIVE",
    "accountName": "Anna",
    "loyaltyPoints": {"label": "LEAVES", "balance": {"int": 5}},
    "barcode": {"type": "QR_CODE", "value": "1", "alternateText": "one"},
    "textModulesData": [{"id": "a", "body": "A"}, {"id": "b", "body": "B"}],
    "linksModuleData": {"uris": [{"id": "web", "uri": "https://tea.example"}]},
}


def with_points(**balance):
    return {**BEFORE, "loyaltyPoints": {"label": "LEAVES", "balance": balance}}


def test_nothing_changed_is_nothing_to_send():
    assert patch(BEFORE, deepcopy(BEFORE), notify=True) == {}


def test_a_new_balance_is_all_that_is_sent():
    assert patch(BEFORE, with_points(int=6)) == {"loyaltyPoints": {"balance": {"int": 6}}}


def test_the_owner_is_told_only_when_asked():
    change = patch(BEFORE, with_points(int=6), notify=True)
    assert change == {"loyaltyPoints": {"balance": {"int": 6}}, "notifyPreference": "NOTIFY_ON_UPDATE"}


@pytest.mark.parametrize(
    "after", [{**BEFORE, "accountName": "Anya"}, {**BEFORE, "loyaltyPoints": {"label": "TEA", "balance": {"int": 5}}}]
)
def test_a_change_that_google_tells_nobody_of_asks_for_nothing(after):
    assert "notifyPreference" not in patch(BEFORE, after, notify=True)


def test_a_balance_of_another_kind_takes_the_place_of_the_old_one():
    assert patch(BEFORE, with_points(string="3000000000")) == {"loyaltyPoints": {"balance": {"string": "3000000000"}}}


def test_a_list_is_sent_whole():
    after = {**BEFORE, "textModulesData": [{"id": "a", "body": "A"}, {"id": "b", "body": "C"}]}
    assert patch(BEFORE, after) == {"textModulesData": after["textModulesData"]}


def test_a_text_or_a_list_that_is_gone_is_sent_empty():
    after = {key: BEFORE[key] for key in ("id", "classId", "state", "loyaltyPoints")}
    after["barcode"] = {"type": "QR_CODE", "value": "1"}
    assert can_merge(BEFORE, after)
    assert patch(BEFORE, after) == {
        "barcode": {"alternateText": ""},
        "accountName": "",
        "textModulesData": [],
        "linksModuleData": {"uris": []},
    }


@pytest.mark.parametrize("key", ["barcode", "loyaltyPoints"])
def test_an_object_that_is_gone_cannot_be_merged_away(key):
    after = {name: value for name, value in BEFORE.items() if name != key}
    assert not can_merge(BEFORE, after)
    assert patch(BEFORE, after) == {}


def test_an_image_within_an_object_cannot_be_merged_away():
    uri = {"uri": "https://cards.example.com/images/0.png"}
    assert not can_merge({"heroImage": {"sourceUri": uri}}, {"heroImage": {"privateImageId": "1"}})


def test_what_is_new_is_sent():
    assert patch({"id": "1.a"}, {"id": "1.a", "barcode": BEFORE["barcode"]}) == {"barcode": BEFORE["barcode"]}


def test_another_class_is_a_change_like_any_other():
    assert patch(BEFORE, {**BEFORE, "classId": "1.gold"}) == {"classId": "1.gold"}


def test_a_class_asks_for_its_review_with_every_change():
    before = {"id": "1.a", "reviewStatus": "UNDER_REVIEW", "programName": "Tea"}
    assert patch(before, {**before}) == {}
    assert patch(before, {**before, "programName": "Coffee"}, notify=True) == {
        "programName": "Coffee",
        "reviewStatus": "UNDER_REVIEW",
        "notifyPreference": "NOTIFY_ON_UPDATE",
    }


def test_google_tells_of_balances_and_of_a_programmes_name():
    assert can_notify({"secondaryLoyaltyPoints": {"balance": {"int": 1}}})
    assert can_notify({"rewardsTier": "Gold"})
    assert not can_notify({"secondaryLoyaltyPoints": {"label": "A"}})
    assert not can_notify({})


WORD = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=3)
MODULE = st.fixed_dictionaries({"id": WORD, "body": WORD})
BALANCE = st.one_of(st.builds(lambda n: {"int": n}, st.integers(0, 9)), st.builds(lambda text: {"string": text}, WORD))
OBJECTS = st.fixed_dictionaries(
    {"id": st.just("1.a"), "classId": st.sampled_from(["1.tea", "1.gold"]), "state": st.sampled_from(["ACTIVE", "INACTIVE"])},
    optional={
        "accountName": WORD,
        "loyaltyPoints": st.fixed_dictionaries({"balance": BALANCE}, optional={"label": WORD}),
        "barcode": st.fixed_dictionaries({"type": st.just("QR_CODE"), "value": WORD}, optional={"alternateText": WORD}),
        "textModulesData": st.lists(MODULE, min_size=1, max_size=3),
        "linksModuleData": st.just({"uris": [{"uri": "https://tea.example"}]}),
    },
)  # fmt: skip


def merged(old, change, key=""):
    """As Google merges: objects key by key, everything else whole."""
    if not (isinstance(old, dict) and isinstance(change, dict)) or key == "balance":
        return change
    return {**old, **{name: merged(old.get(name), value, name) for name, value in change.items()}}


def said(payload):
    """A payload without what is empty, which Google does not tell from what was never set."""
    if not isinstance(payload, dict):
        return payload
    inner = {key: said(value) for key, value in payload.items()}
    return {key: value for key, value in inner.items() if value not in ("", [], {})}


@given(OBJECTS, OBJECTS)
def test_a_patch_merged_is_the_new_payload(before, after):
    gone = before.keys() - after.keys()
    assert can_merge(before, after) == (not gone & {"barcode", "loyaltyPoints"})
    found = merged(before, patch(before, after))
    assert refused(check("LoyaltyObject", found)) is False
    if can_merge(before, after):
        assert said(found) == after
