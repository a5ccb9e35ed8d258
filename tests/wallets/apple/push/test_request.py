"""The request of a push, as Apple wants it."""

import pytest

from wallet_service.wallets.apple.push.request import MOST_HEADS, Heads, flaw_in, own_fields, path_of
from wallet_service.wallets.apple.push.seam import Push

TOPIC = "pass.com.example.burger-heroes"


def test_pseudo_headers_come_first_and_name_the_host() -> None:
    head = Heads("api.push.apple.com").of(Push("ab" * 32, TOPIC))
    assert head.before_path == ((b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"api.push.apple.com"))


def test_the_shared_fields_say_topic_type_priority_and_expiration() -> None:
    head = Heads("apns").of(Push("ab" * 32, TOPIC, expiration=0))
    assert dict(head.after_path) == {
        b"apns-topic": TOPIC.encode(),
        b"apns-push-type": b"background",
        b"apns-priority": b"5",
        b"apns-expiration": b"0",
    }


def test_what_is_none_is_left_out() -> None:
    head = Heads("apns").of(Push("ab" * 32, TOPIC, push_type=None, priority=None))
    assert head.after_path == ((b"apns-topic", TOPIC.encode()),)


def test_pushes_of_one_manner_share_one_head() -> None:
    heads = Heads("apns")
    assert heads.of(Push("ab" * 32, TOPIC)) is heads.of(Push("cd" * 32, TOPIC))
    assert heads.of(Push("ab" * 32, TOPIC)) is not heads.of(Push("ab" * 32, TOPIC, priority=10))


def test_heads_of_past_expirations_are_forgotten() -> None:
    heads = Heads("apns")
    first = heads.of(Push("ab" * 32, TOPIC, expiration=0))
    for second in range(1, MOST_HEADS + 1):
        heads.of(Push("ab" * 32, TOPIC, expiration=second))
    assert heads.of(Push("ab" * 32, TOPIC, expiration=0)) is not first


def test_token_id_and_collapse_id_are_the_pushs_own() -> None:
    push = Push("ab" * 32, TOPIC, apns_id="an-id", collapse_id="campaign-7")
    assert path_of(push) == b"/3/device/" + b"ab" * 32
    assert own_fields(push) == ((b"apns-id", b"an-id"), (b"apns-collapse-id", b"campaign-7"))
    assert own_fields(Push("ab" * 32, TOPIC, apns_id="an-id")) == ((b"apns-id", b"an-id"),)


@pytest.mark.parametrize("token", ["", "../secrets", "ab cd", "абв", "ab\r\n"])
def test_a_token_that_would_change_the_path_is_a_flaw(token: str) -> None:
    assert flaw_in(Push(token, TOPIC)) == "the device token is not hexadecimal text"


@pytest.mark.parametrize("topic", ["pass.com.example\nx", "pass.кафе"])
def test_a_header_that_is_no_printable_ascii_is_a_flaw(topic: str) -> None:
    assert flaw_in(Push("ab" * 32, topic)) == "a header of the push is not printable ASCII"


def test_a_sound_push_has_no_flaw() -> None:
    assert flaw_in(Push("ab" * 32, TOPIC, collapse_id="x")) is None
