"""A foreign client behind our seam: what it says is understood, and whatever it does the pushes get a verdict."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.wallets.apple.push.world import BURGER_HEROES, World, outcomes, pushes, token, verdicts
from wallet_service.wallets.apple.push.apns2_adapter import (
    Apns2MissingError,
    Apns2PushTransport,
    Said,
    apns2_up,
    batches,
)
from wallet_service.wallets.apple.push.credential import PushCredential
from wallet_service.wallets.apple.push.seam import Push, PushOutcome

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # hyper-up's own, as old as its code

PUSH = Push(token(1), BURGER_HEROES)


class ForeignClient:
    """A client with the API of apns2 that says what it is told to say."""

    def __init__(self, say: Callable[[str], Said] = lambda _: "Success") -> None:
        self._say = say
        self.calls: list[tuple[list[Any], dict[str, Any]]] = []
        self.closed = False

    def send_notification_batch(self, notifications: Iterable[Any], **manner: Any) -> Mapping[str, Said]:
        self.calls.append((list(notifications), manner))
        return {notification.token: self._say(notification.token) for notification in self.calls[-1][0]}

    def close(self) -> None:
        self.closed = True


def failing(error: Exception) -> ForeignClient:
    def say(_: str) -> Said:
        raise error

    return ForeignClient(say)


async def test_a_push_is_handed_on_in_the_clients_own_words() -> None:
    client = ForeignClient()
    push = Push(token(1), BURGER_HEROES, b'{"aps":{}}', priority=10, expiration=5, collapse_id="campaign-7")
    assert (await Apns2PushTransport(lambda: client).send(push)).outcome is PushOutcome.ACCEPTED
    ((notification,), manner) = client.calls[0]
    assert (notification.token, notification.payload.dict()) == (token(1), {"aps": {}})
    assert (manner["topic"], manner["expiration"], manner["collapse_id"]) == (BURGER_HEROES, 5, "campaign-7")
    assert (manner["priority"].value, manner["push_type"].value) == ("10", "background")


async def test_what_is_none_is_left_to_the_client() -> None:
    client = ForeignClient()
    await Apns2PushTransport(lambda: client).send(Push(token(1), BURGER_HEROES, push_type=None, priority=None))
    (_, manner) = client.calls[0]
    assert (manner["priority"].value, manner["push_type"]) == ("10", None)


@pytest.mark.parametrize(
    ("said", "outcome", "reason", "timestamp"),
    [
        (("Unregistered", 1700), PushOutcome.DEAD_TOKEN, "Unregistered", 1700),
        ("BadDeviceToken", PushOutcome.DEAD_TOKEN, "BadDeviceToken", None),
        ("TooManyRequests", PushOutcome.THROTTLED, "TooManyRequests", None),
        ("Shutdown", PushOutcome.UNAVAILABLE, "Shutdown", None),
        ("NewInvention", PushOutcome.REJECTED, "NewInvention", None),
    ],
)
async def test_what_it_says_is_understood(said: Said, outcome: PushOutcome, reason: str, timestamp: int | None) -> None:
    result = await Apns2PushTransport(lambda: ForeignClient(lambda _: said)).send(PUSH)
    assert (result.outcome, result.reason, result.timestamp) == (outcome, reason, timestamp)


async def test_a_client_that_breaks_leaves_its_batch_unknown_and_is_replaced() -> None:
    clients = [failing(RuntimeError("stream reset")), ForeignClient()]
    made = iter(clients)
    transport = Apns2PushTransport(lambda: next(made))
    results = await verdicts(transport, pushes(3))
    assert [(result.outcome, result.reason) for result in results] == [(PushOutcome.UNKNOWN, "stream reset")] * 3
    assert clients[0].closed
    assert (await transport.send(PUSH)).outcome is PushOutcome.ACCEPTED


async def test_a_client_that_never_returns_is_left_at_the_deadline() -> None:
    release = threading.Event()

    def stuck(_: str) -> Said:
        release.wait(5)
        return "Success"

    clients = iter([ForeignClient(stuck), ForeignClient()])
    transport = Apns2PushTransport(lambda: next(clients), deadline=0.1)
    result = await transport.send(PUSH)
    assert (result.outcome, result.reason) == (PushOutcome.UNKNOWN, "no answer within the deadline")
    assert (await transport.send(PUSH)).outcome is PushOutcome.ACCEPTED
    release.set()
    await asyncio.sleep(0.05)


async def test_closing_closes_the_client() -> None:
    client = ForeignClient()
    transport = Apns2PushTransport(lambda: client)
    await transport.send(PUSH)
    await transport.aclose()
    assert client.closed


def test_a_call_carries_pushes_of_one_manner_and_each_token_once() -> None:
    calm, urgent = list(pushes(3)), list(pushes(2, priority=10))
    tokens = [[push.token for push in batch] for batch in batches([*calm, calm[0], *urgent], 2)]
    assert tokens == [[token(0), token(1)], [token(2), token(0)], [token(0), token(1)]]


def test_without_the_extra_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apns2", None)  # what the import system knows of a package that is not there
    with pytest.raises(Apns2MissingError) as caught:
        Apns2PushTransport(ForeignClient)
    assert caught.value.remedy == "pip install 'wallet-service[apns2]'"


async def test_apns2_up_does_not_show_an_expired_certificate(apple: World) -> None:
    expired = PushCredential(apple.pki.pass_certificate(BURGER_HEROES, not_after=datetime(2026, 1, 1, tzinfo=UTC)))
    connect = apns2_up(expired, host="localhost", port=apple.apns.port, trust_roots=apple.pki.roots, clock=apple.clock)
    result = await Apns2PushTransport(connect).send(PUSH)
    assert (result.outcome, result.reason) == (PushOutcome.UNAVAILABLE, "certificate expired 2026-01-01")


async def test_apns2_up_says_when_nobody_is_there(apple: World) -> None:
    connect = apns2_up(apple.credential, host="localhost", port=1, trust_roots=apple.pki.roots, clock=apple.clock)
    results = await verdicts(Apns2PushTransport(connect), pushes(2))
    assert outcomes(results) == {PushOutcome.UNAVAILABLE: 2}
