"""How an object follows its card, step by step: what is said, what is said next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cards.template_maker import tea
from tests.wallets.google.office import card
from tests.wallets.google.tea_cards import faces, style_of, top
from wallet_service.wallets.google.calls import Call
from wallet_service.wallets.google.changes import (
    Step,
    can_merge,
    change,
    change_silently,
    first_step,
    insert,
    look,
    next_step,
    put,
    whole,
)
from wallet_service.wallets.google.finding import refused
from wallet_service.wallets.google.rules import check
from wallet_service.wallets.google.verdict import (
    AlreadyThere,
    Done,
    Malformed,
    NoSuchClass,
    NoSuchObject,
    NotificationQuotaExceeded,
    TokenStale,
    Trouble,
    Verdict,
)

CODED, PLAIN = tea(), tea(top(barcodes=[]))
STYLE = style_of(faces(CODED))


def test_a_card_begins_with_a_change_and_is_told_of_where_that_is_wished():
    wished = card(7, notify=True)
    assert first_step(STYLE, wished) is change
    told, silent = change(STYLE, wished), change_silently(STYLE, wished)
    assert told.body == {**(silent.body or {}), "notifyPreference": "NOTIFY_ON_UPDATE"}
    assert change(STYLE, card(7)) == silent


def test_a_card_that_has_lost_its_code_is_looked_at_first():
    coded, plain = faces(CODED)[0], faces(PLAIN)[0]
    assert first_step(STYLE, card(7, PLAIN, formerly=coded)) is look
    assert first_step(STYLE, card(7, CODED, formerly=plain)) is change
    assert first_step(STYLE, card(7, PLAIN, formerly=plain)) is change
    assert look(STYLE, card()).method == "GET"


@pytest.mark.parametrize(
    ("step", "verdict", "following"),
    [
        (change, NoSuchObject("404"), insert),
        (look, NoSuchObject("404"), insert),
        (change, NotificationQuotaExceeded("429"), change_silently),
        (change, TokenStale("401"), change),
        (insert, TokenStale("401"), insert),
        (insert, NoSuchClass("404"), insert),
        (change, Done({}), None),
        (insert, AlreadyThere("409"), None),
        (change, Malformed("400"), None),
        (look, Trouble("500"), None),
    ],
    ids=lambda each: getattr(each, "__name__", type(each).__name__),
)
def test_the_answer_says_whether_there_is_another_step(step: Step, verdict: Verdict, following: Step | None):
    assert next_step(step, verdict) is following


def test_what_was_looked_at_is_put_anew_with_its_messages():
    following = next_step(look, Done({"messages": [{"id": "m1"}], "barcode": {"value": "1"}}))
    assert following is not None
    made = following(STYLE, card(7, PLAIN, notify=True))
    assert made.method == "PUT"
    assert made.body is not None
    assert made.body["messages"] == [{"id": "m1"}]
    assert made.body.keys().isdisjoint({"barcode", "notifyPreference"})


def test_nothing_is_put_beside_where_there_are_no_messages():
    assert put("loyaltyObject", {"id": "1.a"}, {}) == Call(
        "PUT", "/walletobjects/v1/loyaltyObject/1.a?fields=id&prettyPrint=false", {"id": "1.a"}
    )


def test_a_class_cannot_merge_an_image_or_a_translation_away():
    plain = {"id": "1.a", "programName": "Tea"}
    assert can_merge("loyaltyClass", plain, plain | {"heroImage": {}})
    for part in ("heroImage", "wideProgramLogo", "localizedProgramName"):
        assert not can_merge("loyaltyClass", plain | {part: {}}, plain)


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
def test_a_change_merged_is_the_new_payload(before, after):
    gone = before.keys() - after.keys()
    mergeable = can_merge("loyaltyObject", before, after)
    assert mergeable == (not gone & {"barcode", "loyaltyPoints"})
    found = merged(before, whole("loyaltyObject", after))
    assert refused(check("LoyaltyObject", found)) is False
    if mergeable:
        assert said(found) == after
