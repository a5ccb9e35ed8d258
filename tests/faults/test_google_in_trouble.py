"""Google is ill for a while: in the end its objects show the truth, nobody was told twice, and no change was lost."""

import random
from collections.abc import AsyncIterator
from itertools import count

import pytest

from tests.cards.desk import make_due
from tests.cards.google_shop import GoogleShop, Held, open_google_shop
from tests.faults.google_trouble import Illness, endure, failure, lost_answer, rate, stale_token, stall
from tests.faults.proof import Runs
from wallet_service.app import open_google
from wallet_service.clock import SetClock, SystemClock
from wallet_service.settings import Settings
from wallet_service.simulators.google_script import STALE_TOKEN, Drop, Fail, Script, calm, first
from wallet_service.simulators.google_wire import Call
from wallet_service.wallets.google.wallet import GoogleWallet

DEADLINE = 0.5
"""Seconds after which a hasty wallet gives up waiting for Google."""
ILLNESSES: dict[str, tuple[Illness, int]] = {
    "429": (rate, 8),
    "5xx": (failure, 25),
    "401": (stale_token, 25),
    "late answer": (stall(DEADLINE), 8),
    "lost answer": (lost_answer, 25),
}
"""What ails Google at each change, and how many changes it is tried with; `scripts/prove` tries as many as asked."""


@pytest.fixture
def clock() -> SetClock:
    """The time of the test."""
    return SetClock(SystemClock().now().replace(microsecond=0))


@pytest.fixture
async def world(settings: Settings, clock: SetClock) -> AsyncIterator[GoogleShop]:
    """A shop with a Google."""
    async with open_google_shop(settings, clock) as opened:
        yield opened


@pytest.fixture
async def hasty(world: GoogleShop) -> AsyncIterator[GoogleWallet]:
    """A wallet of the same shop that does not wait for long."""
    service = world.shop.service
    google = service.settings.google.model_copy(update={"deadline": DEADLINE})
    wallet = open_google(service.settings.model_copy(update={"google": google}), service.clock, service.database)
    yield wallet
    await wallet.aclose()


@pytest.mark.parametrize("ailment", ILLNESSES)
async def test_whatever_ails_google_at_each_change_it_is_shown_and_told_once(
    world: GoogleShop, hasty: GoogleWallet, clock: SetClock, ailment: str
) -> None:
    illness, changes = ILLNESSES[ailment]
    runs = Runs(changes, seed=11)
    await endure(world, clock, runs, illness, hasty if ailment == "late answer" else None)

    assert runs.done == runs.figures.pushes == changes


async def test_an_insert_whose_answer_was_lost_is_not_made_twice(world: GoogleShop) -> None:
    anna = await world.hold()
    world.forget("loyaltyObject")
    await world.shop.give(anna.member, 10)
    world.google.script = posts(first(1, Drop()))
    await world.all_told()

    assert [entry.status for entry in world.google.journal.of("POST", "loyaltyObject")] == [200, 200]
    assert [entry.status for entry in world.google.journal.of("PATCH", "loyaltyObject")] == [404, 200]
    assert anna.object_id in world.google.shelf.resources["loyaltyObject"]


async def test_a_token_that_ends_in_the_middle_costs_no_change(world: GoogleShop) -> None:
    everybody = [await world.hold(f"Pixel {number}") for number in range(12)]
    world.google.script = revoking(world, at=5)
    for held in everybody:
        await world.shop.give(held.member, 10)
    await world.all_told()

    assert [held.balance for held in everybody] == [10] * len(everybody)
    assert [held.heard for held in everybody] == [["10"]] * len(everybody)


async def test_through_a_fever_of_every_kind_all_cards_get_there(world: GoogleShop) -> None:
    chance = random.Random(7)  # noqa: S311 - faults, not secrets
    everybody, drain = [await world.hold(f"Pixel {number}") for number in range(5)], world.telling()
    world.google.script = fever(chance)
    for _ in range(20):
        for held in everybody:
            await world.shop.give(held.member, 1)
        await make_due(world.shop)
        await drain.take()
    world.google.script = calm
    await world.all_told(drain)

    assert [held.balance for held in everybody] == [20] * len(everybody)
    for held in everybody:
        assert_told_sparingly(held)


def fever(chance: random.Random) -> Script:
    """Any illness, for a third of the calls."""
    troubles = (Fail(500), Fail(503, retry_after=30), Fail(502, page=b"<html></html>"), STALE_TOKEN, Drop())
    return lambda _: chance.choice(troubles) if chance.random() < 1 / 3 else None


def posts(script: Script) -> Script:
    """Only inserts of objects are ill."""
    return lambda call: script(call) if call.method == "POST" and "loyaltyObject" in call.path else None


def revoking(world: GoogleShop, at: int) -> Script:
    """At this call, every access token given out so far ends."""
    numbers = count(1)

    def script(_: Call) -> None:
        if next(numbers) == at:
            world.google.accounts.revoke_tokens()

    return script


def assert_told_sparingly(held: Held) -> None:
    """Two notices within a day at most, each of another balance, and each newer than the one before."""
    told = [int(balance) for balance in held.heard]
    assert len(told) <= 2
    assert told == sorted(set(told))
