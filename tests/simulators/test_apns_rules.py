"""What APNs demands of a request: the table of complaints."""

import pytest

from tests.simulators.apns_client import TOKEN, TOPIC, Fields, push_fields
from wallet_service.simulators.apns_rules import Request, refusal_of
from wallet_service.simulators.apns_script import Answer


def verdict(fields: Fields, payload: bytes = b"{}", uid: str | None = TOPIC) -> Answer | None:
    return refusal_of(Request(fields, payload, uid))


@pytest.mark.parametrize(
    "fields",
    [
        push_fields(),
        push_fields(token="0A" * 32),
        push_fields(token="0a" * 100),
        push_fields(apns_push_type="", apns_priority=""),
        push_fields(apns_push_type="alert", apns_priority="10"),
        push_fields(apns_expiration="0"),
        push_fields(apns_expiration="1900000000"),
        push_fields(apns_collapse_id="x" * 64),
        push_fields(apns_id="123e4567-e89b-12d3-a456-42665544000a"),
    ],
)
def test_a_good_push_draws_no_complaint(fields: Fields) -> None:
    assert verdict(fields) is None


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        (push_fields(**{":path": "/"}), 404, "BadPath"),
        (push_fields(**{":path": "/2/device/" + TOKEN}), 404, "BadPath"),
        (push_fields(**{":path": ""}), 404, "BadPath"),
        (push_fields(**{":method": "GET"}), 405, "MethodNotAllowed"),
        (push_fields(token=""), 400, "MissingDeviceToken"),
        (push_fields(token="0a" * 31), 400, "BadDeviceToken"),
        (push_fields(token="0a" * 101), 400, "BadDeviceToken"),
        (push_fields(token="0a" * 32 + "0"), 400, "BadDeviceToken"),
        (push_fields(token="0g" * 32), 400, "BadDeviceToken"),
        (push_fields(token=TOKEN + "/"), 400, "BadDeviceToken"),
        ([*push_fields(), ("apns-topic", TOPIC)], 400, "DuplicateHeaders"),
        (push_fields(topic=""), 400, "MissingTopic"),
        (push_fields(topic="not a topic"), 400, "BadTopic"),
        (push_fields(topic="pass.example.pizza"), 400, "TopicDisallowed"),
        (push_fields(apns_push_type="shout"), 400, "InvalidPushType"),
        (push_fields(apns_priority="7"), 400, "BadPriority"),
        (push_fields(apns_expiration="tomorrow"), 400, "BadExpirationDate"),
        (push_fields(apns_expiration="-1"), 400, "BadExpirationDate"),
        (push_fields(apns_expiration="1.5"), 400, "BadExpirationDate"),
        (push_fields(apns_collapse_id="x" * 65), 400, "BadCollapseId"),
        (push_fields(apns_id="42"), 400, "BadMessageId"),
    ],
)
def test_a_bad_request_is_refused_by_name(fields: Fields, status: int, reason: str) -> None:
    assert verdict(fields) == Answer(status, reason)


def test_a_payload_may_have_4096_bytes_and_not_one_more() -> None:
    assert verdict(push_fields(), b"x" * 4096) is None
    assert verdict(push_fields(), b"x" * 4097) == Answer(413, "PayloadTooLarge")


def test_a_payload_of_no_bytes_is_refused_and_an_empty_object_is_not() -> None:
    assert verdict(push_fields(), b"") == Answer(400, "PayloadEmpty")
    assert verdict(push_fields(), b"{}") is None


def test_a_certificate_that_names_no_pass_type_may_push_nothing() -> None:
    assert verdict(push_fields(), uid=None) == Answer(403, "BadCertificate")
