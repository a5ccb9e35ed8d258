"""The nightly walk with many workers, with one that dies, and with a Google that does not let it end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.cards.google_night import DAY, MemoryHolders, Night, answer, evening, falling
from wallet_service.clock import SetClock
from wallet_service.outcomes import Refused, TryLater
from wallet_service.settings import Settings
from wallet_service.wallets.holding import HolderPage

OTHER_CLASS = text("""
INSERT INTO google_walk (class_id, issuer_id, night, due_at)
SELECT issuer_id || '.zz', issuer_id, night, due_at - interval '1 second' FROM google_walk
""")


@pytest.fixture
def clock() -> SetClock:
    """An evening."""
    return SetClock(evening())


@pytest.fixture
async def night(settings: Settings, clock: SetClock) -> AsyncIterator[Night]:
    """A shop whose callbacks all are lost: nobody listens at its address."""
    async with falling(settings, clock) as opened:
        yield opened


async def test_what_google_refuses_is_left_to_the_next_night(night: Night):
    await night.hold("Anna's Pixel")
    ask = MemoryHolders([HolderPage({}, "more"), Refused("400 no such page"), HolderPage({}, "")])
    drain = night.drain(ask)
    await night.walk(drain)
    assert [row.ended for row in await night.walks()] == [True]
    night.clock.forward(DAY)
    await night.walk(drain)
    assert ask.begins == ["", "more", ""]


async def test_a_walk_that_a_night_did_not_end_begins_anew_in_the_next(night: Night):
    await night.hold("Anna's Pixel")
    ask = MemoryHolders([HolderPage({}, "more"), TryLater(3600.0, "503"), HolderPage({}, "")])
    drain = night.drain(ask)
    await night.walk(drain)
    night.clock.forward(DAY)
    await night.walk(drain)
    assert ask.begins == ["", "more", ""]


async def test_classes_take_turns(night: Night):
    await night.hold("Anna's Pixel")
    ask = MemoryHolders([HolderPage({}, "one"), HolderPage({}, "two")])
    drain = night.drain(ask)
    await drain.take()
    async with night.world.shop.database.begin() as tx:
        await tx.run(OTHER_CLASS)
    await night.walk(drain)
    assert ask.begins == ["", "", "one", "two"]


async def test_workers_side_by_side_share_the_pages(night: Night):
    await night.hold(*(f"phone {number}" for number in range(5)))
    found = sorted(await asyncio.gather(*(night.walk() for _ in range(3))))
    assert found == [[], [], ["save"] * 5]
    assert night.asked() == [200] * 3


async def test_what_a_worker_that_died_had_in_hand_is_anothers_after_its_lease(night: Night):
    await night.hold("Anna's Pixel")

    async def die() -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await night.drain(MemoryHolders([], die)).take()
    assert 0.0 < await night.drain().take() <= 60.0
    await night.make_due()
    assert await night.walk() == ["save"]


async def test_who_comes_too_late_with_a_page_turns_no_other(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    other = night.drain(MemoryHolders([HolderPage({}, "second")]))

    async def be_overtaken() -> None:
        await night.make_due()
        await other.take()

    await night.drain(MemoryHolders([answer(anna, following="third")], be_overtaken)).take()
    assert [row.page for row in await night.walks()] == ["second"]
