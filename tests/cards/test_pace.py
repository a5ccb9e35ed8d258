"""The pace of a mass refresh: phones are told some a second, by all workers together, and none without need."""

import asyncio

import pytest
from sqlalchemy import text

from tests.cards.designs import DARKER, FOR_PREVIEWS, REDDER, move_all, pacing, restyled
from tests.cards.desk import due, edited, installed, open_programme, publish, somebody_waits_for_a_lock, telling, told
from tests.cards.template_maker import tea
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards import pace
from wallet_service.cards.issue import Card
from wallet_service.cards.pace import MOST, UNUSED, ration
from wallet_service.cards.progress import progress
from wallet_service.cards.publish import publish_template
from wallet_service.cards.restyle_sql import NEXT_PACE

SLOW, QUICK = 0.1, 100_000.0
"""Cards a second: one, and then none during a test; or all at once."""

LET_PASS = text("UPDATE restyling SET next_at = next_at + CAST(:seconds AS float8) * interval '-1 second'")

TOLD = text("UPDATE registration SET told_version = 3")
FETCHED = text("UPDATE registration SET fetched_version = 2")
NO_LONGER_DUE = text("DELETE FROM push_due")


async def cards_on_phones(shop: Shop, count: int) -> list[Card]:
    """So many cards, each on a phone of its own, in the order of their ids."""
    cards = [(await installed(shop, f"phone {n}"))[1] for n in range(count)]
    return sorted(cards, key=lambda card: card.id)


async def let_pass(shop: Shop, seconds: float) -> None:
    """Let the clock of the pace go on (or, below zero, leap back)."""
    async with shop.database.begin() as tx:
        await tx.run(LET_PASS, {"seconds": seconds})


async def take_all(shop: Shop, per_s: float = QUICK) -> None:
    """Let everybody be told who may be at this pace."""
    drain = pacing(shop, per_s)
    while await drain.take() < pace.BESIDE:
        pass


async def due_now(shop: Shop) -> list[str]:
    """The cards whose phones are due to be told."""
    return [row.card_id for row in await due(shop)]


@pytest.mark.parametrize(
    ("since", "per_s", "cards"),
    [(0.0, 200.0, 1), (0.1, 200.0, 21), (0.004, 200.0, 1), (9.0, 0.1, 1), (86_400.0, 200.0, 201), (1.0, 1e5, MOST)],
)
def test_what_is_due_grows_with_time_but_is_no_flood_after_an_outage(since: float, per_s: float, cards: int):
    assert ration(since, per_s).cards == cards


def test_a_clock_that_leapt_back_costs_nothing():
    assert ration(-86_400.0, 200.0) == ration(0.0, 200.0)


def test_the_next_card_is_due_when_the_pace_says_so():
    assert ration(0.0, 10.0).next_in(1) == 0.1
    assert ration(UNUSED, 10.0).next_in(0) == -UNUSED, "what nobody used may be made up for"


async def test_phones_are_told_no_quicker_than_the_pace(shop: Shop):
    cards = await cards_on_phones(shop, 5)
    await restyled(shop)
    await take_all(shop, SLOW)
    assert await due_now(shop) == [cards[0].id]
    await let_pass(shop, 1 / SLOW)
    await take_all(shop, SLOW)
    assert await due_now(shop) == [cards[0].id, cards[1].id]


async def test_the_pace_holds_for_all_workers_together(shop: Shop):
    await cards_on_phones(shop, 5)
    await restyled(shop)
    await asyncio.gather(*(take_all(shop, SLOW) for _ in range(4)))
    assert len(await due(shop)) == 1


async def test_two_refreshes_at_once_share_the_pace(shop: Shop):
    await shop.enrol(await open_programme(shop, tea()))
    await publish(shop, tea(lambda document: document.update(logoText="Tea")))
    await restyled(shop)
    async with shop.database.begin() as tx:
        assert [refresh.per_s for refresh in await progress(tx, 100.0)] == [50.0, 50.0]
        (soonest,) = await tx.all(NEXT_PACE, {"per_s": 100.0})
        assert soonest.per_s == 50.0


async def test_a_pace_given_when_publishing_is_kept_with_the_refresh(shop: Shop):
    await cards_on_phones(shop, 3)
    async with shop.database.begin() as tx:
        await publish_template(tx, shop.brand.id, REDDER, per_s=SLOW)
    await move_all(shop)
    await take_all(shop, QUICK)
    assert len(await due(shop)) == 1


