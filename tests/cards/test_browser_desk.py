"""The desk where browsers ask to be told of a card: who is kept, and who makes room."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from sqlalchemy import text

from tests.cards.browser_desk import browser, drain_to, in_web, kept, shown_in, subscribe
from tests.cards.desk import installed, somebody_waits_for_a_lock, state
from tests.loyalty.shop import Shop
from wallet_service.cards.browsers import MOST, BrowserDesk
from wallet_service.cards.facts import CardsChanged
from wallet_service.cards.refresh import refresh_these
from wallet_service.channels.memory import MemoryChannel
from wallet_service.clock import SetClock
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.database.seam import Transaction


async def test_a_card_that_no_browser_shows_is_never_due_in_one(shop: Shop):
    member, card = await shown_in(shop, "laptop")
    await BrowserDesk(shop.database, "").drop(await state(shop, card), browser("laptop").endpoint)
    await shop.give(member, 100)
    channel = MemoryChannel()
    assert await drain_to(shop, channel).take() > 0.0
    assert (channel.sent, await kept(shop), await in_web(shop)) == ([], [], False)


async def test_the_same_browser_again_is_one_browser_with_its_newest_keys(shop: Shop):
    member, card = await shown_in(shop, "laptop")
    await shop.give(member, 100)
    await BrowserDesk(shop.database, "").keep(await state(shop, card), browser("laptop", "new"))
    channel = MemoryChannel()
    await drain_to(shop, channel).take()
    assert [json.loads(row.subscription)["keys"]["p256dh"] for row in await kept(shop)] == ["new"]
    assert len(channel.sent) == 1


async def test_beyond_ten_browsers_the_first_makes_room(shop: Shop, clock: SetClock):
    _, card = await shown_in(shop)
    names = [f"browser-{number:02}" for number in range(MOST + 2)]
    for name in names[:MOST]:
        await subscribe(shop, card, name)
        clock.instant += timedelta(seconds=1)
    await subscribe(shop, card, names[0])  # the first asks again, and is now the newest
    for name in names[MOST:]:
        clock.instant += timedelta(seconds=1)
        await subscribe(shop, card, name)
    left = [row.endpoint.rpartition("/")[2] for row in await kept(shop)]
    assert left == [names[0], *names[3:]]


async def test_a_change_under_way_while_a_browser_asks_is_no_news_for_it_or_is_told(shop: Shop):
    member, card = await installed(shop)
    async with shop.database.begin() as tx:  # a purchase holds the card
        await tx.run(text("UPDATE card SET version = version WHERE id = :id"), {"id": card.id})
        asking = asyncio.create_task(subscribe(shop, card, "laptop"))
        await somebody_waits_for_a_lock(shop)
        await tx.run(text("UPDATE member SET balance = 100 WHERE id = :id"), {"id": member.id})
    await asking
    assert [row.told_balance for row in await kept(shop)] == [100]


async def test_many_browsers_that_come_and_go_at_once_leave_the_card_as_they_left_it(shop: Shop):
    _, card = await shown_in(shop)
    desk, present, numbers = BrowserDesk(shop.database, ""), await state(shop, card), count()

    async def come_and_go() -> None:
        name = f"browser-{next(numbers)}"
        await desk.keep(present, browser(name))
        await desk.drop(present, browser(name).endpoint)

    await asyncio.gather(*(come_and_go() for _ in range(20)))
    assert (await kept(shop), await in_web(shop)) == ([], False)


async def test_a_change_names_the_wallets_in_which_the_card_is_shown(shop: Shop):
    _, card = await shown_in(shop, "laptop")
    _, other = await installed(shop)
    said: list[object] = []

    async def listen(_tx: Transaction, facts: Sequence[object]) -> None:
        said.extend(facts)

    url = shop.service.settings.database_url
    assert url is not None
    database = PostgresDatabase(url, shop.service.clock, pool=2, settle=listen)
    for changed in (card, other):
        async with database.begin() as tx:
            await refresh_these(tx, [changed.id], 0.0)
    await database.aclose()

    assert said == [CardsChanged(frozenset({"apple", "web"})), CardsChanged(frozenset({"apple"}))]
