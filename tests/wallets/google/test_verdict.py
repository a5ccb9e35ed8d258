"""What each answer of Google means, and what becomes of it."""

from dataclasses import astuple

import orjson
import pytest

from wallet_service.outcomes import Delivered, Refused, TryLater, Unknown
from wallet_service.retry_after import LONGEST_PAUSE
from wallet_service.wallets.google.verdict import (
    AlreadyThere,
    Answer,
    Done,
    Malformed,
    NoSuchClass,
    NoSuchObject,
    NotAllowed,
    NotificationQuotaExceeded,
    RateExceeded,
    TokenStale,
    Trouble,
    full_jitter,
    judge,
    outcome_of,
)


def refusal(code, reason="", message="", **more):
    entry = {"message": message, "domain": "walletobjects", "reason": reason}
    return Answer(code, orjson.dumps({"error": {"code": code, "message": message, "errors": [entry], **more}}))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, b'{"id":"1.a"}'), Done),
        (Answer(200), Done),
        (Answer(204, b"[]"), Done),
        (refusal(400, "invalid", "Invalid resource ID"), Malformed),
        (refusal(401, "authError"), TokenStale),
        (refusal(403, "permissionDenied", "The service account is no user of the issuer"), NotAllowed),
        (refusal(403, "insufficientPermissions"), NotAllowed),
        (refusal(403, "accessNotConfigured", "Google Wallet API has not been used in project 1"), NotAllowed),
        (refusal(403, "rateLimitExceeded"), RateExceeded),
        (refusal(403, "forbidden", "Quota exceeded for quota metric 'Requests'"), RateExceeded),
        (refusal(403, "quotaExceeded", "QuotaExceededException"), NotificationQuotaExceeded),
        (refusal(429, "rateLimitExceeded"), RateExceeded),
        (refusal(429, "", "", status="RESOURCE_EXHAUSTED"), RateExceeded),
        (refusal(429, "quotaExceeded", "Notification quota of this pass"), NotificationQuotaExceeded),
        (refusal(429, "", "", details=[{"reason": "NOTIFICATION_QUOTA"}]), NotificationQuotaExceeded),
        (Answer(429, b"<html>slow down</html>"), RateExceeded),
        (refusal(404, "resourceNotFound", "LoyaltyObject not found: 1.class.notification"), NoSuchObject),
        (refusal(404, "classNotFound", "LoyaltyClass not found: 1.a"), NoSuchClass),
        (refusal(404, "notFound", "Class not found"), NoSuchClass),
        (Answer(404, b"<html>"), NoSuchObject),
        (refusal(409, "existingResource"), AlreadyThere),
        (refusal(409, "aborted", "Concurrent modification"), Trouble),
        (Answer(408), Trouble),
        (Answer(413), Malformed),
        (Answer(302), Trouble),
        (Answer(500), Trouble),
        (Answer(502, b"<html>"), Trouble),
        (Answer(599, b'{"error":{"errors":7,"message":7}}'), Trouble),
        (Answer(503, b'{"error":"unavailable"}'), Trouble),
    ],
)
def test_an_answer_means_what_google_says_it_does(answer, kind):
    assert type(judge(answer)) is kind


def test_a_success_carries_what_was_answered():
    assert judge(Answer(200, b'{"id":"1.a"}')) == Done({"id": "1.a"})


def test_a_refusal_keeps_googles_words_for_people_and_no_more_than_a_page_needs():
    assert judge(refusal(400, "invalid", "Bad id")) == Malformed("400 invalid: Bad id")
    assert judge(Answer(400)) == Malformed("400")
    assert len(astuple(judge(refusal(400, "invalid", "x" * 5000)))[0]) == 300


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("Fri, 31 Dec 2027 23:59:59 GMT", None), ("²", None), ("9" * 30, LONGEST_PAUSE)]
)
def test_seconds_that_google_names_are_kept_and_dates_are_not(header, seconds):
    assert judge(Answer(503, b"", header)) == Trouble("503", seconds=seconds)
    assert judge(Answer(429, b"", header)) == RateExceeded("429", seconds)


def test_a_conflict_of_two_writers_has_done_nothing():
    assert judge(refusal(409, "aborted")) == Trouble("409 aborted", arrived=False)


def test_the_pause_doubles_up_to_a_minute_and_is_anything_below():
    assert [full_jitter(attempt, 1.0) for attempt in (1, 2, 3, 6, 7, 8, 5000)] == [1, 2, 4, 32, 60, 60, 60]
    assert full_jitter(3, 0.25) == 1.0


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Done({}), Delivered()),
        (Malformed("no"), Refused("no")),
        (NotAllowed("no"), TryLater(300.0, "no")),
        (TokenStale("no"), TryLater(300.0, "no")),
        (RateExceeded("no"), TryLater(2.0, "no")),
        (RateExceeded("no", 9.0), TryLater(9.0, "no")),
        (Trouble("no"), Unknown("no")),
        (Trouble("no", arrived=False), TryLater(2.0, "no")),
        (Trouble("no", seconds=1.0), TryLater(2.0, "no")),
        (AlreadyThere("no"), TryLater(2.0, "no")),
        (NoSuchObject("no"), TryLater(2.0, "no")),
        (NoSuchClass("no"), TryLater(2.0, "no")),
        (NotificationQuotaExceeded("no"), TryLater(2.0, "no")),
    ],
)
def test_every_verdict_has_its_outcome(verdict, outcome):
    assert outcome_of(verdict, pause=2.0) == outcome
