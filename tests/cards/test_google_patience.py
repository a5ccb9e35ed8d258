"""A customer who waits no longer for a save link leaves nothing half done: the next click succeeds, the card follows."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text

from tests.cards.desk import installed
from tests.cards.google_shop import GoogleShop, open_google_shop
from wallet_service.cards.issue import Card
from wallet_service.clock import SetClock
from wallet_service.settings import Settings
from wallet_service.simulators.android import AndroidPhone
from wallet_service.simulators.google_script import Stall
from wallet_service.simulators.google_wire import Call

PACES = text("SELECT project FROM google_pace ORDER BY project")

STEPS: dict[str, Callable[[Call], bool]] = {
    "the access token": lambda call: call.path == "/token",
    "the class": lambda call: "/loyaltyClass" in call.path,
    "the object": lambda call: call.method == "POST" and "/loyaltyObject" in call.path,
    "its change": lambda call: call.method == "PATCH" and "/loyaltyObject" in call.path,
}
"""The answers that a link waits for, the last of them where the object was there before."""


class Never:
    """A script: the first call of a kind is done, and not answered as long as anybody waits."""

    def __init__(self, fits: Callable[[Call], bool]) -> None:
        """No such call yet."""
        self._fits = fits
        self.met = asyncio.Event()

    def __call__(self, call: Call) -> Stall | None:
        """What becomes of a call."""
        if self.met.is_set() or not self._fits(call):
            return None
        self.met.set()
        return Stall(3600)


@pytest.fixture
async def world(settings: Settings, clock: SetClock) -> AsyncIterator[GoogleShop]:
    async with open_google_shop(settings, clock, deadline=4.0) as opened:
        yield opened


async def give_up(world: GoogleShop, card: Card, script: Never) -> None:
    """Ask for a link, and wait no longer once it hangs."""
    world.google.script = world.google.token_script = script
    click = asyncio.create_task(world.link(card))
    await script.met.wait()
    click.cancel()
    await asyncio.wait([click])
    assert click.cancelled()


@pytest.mark.parametrize("step", STEPS)
async def test_after_a_click_that_was_given_up_the_next_one_succeeds_and_the_card_follows(world: GoogleShop, step: str):
    member, card = await installed(world.shop)
    if step == "its change":
        await world.link(card)
    await give_up(world, card, Never(STEPS[step]))
    await world.shop.give(member, 10)
    assert [row.card_id for row in await world.due()] == [card.id]

    phone = AndroidPhone("Anna's Pixel", world.google, world.client)
    (saved,) = await phone.save(await world.link(card))
    assert phone.card(saved.object_id).balance == 10
    await world.shop.give(member, 5)
    await world.all_told()
    assert phone.card(saved.object_id).balance == 15


async def test_a_card_whose_click_was_given_up_follows_without_another(world: GoogleShop):
    member, card = await installed(world.shop)
    await give_up(world, card, Never(STEPS["the class"]))
    await world.shop.give(member, 10)
    await world.all_told()
    assert (await world.known(card)).shown_balance == 10


async def test_what_google_is_asked_stands_in_the_table_of_all_processes(world: GoogleShop):
    anna = await world.hold()
    async with world.shop.database.read() as tx:
        taken = {row.project.partition("/")[0] for row in await tx.all(PACES)}
    assert anna.balance == 0
    assert taken == {"loyalty-project"}
