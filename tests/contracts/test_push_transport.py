"""What every push transport owes the business: the same tests for the one in memory, for our pool, and for apns2-up."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from tests.wallets.apple.push.world import BURGER_HEROES, World, make_pki, outcomes, pushes, token, verdicts, world
from wallet_service.simulators.apns_script import Answer, ReceivedPush, Reply
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.wallets.apple.push.apns2_adapter import Apns2PushTransport, apns2_up
from wallet_service.wallets.apple.push.memory import MemoryPushTransport
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushTransport

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # hyper-up's own, as old as its code

BORIS, ANNA = token(1), token(2)


class Rig(Protocol):
    """A transport, and the world behind it."""

    @property
    def transport(self) -> PushTransport:
        """What is tested."""

    def answer(self, token: str, status: int, reason: str, timestamp: int | None = None) -> None:
        """From now on APNs answers pushes to this token so."""

    def sent(self) -> list[str]:
        """The tokens of every push that APNs has seen, sorted."""


class MemoryRig:
    def __init__(self) -> None:
        self.transport = MemoryPushTransport()

    def answer(self, token: str, status: int, reason: str, timestamp: int | None = None) -> None:
        moment = "" if timestamp is None else f',"timestamp":{timestamp}'
        self.transport.answer(token, status, f'{{"reason":"{reason}"{moment}}}'.encode())

    def sent(self) -> list[str]:
        return sorted(push.token for push in self.transport.sent)


@dataclass
class SimulatedRig:
    place: World
    transport: PushTransport
    answers: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place.apns.script = self._reply

    def answer(self, token: str, status: int, reason: str, timestamp: int | None = None) -> None:
        self.answers[token] = Answer(status, reason, timestamp)

    def sent(self) -> list[str]:
        apns = self.place.apns
        return sorted(push.token for push in [*apns.received, *(refused.push for refused in apns.refused)])

    def _reply(self, push: ReceivedPush) -> Reply:
        return self.answers.get(push.token, Answer())


@asynccontextmanager
async def in_memory(_: SimulatedPki) -> AsyncIterator[Rig]:
    yield MemoryRig()


@asynccontextmanager
async def with_pool(pki: SimulatedPki) -> AsyncIterator[Rig]:
    async with world(pki) as place, place.pool() as pool:
        yield SimulatedRig(place, pool)


@asynccontextmanager
async def with_apns2_up(pki: SimulatedPki) -> AsyncIterator[Rig]:
    async with world(pki) as place:
        port = place.apns.port
        connect = apns2_up(place.credential, host="localhost", port=port, trust_roots=pki.roots, clock=place.clock)
        transport = Apns2PushTransport(connect)
        try:
            yield SimulatedRig(place, transport)
        finally:
            await transport.aclose()


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SimulatedPki:
    folder: Path = tmp_path_factory.mktemp("pki")
    return make_pki(folder)


@pytest.fixture(params=[in_memory, with_pool, with_apns2_up], ids=["memory", "pool", "apns2-up"])
async def rig(request: pytest.FixtureRequest, pki: SimulatedPki) -> AsyncIterator[Rig]:
    making: AbstractAsyncContextManager[Rig] = request.param(pki)
    async with making as made:
        yield made


async def test_a_push_is_accepted_and_was_sent(rig: Rig) -> None:
    push = Push(ANNA, BURGER_HEROES)
    result = await rig.transport.send(push)
    assert (result.push, result.outcome, result.status) == (push, PushOutcome.ACCEPTED, 200)
    assert rig.sent() == [ANNA]


async def test_every_push_of_a_batch_has_exactly_one_verdict(rig: Rig) -> None:
    batch = list(pushes(300))
    results = await verdicts(rig.transport, batch)
    assert sorted(result.push.apns_id for result in results) == sorted(push.apns_id for push in batch)
    assert rig.sent() == sorted(push.token for push in batch)


async def test_two_pushes_to_one_token_have_two_verdicts(rig: Rig) -> None:
    batch = [Push(ANNA, BURGER_HEROES), Push(ANNA, BURGER_HEROES)]
    results = await verdicts(rig.transport, batch)
    assert {result.push.apns_id for result in results} == {push.apns_id for push in batch}
    assert rig.sent() == [ANNA, ANNA]


async def test_a_dead_token_carries_the_moment_of_its_death(rig: Rig) -> None:
    rig.answer(BORIS, 410, "Unregistered", 1_700_000_000_123)
    results = {result.push.token: result for result in await verdicts(rig.transport, pushes(3))}
    assert results[BORIS].outcome is PushOutcome.DEAD_TOKEN
    assert results[BORIS].timestamp == 1_700_000_000_123
    assert results[ANNA].outcome is PushOutcome.ACCEPTED


@pytest.mark.parametrize(
    ("status", "reason", "outcome"),
    [
        (400, "BadDeviceToken", PushOutcome.DEAD_TOKEN),
        (400, "DeviceTokenNotForTopic", PushOutcome.REJECTED),
        (403, "BadCertificate", PushOutcome.REJECTED),
        (413, "PayloadTooLarge", PushOutcome.REJECTED),
        (429, "TooManyRequests", PushOutcome.THROTTLED),
    ],
)
async def test_a_refusal_is_told_with_its_reason(rig: Rig, status: int, reason: str, outcome: PushOutcome) -> None:
    rig.answer(BORIS, status, reason)
    result = await rig.transport.send(Push(BORIS, BURGER_HEROES))
    assert (result.outcome, result.reason, result.timestamp) == (outcome, reason, None)


async def test_a_busy_server_is_unavailable_in_the_end(rig: Rig) -> None:
    rig.answer(BORIS, 503, "ServiceUnavailable")
    result = await rig.transport.send(Push(BORIS, BURGER_HEROES))
    assert (result.outcome, result.reason) == (PushOutcome.UNAVAILABLE, "ServiceUnavailable")


async def test_a_batch_full_of_bad_tokens_is_our_mistake(rig: Rig) -> None:
    batch = list(pushes(250))
    for push in batch[:50]:
        rig.answer(push.token, 400, "BadDeviceToken")
    results = await verdicts(rig.transport, batch)
    assert outcomes(results) == {PushOutcome.ACCEPTED: 200, PushOutcome.REJECTED: 50}


async def test_an_empty_batch_sends_nothing(rig: Rig) -> None:
    assert await verdicts(rig.transport, []) == []
    assert rig.sent() == []


async def test_a_closed_transport_sends_nothing(rig: Rig) -> None:
    await rig.transport.aclose()
    single = await rig.transport.send(Push(ANNA, BURGER_HEROES))
    results = [single, *await verdicts(rig.transport, pushes(2))]
    assert outcomes(results) == {PushOutcome.NOT_SENT: 3}
    assert rig.sent() == []


async def test_closing_twice_is_closing(rig: Rig) -> None:
    await rig.transport.send(Push(ANNA, BURGER_HEROES))
    await rig.transport.aclose()
    await rig.transport.aclose()
    assert rig.sent() == [ANNA]
