"""What APNs says and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.retry_after import LONGEST_PAUSE
from wallet_service.wallets.apple.push.seam import Push, PushOutcome
from wallet_service.wallets.apple.push.verdict import OUTCOME_OF_REASON, judge, reason_in

ANNAS_PHONE = Push("ab" * 32, "pass.com.example.burger-heroes")

TABLE = [
    (200, b"", PushOutcome.ACCEPTED, None),
    (410, b'{"reason":"Unregistered","timestamp":1700000000123}', PushOutcome.DEAD_TOKEN, "Unregistered"),
    (410, b'{"reason":"ExpiredToken"}', PushOutcome.DEAD_TOKEN, "ExpiredToken"),
    (400, b'{"reason":"BadDeviceToken"}', PushOutcome.DEAD_TOKEN, "BadDeviceToken"),
    (400, b'{"reason":"DeviceTokenNotForTopic"}', PushOutcome.REJECTED, "DeviceTokenNotForTopic"),
    (400, b'{"reason":"IdleTimeout"}', PushOutcome.UNAVAILABLE, "IdleTimeout"),
    (403, b'{"reason":"BadCertificate"}', PushOutcome.REJECTED, "BadCertificate"),
    (403, b'{"reason":"BadCertificateEnvironment"}', PushOutcome.REJECTED, "BadCertificateEnvironment"),
    (403, b'{"reason":"Forbidden"}', PushOutcome.REJECTED, "Forbidden"),
    (404, b'{"reason":"BadPath"}', PushOutcome.REJECTED, "BadPath"),
    (413, b'{"reason":"PayloadTooLarge"}', PushOutcome.REJECTED, "PayloadTooLarge"),
    (429, b'{"reason":"TooManyRequests"}', PushOutcome.THROTTLED, "TooManyRequests"),
    (500, b'{"reason":"InternalServerError"}', PushOutcome.UNAVAILABLE, "InternalServerError"),
    (503, b'{"reason":"Shutdown"}', PushOutcome.UNAVAILABLE, "Shutdown"),
    (400, b'{"reason":"NewInvention"}', PushOutcome.REJECTED, "NewInvention"),
    (410, b"<html>gone</html>", PushOutcome.DEAD_TOKEN, None),
    (429, b"", PushOutcome.THROTTLED, None),
    (500, b"<html>oops</html>", PushOutcome.UNAVAILABLE, None),
    (502, b"\xff\xfe", PushOutcome.UNAVAILABLE, None),
    (302, b"", PushOutcome.REJECTED, None),
    (400, b'["BadDeviceToken"]', PushOutcome.REJECTED, None),
    (400, b'{"reason":7}', PushOutcome.REJECTED, None),
]


@pytest.mark.parametrize(("status", "body", "outcome", "reason"), TABLE)
def test_each_answer_has_its_meaning(status: int, body: bytes, outcome: PushOutcome, reason: str | None) -> None:
    verdict = judge(ANNAS_PHONE, status, body)
    assert (verdict.push, verdict.outcome, verdict.status, verdict.reason) == (ANNAS_PHONE, outcome, status, reason)


def test_a_gone_token_carries_the_moment_of_its_death() -> None:
    assert judge(ANNAS_PHONE, 410, b'{"reason":"Unregistered","timestamp":1700000000123}').timestamp == 1700000000123


@pytest.mark.parametrize("timestamp", [b'"1700000000123"', b"true", b"1.5", b"null"])
def test_a_moment_that_is_no_whole_number_is_none(timestamp: bytes) -> None:
    assert judge(ANNAS_PHONE, 410, b'{"reason":"Unregistered","timestamp":%b}' % timestamp).timestamp is None


def test_only_a_gone_token_has_a_moment() -> None:
    assert judge(ANNAS_PHONE, 400, b'{"reason":"BadDeviceToken","timestamp":1700000000123}').timestamp is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(b"30", 30.0), (b"0", 0.0), (None, None), (b"-1", None), (b"", None), (b"9" * 30, LONGEST_PAUSE)],
)
def test_retry_after_is_read_in_seconds(header: bytes | None, seconds: float | None) -> None:
    assert judge(ANNAS_PHONE, 503, b"", header).retry_after == seconds


def test_retry_after_as_a_date_is_left_to_our_own_back_off() -> None:
    assert judge(ANNAS_PHONE, 503, b"", b"Sun, 22 Nov 2026 12:00:00 GMT").retry_after is None


@given(st.integers(100, 599), st.binary(max_size=60), st.none() | st.binary(max_size=10))
def test_no_answer_is_too_strange_for_a_verdict(status: int, body: bytes, retry_after: bytes | None) -> None:
    accepted = judge(ANNAS_PHONE, status, body, retry_after).outcome is PushOutcome.ACCEPTED
    assert accepted == (status == 200)


def test_a_reason_is_found_in_the_debug_data_of_a_goaway() -> None:
    assert reason_in(b'{"reason":"BadCertificate"}') == "BadCertificate"
    assert reason_in(b"too_many_pings") is None


def test_the_table_never_calls_a_refusal_accepted() -> None:
    assert PushOutcome.ACCEPTED not in OUTCOME_OF_REASON.values()
