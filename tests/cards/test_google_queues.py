"""Who goes first at Google: no brand waits for another, and no balance for a new design."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from tests.cards.designs import REDDER
from tests.cards.desk import installed, make_due
from tests.cards.google_shop import GoogleShop, open_google_shop
from tests.loyalty.shop import Shop
from tests.people import OTHER_PASS_TYPE, open_brand
from tests.simulators.google_world import ISSUER
from tests.wallets.memory_objects import MemoryObjects
from wallet_service.cards.google import BATCH
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.publish import publish_template
from wallet_service.cards.restyle import Restyling
from wallet_service.clock import SetClock
from wallet_service.settings import Settings
from wallet_service.wallets.seam import GoogleCard, Present, Shown

OTHER_ISSUER = "3388000000099999999"
LONG_DUE = text("UPDATE push_due SET due_at = now() - interval '1 minute' WHERE restyled")


@pytest.fixture
async def world(settings: Settings, clock: SetClock) -> AsyncIterator[GoogleShop]:
    async with open_google_shop(settings, clock) as opened:
        yield opened


@pytest.fixture
async def neighbour(world: GoogleShop) -> GoogleShop:
    """Another brand of the same service, with an issuer of its own."""
    service = world.shop.service
    shop = Shop(service, await open_brand(service, "Coffee Corner", OTHER_PASS_TYPE))
    async with shop.database.begin() as tx:
        await claim_issuer(tx, shop.brand.id, OTHER_ISSUER)
    return GoogleShop(shop, world.google, world.client)


async def changed(shop: GoogleShop, cards: int) -> list[str]:
    """So many cards in Google Wallet, each with a new balance."""
    found = []
    for _ in range(cards):
        member, card = await installed(shop.shop)
        await shop.link(card, MemoryObjects())
        await shop.shop.give(member, 10)
        found.append(card.id)
    return found


@dataclass
class Halting(MemoryObjects):
    """One issuer's Google does not answer until it is let go on."""

    halted: str = ""
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def show(self, issuer: str, serials: Sequence[str], present: Present) -> Mapping[str, Shown]:
        """Show them, some time."""
        if issuer == self.halted:
            self.reached.set()
            await self.go_on.wait()
        return await MemoryObjects.show(self, issuer, serials, present)


async def test_no_brand_waits_for_another_whose_google_stalls(world: GoogleShop, neighbour: GoogleShop):
    many, (one,) = await changed(world, BATCH + 2), await changed(neighbour, 1)
    await make_due(world.shop)
    wallet = Halting(halted=ISSUER)
    drain = world.telling(wallet)
    stalled = asyncio.create_task(drain.take())
    await wallet.reached.wait()

    assert await drain.take() == 0.0
    assert [card.face.serial for card in wallet.cards] == [one]
    assert await drain.take() > 0.0  # the rest of the stalled brand is in nobody else's hands

    wallet.go_on.set()
    assert await stalled == 0.0
    assert await drain.take() == 0.0
    assert sorted(card.face.serial for card in wallet.cards) == sorted([*many, one])


async def test_brands_take_turns(world: GoogleShop, neighbour: GoogleShop):
    await changed(world, BATCH + 1)
    await changed(neighbour, BATCH + 1)
    await make_due(world.shop)
    wallet = MemoryObjects()
    drain = world.telling(wallet)
    served = []
    for _ in range(4):
        before = len(wallet.cards)
        await drain.take()
        served.append(len({card.issuer for card in wallet.cards[before:]}))
    assert served == [1] * 4
    assert [len({card.issuer for card in wallet.cards[start : start + BATCH]}) for start in (0, BATCH)] == [1, 1]
    assert wallet.cards[0].issuer != wallet.cards[BATCH].issuer


async def test_new_balances_go_before_a_new_design(world: GoogleShop):
    held = [await world.hold() for _ in range(BATCH + 1)]
    await restyle(world)
    last = held[-1]
    await world.shop.give(last.member, 10)
    await make_due(world.shop)
    async with world.shop.database.begin() as tx:
        await tx.run(LONG_DUE)
    wallet = MemoryObjects()
    drain = world.telling(wallet)
    await drain.take()
    assert last.card.id in {card.face.serial for card in wallet.cards}
    assert len(wallet.cards) == BATCH
    await drain.take()
    assert {card.face.serial for card in wallet.cards} == {each.card.id for each in held}
    assert await world.due() == []


async def test_a_card_says_in_which_design_it_was_shown_last(world: GoogleShop):
    held = await world.hold()
    await restyle(world)
    wallet = MemoryObjects()
    await world.tell(wallet)
    (card,) = wallet.cards
    assert card.formerly is not None
    assert card.formerly.design.key != card.face.design.key
    await world.shop.give(held.member, 10)
    await world.tell(wallet)
    assert wallet.cards[-1].formerly is None


async def test_the_class_is_that_of_the_newest_version_even_for_a_card_that_has_not_moved_yet(world: GoogleShop):
    held = await world.hold()
    async with world.shop.database.begin() as tx:
        await publish_template(tx, world.shop.brand.id, REDDER)
    await world.shop.give(held.member, 10)
    wallet = MemoryObjects()
    await world.tell(wallet)
    (card,) = wallet.cards
    assert card.designs[0].pass_json["backgroundColor"] == "rgb(160, 0, 0)"
    assert card.face.design.key != card.designs[0].key


async def test_a_worker_that_was_overtaken_does_not_leave_an_old_balance(world: GoogleShop):
    anna = await world.hold()
    await world.shop.give(anna.member, 10)
    real = world.shop.service.google
    read, go_on = asyncio.Event(), asyncio.Event()

    class Slow(MemoryObjects):
        """The wallet of a process that halts between reading and sending."""

        async def show(self, issuer: str, serials: Sequence[str], present: Present) -> Mapping[str, Shown]:
            cards = await present(serials)
            read.set()
            await go_on.wait()

            async def old(_serials: Sequence[str]) -> Sequence[GoogleCard]:
                return cards

            return await real.show(issuer, serials, old)

    slow = asyncio.create_task(world.telling(Slow()).take())
    await read.wait()
    await world.shop.give(anna.member, 5)
    await make_due(world.shop)  # as the end of the lease does
    await world.telling().take()
    assert (anna.balance, await world.due()) == (15, [])
    go_on.set()
    await slow
    balances = [anna.balance]
    await world.all_told()
    assert [*balances, anna.balance] == [10, 15]


async def test_a_card_that_changes_before_its_turn_is_shown_once(world: GoogleShop):
    anna = await world.hold()
    await world.shop.give(anna.member, 10)

    class Waiting(MemoryObjects):
        """A wallet whose turn comes after the next purchase."""

        async def show(self, issuer: str, serials: Sequence[str], present: Present) -> Mapping[str, Shown]:
            await world.shop.give(anna.member, 5)
            return await MemoryObjects.show(self, issuer, serials, present)

    wallet = Waiting()
    await world.tell(wallet)
    assert wallet.balances == [(15, True)]
    assert await world.due() == []


async def restyle(world: GoogleShop) -> None:
    """The template becomes redder, and all cards with it."""
    async with world.shop.database.begin() as tx:
        await publish_template(tx, world.shop.brand.id, REDDER)
    drain = Restyling(world.shop.database)
    while await drain.take() == 0.0:
        pass
