"""Scripts: which push gets which reply, and which replies mean that the push was taken."""

import pytest

from tests.simulators.apns_client import TOPIC, token
from wallet_service.simulators.apns_script import (
    TAKEN,
    Answer,
    Drop,
    Freeze,
    GoAway,
    ReceivedPush,
    Reply,
    ResetStream,
    Script,
    Silence,
    always,
    every,
    first,
    first_attempt,
    in_order,
    is_taken,
    on_connection,
    to_tokens,
)

BUSY = Answer(503, "ServiceUnavailable")


def replies(script: Script, tokens: list[int], connection: int = 1) -> list[Reply]:
    return [script(ReceivedPush(token(number), TOPIC, b"{}", {}, connection, 1, TOPIC)) for number in tokens]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (always(BUSY), [BUSY, BUSY, BUSY, BUSY, BUSY]),
        (every(2, BUSY), [TAKEN, BUSY, TAKEN, BUSY, TAKEN]),
        (every(3, BUSY, otherwise=Silence()), [Silence(), Silence(), BUSY, Silence(), Silence()]),
        (first(2, BUSY), [BUSY, BUSY, TAKEN, TAKEN, TAKEN]),
        (in_order([Drop(), BUSY]), [Drop(), BUSY, TAKEN, TAKEN, TAKEN]),
        (in_order([Drop()], then=BUSY), [Drop(), BUSY, BUSY, BUSY, BUSY]),
        (first_attempt(BUSY), [BUSY, BUSY, TAKEN, TAKEN, BUSY]),
        (to_tokens([token(2), token(3)], always(BUSY)), [TAKEN, BUSY, TAKEN, BUSY, BUSY]),
    ],
)
def test_a_script_names_a_reply_for_each_push_in_turn(script: Script, expected: list[Reply]) -> None:
    assert replies(script, [1, 2, 1, 2, 3]) == expected


def test_a_script_can_be_meant_for_one_connection_only() -> None:
    script = on_connection(2, always(BUSY))
    assert replies(script, [1], connection=1) == [TAKEN]
    assert replies(script, [1], connection=2) == [BUSY]
    assert replies(script, [1], connection=3) == [TAKEN]


@pytest.mark.parametrize(
    ("reply", "taken"),
    [
        (Answer(), True),
        (Answer(200, delay=1.0), True),
        (Answer(410, "Unregistered"), False),
        (BUSY, False),
        (Silence(), True),
        (Freeze(), True),
        (Drop(), True),
        (ResetStream(7), False),
        (ResetStream(2), True),
        (GoAway("this"), True),
        (GoAway("this", close=True), True),
        (GoAway("before"), False),
    ],
)
def test_a_push_is_taken_unless_the_reply_proves_the_contrary(reply: Reply, *, taken: bool) -> None:
    assert is_taken(reply) is taken