async def test_every_phone_is_told_once_in_the_end(shop: Shop):
    cards = await cards_on_phones(shop, 7)
    await shop.issue(await shop.enrol())  # on no phone
    await restyled(shop)
    await take_all(shop)
    wallet = MemoryWallet()
    while await telling(shop, wallet).take() == 0.0:
        pass
    assert sorted(wallet.tokens) == sorted(f"token of phone {n}" for n in range(7))
    assert [await told(shop, card) for card in cards] == [[(2, "accepted")]] * 7
    assert await pacing(shop, QUICK).take() == pace.IDLE


async def test_a_card_that_changes_at_the_till_is_told_at_once_and_only_once(shop: Shop):
    await cards_on_phones(shop, 2)
    anna, card = await installed(shop, "Anna's phone")
    await restyled(shop)
    await shop.give(anna, 10)
    assert await due_now(shop) == [card.id]
    wallet = MemoryWallet()
    await telling(shop, wallet).take()
    await take_all(shop)
    await telling(shop, wallet).take()
    assert wallet.tokens[0] == "token of Anna's phone"
    assert sorted(wallet.tokens[1:]) == ["token of phone 0", "token of phone 1"]


async def test_a_push_on_its_way_stands_for_the_design_too(shop: Shop):
    anna, _ = await installed(shop, "Anna's phone")
    await restyled(shop)
    await shop.give(anna, 10)
    wallet = MemoryWallet(meanwhile=lambda: take_all(shop))
    await telling(shop, wallet).take()
    assert (wallet.tokens, await due(shop)) == (["token of Anna's phone"], [])


async def test_a_push_being_settled_is_waited_for(shop: Shop):
    anna, _ = await installed(shop, "Anna's phone")
    await restyled(shop)
    await shop.give(anna, 10)
    async with shop.second_database() as other, other.begin() as settling:
        await settling.run(TOLD)
        await settling.run(NO_LONGER_DUE)
        passing = asyncio.create_task(take_all(shop))
        await somebody_waits_for_a_lock(shop)
    await passing
    assert await due(shop) == []


async def test_a_phone_that_has_fetched_already_is_left_in_peace(shop: Shop):
    (card,) = await cards_on_phones(shop, 1)
    await restyled(shop)
    async with shop.database.begin() as tx:
        await tx.run(FETCHED)
    await take_all(shop)
    assert await due(shop) == []
    assert await told(shop, card) == [(None, None)]


async def test_a_design_that_looks_the_same_wakes_nobody(shop: Shop):
    await cards_on_phones(shop, 2)
    await restyled(shop, FOR_PREVIEWS)
    await take_all(shop)
    assert await due(shop) == []


async def test_a_newer_design_takes_the_place_of_one_that_is_being_told(shop: Shop):
    cards = await cards_on_phones(shop, 3)
    await restyled(shop)
    await take_all(shop, SLOW)
    wallet = MemoryWallet()
    await telling(shop, wallet).take()
    await restyled(shop, DARKER)
    assert await due(shop) == [], "nobody waits for the older one any more"
    await take_all(shop)
    await telling(shop, wallet).take()
    assert len(wallet.tokens) == 1 + 3
    assert [await told(shop, card) for card in cards] == [[(3, "accepted")]] * 3


async def test_a_newer_design_that_looks_the_same_still_tells_those_who_have_not_heard_of_the_older(shop: Shop):
    cards = await cards_on_phones(shop, 3)
    await restyled(shop)
    await take_all(shop, SLOW)
    await telling(shop, MemoryWallet()).take()
    await restyled(shop, edited(REDDER, "card.toml", "balance = 1250", "balance = 1251"))
    await take_all(shop)
    assert await due_now(shop) == [card.id for card in cards[1:]]


async def test_a_clock_that_leaps_back_a_day_does_not_hold_the_phones_up(shop: Shop):
    await cards_on_phones(shop, 2)
    await restyled(shop)
    await take_all(shop, SLOW)
    await let_pass(shop, -86_400)
    await take_all(shop, SLOW)
    assert len(await due(shop)) == 2


async def test_a_phone_told_a_moment_ago_waits_for_its_interval(shop: Shop):
    anna, card = await installed(shop, "Anna's phone")
    await shop.give(anna, 10)
    await telling(shop, MemoryWallet()).take()
    await restyled(shop)
    drain = pacing(shop, QUICK)
    drain.settings.interval = 3000.0
    await drain.take()
    (row,) = await due(shop)
    assert row.card_id == card.id
    assert 2900.0 < row.wait <= 3000.0


async def test_it_looks_again_when_the_next_card_is_due(shop: Shop):
    await cards_on_phones(shop, 2)
    assert await pacing(shop, SLOW).take() == pace.IDLE
    await restyled(shop)
    assert await pacing(shop, SLOW).take() == pace.TICK
    assert await pacing(shop, SLOW).take() == pace.BESIDE, "another worker may die meanwhile"
