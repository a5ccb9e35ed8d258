"""What an answer of FCM means: every row of the tables."""

from typing import Any

import orjson
import pytest

from wallet_service.channels.fcm_verdict import (
    BAD_REQUEST,
    FCM_ERROR,
    Verdict,
    doubt,
    judge,
    judge_silence,
)
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown


def said(*details: Any) -> bytes:
    return orjson.dumps({"error": {"code": 0, "details": list(details)}})


def code(name: str) -> dict[str, Any]:
    return {"@type": FCM_ERROR, "errorCode": name}


def blame(*fields: str) -> dict[str, Any]:
    return {"@type": BAD_REQUEST, "fieldViolations": [{"field": field} for field in fields]}


@pytest.mark.parametrize(
    ("status", "body", "outcome", "hold"),
    [
        (404, said(code("UNREGISTERED")), Dead(None), 0),
        (403, said(code("SENDER_ID_MISMATCH")), Dead(None), 0),
        (400, said(code("INVALID_ARGUMENT")), Dead(None), 0),
        (400, said(code("INVALID_ARGUMENT"), blame("message.token")), Dead(None), 0),
        (400, said(blame("message.fid"), code("INVALID_ARGUMENT")), Dead(None), 0),
        (400, said(code("INVALID_ARGUMENT"), blame("message.data")), Refused("INVALID_ARGUMENT: message.data"), 0),
        (
            400,
            said(code("INVALID_ARGUMENT"), blame("message.token", "message.android.ttl")),
            Refused("INVALID_ARGUMENT: message.android.ttl, message.token"),
            0,
        ),
        (400, said(blame("message.token")), Refused("400"), 0),
        (400, b"", Refused("400"), 0),
        (401, said(code("THIRD_PARTY_AUTH_ERROR")), Refused("THIRD_PARTY_AUTH_ERROR"), 0),
        (401, said(code("APNS_AUTH_ERROR")), Refused("APNS_AUTH_ERROR"), 0),
        (401, said(), TryLater(10, "401"), 0),
        (403, said(), Refused("403"), 0),
        (404, said(), Refused("404"), 0),
        (404, b"<html>", Refused("404"), 0),
        (413, b"", Refused("413"), 0),
        (429, said(code("QUOTA_EXCEEDED")), TryLater(60, "QUOTA_EXCEEDED"), 60),
        (429, b"", TryLater(60, "429"), 60),
        (500, said(code("INTERNAL")), TryLater(10, "INTERNAL"), 0),
        (503, said(code("UNAVAILABLE")), TryLater(10, "UNAVAILABLE"), 0),
        (502, b"<html>", TryLater(10, "502"), 0),
        (400, said(code("SOMETHING_NEW")), Refused("SOMETHING_NEW"), 0),
        (599, said(code("SOMETHING_NEW")), TryLater(10, "SOMETHING_NEW"), 0),
    ],
)
def test_every_answer_means_one_thing(status: int, body: bytes, outcome: Outcome, hold: float) -> None:
    verdict = judge(status, body)
    assert (verdict.outcome, verdict.hold_s) == (outcome, hold)


@pytest.mark.parametrize(("status", "name"), [(429, "QUOTA_EXCEEDED"), (503, "UNAVAILABLE"), (500, "INTERNAL")])
def test_whoever_names_a_time_is_obeyed_by_the_whole_project(status: int, name: str) -> None:
    assert judge(status, said(code(name)), 7.0) == Verdict(TryLater(7.0, name), name, 7.0)


def test_a_wait_of_nothing_is_nothing() -> None:
    assert judge(429, b"", 0.0) == Verdict(TryLater(0.0, "429"), "429", 0.0)


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"x"', b'{"error":3}', b'{"error":{}}', b'{"error":{"details":{}}}', b'{"error":{"details":[1,null]}}'],
)
def test_an_answer_that_is_not_googles_is_judged_by_its_status(body: bytes) -> None:
    assert judge(400, body).outcome == Refused("400")


@pytest.mark.parametrize(
    ("violations", "blamed"),
    [
        ([{"description": "no field"}], "None"),
        (["odd"], "?"),
        ([None], "?"),
        ("odd", "?"),
        (3, "?"),
        ({"field": "message.data"}, "message.data"),
    ],
    ids=str,
)
def test_odd_violations_are_no_excuse_to_forget_an_address(violations: Any, blamed: str) -> None:
    odd = {"@type": BAD_REQUEST, "fieldViolations": violations}
    assert judge(400, said(code("INVALID_ARGUMENT"), odd)).outcome == Refused(f"INVALID_ARGUMENT: {blamed}")


@pytest.mark.parametrize("nothing", [{}, {"fieldViolations": None}, {"fieldViolations": []}], ids=str)
def test_who_blames_nobody_blames_the_address(nothing: dict[str, Any]) -> None:
    assert judge(400, said(code("INVALID_ARGUMENT"), {"@type": BAD_REQUEST, **nothing})).outcome == Dead(None)


@pytest.mark.parametrize("failure", ["ConnectError", "ConnectTimeout", "PoolTimeout"])
def test_what_never_left_may_be_sent_later(failure: str) -> None:
    assert judge_silence(failure).outcome == TryLater(10.0, failure)


@pytest.mark.parametrize("failure", ["ReadTimeout", "WriteTimeout", "ReadError", "RemoteProtocolError", "Surprise"])
def test_what_left_without_an_answer_is_unknown(failure: str) -> None:
    assert judge_silence(failure).outcome == Unknown(failure)


DELIVERED = Verdict(Delivered())
MISMATCH = judge(403, said(code("SENDER_ID_MISMATCH")))
UNREGISTERED = judge(404, said(code("UNREGISTERED")))


def test_most_of_a_batch_at_the_wrong_project_is_our_mistake() -> None:
    verdicts = doubt([MISMATCH] * 11 + [UNREGISTERED] + [DELIVERED] * 8)
    assert [type(verdict.outcome) for verdict in verdicts] == [Refused] * 11 + [Dead] + [Delivered] * 8


def test_a_mismatch_alone_is_not_believed() -> None:
    assert [type(verdict.outcome) for verdict in doubt([MISMATCH, UNREGISTERED])] == [Refused, Dead]


@pytest.mark.parametrize(
    "verdicts",
    [[MISMATCH] * 9 + [DELIVERED] * 10, [MISMATCH] * 10 + [DELIVERED] * 10, [UNREGISTERED] * 40, []],
    ids=["few", "half", "honestly gone", "none"],
)
def test_a_batch_is_believed_otherwise(verdicts: list[Verdict]) -> None:
    assert list(doubt(verdicts)) == verdicts
