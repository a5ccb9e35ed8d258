"""How the simulated Google keeps classes and objects: review, states, notices, holders; and its limits."""

from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.google_world import CLASS_ID, ISSUER, NOON, OBJECT_ID, loyalty_class, loyalty_object
from wallet_service.simulators.google_journal import peak_per_second
from wallet_service.simulators.google_kinds import KINDS
from wallet_service.simulators.google_limits import Bucket
from wallet_service.simulators.google_shelf import Holder, Shelf
from wallet_service.simulators.google_wire import GoogleRefusal

CLASS, OBJECT = KINDS["loyaltyClass"], KINDS["loyaltyObject"]
ANNA = Holder("anna", "pixel")


@pytest.fixture
def shelf() -> Shelf:
    """A class with Anna's object, which her phone holds."""
    shelf = Shelf()
    shelf.insert(CLASS, loyalty_class())
    shelf.insert(OBJECT, loyalty_object())
    shelf.hold(OBJECT_ID, ANNA)
    return shelf


def loud(points: int) -> dict[str, Any]:
    return {"loyaltyPoints": {"balance": {"int": points}}, "notifyPreference": "NOTIFY_ON_UPDATE"}


SHOUT = {"header": "Two for one", "body": "Today", "messageType": "TEXT_AND_NOTIFY"}


def test_a_class_under_review_is_approved_unless_google_dislikes_it():
    shelf = Shelf(rejected={CLASS_ID})
    shelf.insert(CLASS, loyalty_class())
    assert shelf.get(CLASS, CLASS_ID, NOON)["reviewStatus"] == "REJECTED"
    with pytest.raises(GoogleRefusal, match="not approved"):
        shelf.insert(OBJECT, loyalty_object())


@pytest.mark.parametrize("status", ["APPROVED", "REJECTED", "REVIEW_STATUS_UNSPECIFIED"])
def test_an_issuer_may_not_approve_of_itself(status):
    with pytest.raises(GoogleRefusal, match="Invalid review status"):
        Shelf().insert(CLASS, loyalty_class(reviewStatus=status))


def test_a_draft_has_no_objects_and_is_left_for_ever():
    shelf = Shelf()
    shelf.insert(CLASS, loyalty_class(reviewStatus="DRAFT"))
    with pytest.raises(GoogleRefusal, match="not approved"):
        shelf.insert(OBJECT, loyalty_object())
    shelf.patch(CLASS, CLASS_ID, {"programName": "Still a draft", "reviewStatus": "DRAFT"}, NOON)
    shelf.patch(CLASS, CLASS_ID, {"reviewStatus": "UNDER_REVIEW"}, NOON)
    with pytest.raises(GoogleRefusal, match="Invalid review status"):
        shelf.patch(CLASS, CLASS_ID, {"reviewStatus": "DRAFT"}, NOON)


def test_a_patch_of_an_approved_class_asks_for_review_again(shelf: Shelf):
    with pytest.raises(GoogleRefusal, match="Invalid review status"):
        shelf.patch(CLASS, CLASS_ID, {"programName": "New"}, NOON)
    shelf.patch(CLASS, CLASS_ID, {"programName": "New", "reviewStatus": "UNDER_REVIEW"}, NOON)
    assert shelf.get(CLASS, CLASS_ID, NOON)["programName"] == "New"


@pytest.mark.parametrize("end", ["2026-11-22T12:00:00Z", "2026-11-22T12:00:00"])
def test_a_card_expires_at_the_end_of_its_time_and_not_before(shelf: Shelf, end):
    shelf.patch(OBJECT, OBJECT_ID, {"validTimeInterval": {"end": {"date": end}}}, NOON)
    assert shelf.get(OBJECT, OBJECT_ID, NOON - timedelta(seconds=1))["state"] == "ACTIVE"
    assert shelf.get(OBJECT, OBJECT_ID, NOON)["state"] == "EXPIRED"


@pytest.mark.parametrize("state", ["COMPLETED", "EXPIRED", "INACTIVE"])
def test_a_state_goes_and_comes_back(shelf: Shelf, state):
    shelf.patch(OBJECT, OBJECT_ID, {"state": state}, NOON)
    assert shelf.get(OBJECT, OBJECT_ID, NOON)["state"] == state
    shelf.patch(OBJECT, OBJECT_ID, {"state": "ACTIVE"}, NOON)
    assert shelf.get(OBJECT, OBJECT_ID, NOON)["state"] == "ACTIVE"


def test_a_card_moves_to_the_class_of_another_tier(shelf: Shelf):
    shelf.insert(CLASS, loyalty_class(id=f"{ISSUER}.gold", rewardsTier="Gold"))
    shelf.patch(OBJECT, OBJECT_ID, {"classId": f"{ISSUER}.gold"}, NOON)
    assert shelf.get(OBJECT, OBJECT_ID, NOON)["classReference"]["rewardsTier"] == "Gold"


def test_a_changed_balance_notifies_only_when_the_same_request_asks_for_it(shelf: Shelf):
    shelf.patch(OBJECT, OBJECT_ID, loud(400), NOON)
    shelf.patch(OBJECT, OBJECT_ID, {"loyaltyPoints": {"balance": {"int": 500}}}, NOON)
    shelf.patch(OBJECT, OBJECT_ID, loud(500), NOON)  # nothing changes
    shelf.patch(OBJECT, OBJECT_ID, {"accountName": "Anna", "notifyPreference": "NOTIFY_ON_UPDATE"}, NOON)
    assert [(notice.kind, notice.text) for notice in shelf.notices] == [("update", "400")]
    assert "notifyPreference" not in shelf.get(OBJECT, OBJECT_ID, NOON)


