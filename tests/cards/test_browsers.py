"""Telling browsers: the drain of what is due in them, against a channel that answers as it was told to."""

from collections import Counter

import pytest

from tests.cards.browser_desk import (
    PATIENT,
    at,
    drain_to,
    in_web,
    kept,
    shown_in,
    subscribe,
    texts,
    told_long_ago,
    waits,
)
from tests.cards.desk import installed, make_due
from tests.loyalty.shop import Shop
from wallet_service.cards.due import describe
from wallet_service.cards.issue import void_card
from wallet_service.channels.memory import MemoryChannel
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown


async def test_a_new_balance_is_told_to_each_browser_once_in_the_words_of_the_pass(shop: Shop):
    member, card = await shown_in(shop, "laptop", "tablet")
    channel = MemoryChannel()
    drain = drain_to(shop, channel)
    await shop.give(member, 1250)

    assert await drain.take() == 0.0
    assert await drain.take() > 0.0

    assert texts(channel.sent) == [(name, "Your balance is now 1,250") for name in ("laptop", "tablet")]
    message = channel.sent[0]
    assert (message.key, message.title, message.topic) == (f"balance/{card.id}", "Burger Heroes", "balance")
    assert (message.link, message.expires_s, message.address.kind) == (None, 86_400, "web")
    told = [(row.told_version, row.told_balance, row.told_outcome) for row in await kept(shop)]
    assert told == [(2, 1250, "accepted")] * 2
    assert await waits(shop) == []


async def test_the_balance_at_the_time_of_asking_is_no_news(shop: Shop):
    member, card = await installed(shop)
    await shop.give(member, 100)
    await subscribe(shop, card, "laptop")
    channel = MemoryChannel()
    await shop.change(member, name="Anna Ivanova")
    await drain_to(shop, channel).take()
    assert (channel.sent, await waits(shop)) == ([], [])


async def test_a_balance_that_has_come_back_is_no_news(shop: Shop):
    member, _ = await shown_in(shop, "laptop")
    channel = MemoryChannel()
    await shop.give(member, 100)
    await shop.give(member, -100)
    await drain_to(shop, channel).take()
    assert channel.sent == []


async def test_a_burst_of_changes_is_one_notice_of_the_newest_balance(shop: Shop):
    member, _ = await shown_in(shop, "laptop")
    channel = MemoryChannel()
    for _ in range(3):
        await shop.give(member, 100)
    await drain_to(shop, channel).take()
    assert texts(channel.sent) == [("laptop", "Your balance is now 300")]


async def test_within_the_interval_a_browser_is_left_in_peace(shop: Shop):
    member, _ = await shown_in(shop, "laptop")
    channel = MemoryChannel()
    drain = drain_to(shop, channel, PATIENT)
    await shop.give(member, 100)
    await drain.take()
    await shop.give(member, 100)
    await drain.take()
    assert texts(channel.sent) == [("laptop", "Your balance is now 100")]
    assert await waits(shop) == [pytest.approx(30.0, abs=5.0)]

    await told_long_ago(shop)
    await drain.take()
    assert texts(channel.sent)[1:] == [("laptop", "Your balance is now 200")]


async def test_a_browser_that_was_told_in_the_future_waits_for_nothing(shop: Shop):
    member, _ = await shown_in(shop, "laptop")
    channel = MemoryChannel()
    drain = drain_to(shop, channel, PATIENT)
    for _ in range(2):
        await shop.give(member, 100)
        await drain.take()
        await told_long_ago(shop, seconds=86_400.0)
    await drain.take()
    assert len(channel.sent) == 2


@pytest.mark.parametrize(
    ("outcome", "words", "balance", "waits_s"),
    [
        (Delivered(), "accepted", 100, []),
        (Refused("413"), "refused: 413", 0, []),
        (TryLater(30.0, "429"), "later: 429", 0, [30.0]),
        (Unknown("reset"), "unknown: reset", 0, [2.0]),
    ],
)
async def test_what_becomes_of_a_notice_decides_whether_it_is_told_again(
    shop: Shop, outcome: Outcome, words: str, balance: int, waits_s: list[float]
):
    member, _ = await shown_in(shop, "laptop")
    channel = MemoryChannel()
    channel.answer(at("laptop"), outcome)
    await shop.give(member, 100)
    await drain_to(shop, channel).take()
    assert [(row.told_outcome, row.told_balance) for row in await kept(shop)] == [(words, balance)]
    assert await waits(shop) == pytest.approx(waits_s, abs=1.0)


async def test_whoever_counts_hears_what_became_of_every_notice(shop: Shop):
    member, _ = await shown_in(shop, "laptop", "tablet")
    channel, counted = MemoryChannel(), Counter[str]()
    channel.answer(at("tablet"), Dead(None))
    drain = drain_to(shop, channel)
    drain.noted = lambda outcomes: counted.update(map(describe, outcomes))
    for _ in range(2):
        await shop.give(member, 100)
        await drain.take()
    assert counted == {"accepted": 2, "dead token": 1}


async def test_only_the_browser_that_was_not_reached_is_told_again(shop: Shop):
    member, _ = await shown_in(shop, "laptop", "tablet")
    channel = MemoryChannel()
    channel.answer(at("tablet"), TryLater(30.0, "503"))
    await shop.give(member, 100)
    await drain_to(shop, channel).take()
    channel.answer(at("tablet"), Delivered())
    await make_due(shop)
    await drain_to(shop, channel).take()
    assert [name for name, _ in texts(channel.sent)] == ["laptop", "tablet", "tablet"]


async def test_a_dead_browser_is_forgotten_and_the_card_with_the_last(shop: Shop):
    member, _ = await shown_in(shop, "laptop", "tablet")
    channel = MemoryChannel()
    for name, left in (("laptop", True), ("tablet", False)):
        channel.answer(at(name), Dead(None))
        await shop.give(member, 100)
        await drain_to(shop, channel).take()
        assert await in_web(shop) is left
    assert await kept(shop) == []


async def test_a_withdrawn_card_has_no_news(shop: Shop):
    member, card = await shown_in(shop, "laptop")
    channel = MemoryChannel()
    await shop.give(member, 100)
    async with shop.database.begin() as tx:
        await void_card(tx, shop.brand.id, card.id, 0.0)
    await drain_to(shop, channel).take()
    assert (channel.sent, await waits(shop)) == ([], [])


async def test_without_web_push_what_is_due_is_let_go(shop: Shop):
    member, _ = await shown_in(shop, "laptop")
    await shop.give(member, 100)
    assert await drain_to(shop, None).take() == 0.0
    assert [row.told_outcome for row in await kept(shop)] == ["refused: web push is not set up"]
    assert await waits(shop) == []
