"""Telling phones, several at it at once: nothing is told twice, nothing stays untold."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.cards.desk import AT_ONCE, changed, due, installed, make_due, somebody_waits_for_a_lock, telling
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards.due import SWEEP
from wallet_service.cards.tell import Telling
from wallet_service.clock import SetClock
from wallet_service.outcomes import TryLater
from wallet_service.settings import PushSettings

TOKEN = "token of phone"

CHANGED_AGAIN = text("UPDATE push_due SET seq = seq + 1")
OVERDUE = text("UPDATE push_due SET due_at = now() - interval '1 hour'")


async def test_a_change_not_yet_committed_when_the_push_is_settled_is_due_again(shop: Shop):
    await changed(shop, "phone")
    buying = AsyncExitStack()
    async with shop.second_database() as other:

        async def begin_to_buy() -> None:
            tx = await buying.enter_async_context(other.begin())
            await tx.run(CHANGED_AGAIN)

        wallet = MemoryWallet(meanwhile=begin_to_buy)
        taking = asyncio.create_task(telling(shop, wallet, PushSettings(interval=1.0, lease=60.0)).take())
        await somebody_waits_for_a_lock(shop)
        await buying.aclose()
        await taking
    (row,) = await due(shop)
    assert row.wait < 5.0, "the card waits for the end of the lease, though it has changed since"


async def test_a_batch_that_was_never_settled_is_told_by_another_after_its_lease(shop: Shop):
    await changed(shop, "phone")

    async def die() -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await telling(shop, MemoryWallet(meanwhile=die)).take()
    wallet = MemoryWallet()
    other = telling(shop, wallet)
    assert SWEEP < await other.take() <= AT_ONCE.lease
    assert wallet.tokens == []
    await make_due(shop)
    assert await other.take() == 0.0
    assert (wallet.tokens, await due(shop)) == ([TOKEN], [])


async def test_two_processes_share_what_is_due_and_tell_nothing_twice(shop: Shop):
    members = []
    for n in range(40):
        member, _ = await installed(shop, f"phone {n}")
        members.append(member)
    await shop.post(*(shop.posting(member, 10) for member in members))
    wallet, push = MemoryWallet(meanwhile=lambda: asyncio.sleep(0)), PushSettings(interval=0.0, batch=3)

    async def drain(one: Telling) -> int:
        batches = 0
        while await one.take() == 0.0:
            batches += 1
        return batches

    async with shop.second_database() as other:
        mine = telling(shop, wallet, push)
        batches = await asyncio.gather(
            drain(mine), drain(mine), drain(replace(telling(shop, wallet, push), database=other))
        )
    assert sorted(wallet.tokens) == sorted(f"token of phone {n}" for n in range(40))
    assert all(batches)
    assert await due(shop) == []


async def test_a_straggler_below_the_floor_is_found_by_the_next_sweep(shop: Shop, clock: SetClock):
    await changed(shop, "phone")
    wallet = MemoryWallet()
    drain = telling(shop, wallet)
    await drain.take()
    await changed(shop, "straggler")
    async with shop.database.begin() as tx:
        await tx.run(OVERDUE)
    assert await drain.take() > 0.0
    clock.forward(timedelta(seconds=SWEEP))
    assert await drain.take() == 0.0
    assert wallet.tokens == [TOKEN, "token of straggler"]


async def test_with_nothing_due_it_looks_again_when_something_will_be(shop: Shop):
    drain = telling(shop, MemoryWallet({TOKEN: TryLater(60.0, "not_sent")}))
    assert await drain.take() == SWEEP
    await changed(shop, "phone")
    await drain.take()
    assert SWEEP < await drain.take() <= 60.0