def test_what_google_sets_cannot_be_sent(shelf: Shelf):
    shelf.patch(OBJECT, OBJECT_ID, {"hasUsers": False, "classReference": {"id": "1.x"}}, NOON)
    shown = shelf.get(OBJECT, OBJECT_ID, NOON)
    assert (shown["hasUsers"], shown["classReference"]["id"]) == (True, CLASS_ID)


def test_the_fourth_notice_of_a_day_is_refused_whole_and_a_silent_one_taken(shelf: Shelf):
    for points in (1, 2, 3):
        shelf.patch(OBJECT, OBJECT_ID, loud(points), NOON)
    with pytest.raises(GoogleRefusal) as refused:
        shelf.patch(OBJECT, OBJECT_ID, loud(4), NOON + timedelta(hours=23))
    assert (refused.value.status, refused.value.reason) == (429, "quotaExceeded")
    assert shelf.get(OBJECT, OBJECT_ID, NOON)["loyaltyPoints"]["balance"] == {"int": 3}
    shelf.patch(OBJECT, OBJECT_ID, {"loyaltyPoints": {"balance": {"int": 4}}}, NOON)
    shelf.patch(OBJECT, OBJECT_ID, loud(5), NOON + timedelta(hours=24))
    assert len(shelf.notices) == 4


def test_messages_are_counted_apart_from_updates(shelf: Shelf):
    for points in (1, 2, 3):
        shelf.patch(OBJECT, OBJECT_ID, loud(points), NOON)
        shelf.add_message(OBJECT, OBJECT_ID, SHOUT, NOON)
    with pytest.raises(GoogleRefusal, match="quota"):
        shelf.add_message(OBJECT, OBJECT_ID, SHOUT, NOON)
    shelf.add_message(OBJECT, OBJECT_ID, {**SHOUT, "messageType": "TEXT"}, NOON)
    assert len(shelf.get(OBJECT, OBJECT_ID, NOON)["messages"]) == 4
    assert len(shelf.notices) == 6


def test_ten_messages_are_kept_and_no_more(shelf: Shelf):
    for _ in range(10):
        shelf.add_message(OBJECT, OBJECT_ID, {"header": "Hello"}, NOON)
    with pytest.raises(GoogleRefusal, match="at most 10"):
        shelf.add_message(OBJECT, OBJECT_ID, {"header": "Hello"}, NOON)


def test_a_message_to_the_class_reaches_every_holder_who_had_not_enough_today(shelf: Shelf):
    shelf.insert(OBJECT, loyalty_object(id=f"{ISSUER}.boris"))
    shelf.insert(OBJECT, loyalty_object(id=f"{ISSUER}.nobodys"))
    shelf.hold(f"{ISSUER}.boris", Holder("boris", "galaxy"))
    for _ in range(3):
        shelf.add_message(OBJECT, OBJECT_ID, SHOUT, NOON)
    shelf.notices.clear()
    shelf.add_message(CLASS, CLASS_ID, SHOUT, NOON)
    assert [(notice.object_id, notice.text) for notice in shelf.notices] == [(f"{ISSUER}.boris", "Two for one")]


def test_a_card_nobody_saved_notifies_nobody(shelf: Shelf):
    shelf.holders[OBJECT_ID].clear()
    shelf.patch(OBJECT, OBJECT_ID, loud(1), NOON)
    assert shelf.notices == []


@pytest.mark.parametrize(
    ("status", "newcomer", "is_welcome"),
    [
        ("MULTIPLE_HOLDERS", Holder("boris", "galaxy"), True),
        (None, Holder("boris", "galaxy"), True),
        ("ONE_USER_ALL_DEVICES", Holder("boris", "galaxy"), False),
        ("ONE_USER_ALL_DEVICES", Holder("anna", "tablet"), True),
        ("ONE_USER_ONE_DEVICE", Holder("anna", "tablet"), False),
        ("ONE_USER_ONE_DEVICE", ANNA, True),
    ],
)
def test_the_class_says_who_may_hold_the_card_too(status, newcomer, is_welcome):
    shelf = Shelf()
    shelf.insert(CLASS, loyalty_class(**({"multipleDevicesAndHoldersAllowedStatus": status} if status else {})))
    shelf.insert(OBJECT, loyalty_object())
    shelf.hold(OBJECT_ID, ANNA)
    if is_welcome:
        shelf.hold(OBJECT_ID, newcomer)
    else:
        with pytest.raises(GoogleRefusal, match="somebody else"):
            shelf.hold(OBJECT_ID, newcomer)
    assert (newcomer in shelf.holders[OBJECT_ID]) is is_welcome


def test_a_bucket_gives_its_burst_and_then_its_rate():
    bucket = Bucket(20)
    for _ in range(20):
        bucket.take(NOON)
    with pytest.raises(GoogleRefusal) as refused:
        bucket.take(NOON + timedelta(milliseconds=49))
    assert (refused.value.status, refused.value.reason) == (429, "rateLimitExceeded")
    bucket.take(NOON + timedelta(milliseconds=51))
    for second in range(1, 5):
        bucket.take(NOON + timedelta(seconds=second))


@pytest.mark.parametrize(
    ("offsets", "peak"),
    [([], 0), ([0], 1), ([0, 500, 999], 3), ([0, 500, 1000], 2), ([0, 999, 1000, 1998], 3), ([0, 0, 5000], 2)],
)
def test_the_peak_is_the_densest_second(offsets, peak):
    assert peak_per_second(NOON + timedelta(milliseconds=offset) for offset in offsets) == peak
