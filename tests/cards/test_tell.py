"""Telling phones: the drain of what is due, against a wallet that answers as it was told to."""

from datetime import timedelta
from time import monotonic

import pytest

from tests.cards.desk import changed, due, installed, listening, make_due, register, telling, told
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards.issue import void_card
from wallet_service.clock import SetClock
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown
from wallet_service.settings import PushSettings

TOKEN = "token of phone"


async def test_a_changed_card_wakes_each_of_its_devices_once(shop: Shop):
    card, wallet = await changed(shop, "phone", "watch"), MemoryWallet()
    drain = telling(shop, wallet)
    assert await drain.take() == 0.0
    assert await drain.take() > 0.0
    assert sorted(wallet.tokens) == [TOKEN, "token of watch"]
    assert await told(shop, card) == [(2, "accepted")] * 2
    assert await due(shop) == []


@pytest.mark.parametrize(
    ("outcome", "words", "waits"),
    [
        (Delivered(), "accepted", None),
        (Refused("BadTopic"), "refused: BadTopic", None),
        (TryLater(30.0, "throttled"), "later: throttled", 30.0),
        (Unknown("reset"), "unknown: reset", 2.0),
    ],
)
async def test_what_becomes_of_a_push_decides_whether_the_card_is_told_again(
    shop: Shop, outcome: Outcome, words: str, waits: float | None
):
    card, began = await changed(shop, "phone"), monotonic()
    await telling(shop, MemoryWallet({TOKEN: outcome})).take()
    assert await told(shop, card) == [(2, words)]
    left = [row.wait for row in await due(shop)]
    assert left == pytest.approx([] if waits is None else [waits], abs=0.1 + monotonic() - began)


async def test_a_card_without_devices_is_settled_too(shop: Shop):
    await changed(shop)
    wallet = MemoryWallet()
    assert await telling(shop, wallet).take() == 0.0
    assert (wallet.woken, await due(shop)) == ([], [])


async def test_a_withdrawn_card_is_told_as_well(shop: Shop):
    _, card = await installed(shop, "phone")
    async with shop.database.begin() as tx:
        await void_card(tx, shop.brand.id, card.id, 0.0)
    wallet = MemoryWallet()
    await telling(shop, wallet).take()
    assert (wallet.tokens, await told(shop, card)) == ([TOKEN], [(2, "accepted")])


async def test_one_push_wakes_a_device_for_all_its_cards(shop: Shop):
    for _ in range(3):
        member, card = await installed(shop)
        await register(shop, card, "phone", token=TOKEN)
        await shop.give(member, 10)
    wallet = MemoryWallet()
    await telling(shop, wallet).take()
    assert (wallet.tokens, await due(shop)) == ([TOKEN], [])


async def test_a_burst_is_one_push_for_each_interval(shop: Shop):
    push, wallet = PushSettings(interval=3000.0), MemoryWallet()
    drain = telling(shop, wallet, push)
    member, _ = await installed(shop, "phone")
    async with shop.second_database(push) as paced:
        for _ in range(5):
            await shop.post(shop.posting(member, 1), database=paced)
        await drain.take()
        assert wallet.tokens == [TOKEN]

        for _ in range(5):
            await shop.post(shop.posting(member, 1), database=paced)
        assert [row.wait for row in await due(shop)] == pytest.approx([3000.0], abs=60.0)
        assert await drain.take() > 0.0
        await make_due(shop)
        await drain.take()
        assert wallet.tokens == [TOKEN] * 2


async def test_a_change_while_the_push_is_under_way_is_due_again_after_the_interval(shop: Shop):
    member, card = await installed(shop, "phone")
    await shop.give(member, 10)

    async def buy() -> None:
        await shop.give(member, 5)

    await telling(shop, MemoryWallet(meanwhile=buy), PushSettings(interval=3000.0)).take()
    (row,) = await due(shop)
    assert (row.card_id, row.attempt, row.wait) == (card.id, 0, pytest.approx(3000.0, abs=60.0))
    assert await told(shop, card) == [(2, "accepted")]


@pytest.mark.parametrize(("hours", "left"), [(-1, ["phone"]), (1, []), (None, [])])
async def test_a_dead_token_is_forgotten_unless_it_registered_since(
    shop: Shop, clock: SetClock, hours: int | None, left: list[str]
):
    await changed(shop, "phone")
    died = None if hours is None else int((clock.now() + timedelta(hours=hours)).timestamp() * 1000)
    await telling(shop, MemoryWallet({TOKEN: Dead(died)})).take()
    assert (await listening(shop), await due(shop)) == (left, [])


async def test_a_dead_token_takes_no_other_device_with_it(shop: Shop):
    await changed(shop, "phone", "watch")
    await telling(shop, MemoryWallet({TOKEN: Dead(None)})).take()
    assert await listening(shop) == ["watch"]


async def test_an_outage_keeps_the_change_however_long_it_lasts(shop: Shop):
    card, outage = await changed(shop, "phone"), {TOKEN: TryLater(1.0, "circuit open")}
    wallet = MemoryWallet(outage)
    for _ in range(12):
        await make_due(shop)
        await telling(shop, wallet).take()
    assert [row.attempt for row in await due(shop)] == [12]
    outage.clear()
    await make_due(shop)
    await telling(shop, wallet).take()
    assert (await due(shop), await told(shop, card)) == ([], [(2, "accepted")])


async def test_the_next_change_after_trouble_begins_anew(shop: Shop):
    member, _ = await installed(shop, "phone")
    trouble = {TOKEN: Unknown("reset")}
    for orders in (trouble, {}):
        await shop.give(member, 10)
        await make_due(shop)
        await telling(shop, MemoryWallet(orders)).take()
    await shop.give(member, 10)
    assert [row.attempt for row in await due(shop)] == [0]
