"""Addresses of a brand's app: each belongs to one member, the newest stay, the dead go."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS, OTHER_PASS_TYPE, open_brand
from wallet_service.loyalty.people.addresses import (
    DAYS_UNSEEN,
    MOST,
    AppAddress,
    AppKind,
    drop_address,
    drop_dead,
    forget_stale_addresses,
    keep_address,
    list_addresses,
)
from wallet_service.loyalty.people.members import Member

WAITING = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def keep(shop: Shop, member: Member, address: str, kind: AppKind = "fid", later: float = 0.0) -> None:
    """The app shows an address, so many seconds from now."""
    async with shop.database.begin() as tx:
        tx.now += timedelta(seconds=later)
        await keep_address(tx, member, kind, address)


async def kept(shop: Shop, member: Member) -> list[AppAddress]:
    async with shop.database.read() as tx:
        return await list_addresses(tx, member)


async def names(shop: Shop, member: Member) -> list[str]:
    return [each.address for each in await kept(shop, member)]


async def forget(shop: Shop, *dead: AppAddress) -> int:
    async with shop.database.begin() as tx:
        return await drop_dead(tx, dead)


async def somebody_waits(shop: Shop) -> bool:
    """Whether a transaction waits for another."""
    async with shop.database.read() as tx:
        return await tx.first(WAITING) is not None


async def test_an_address_is_kept_with_its_kind_and_the_moment_it_was_seen(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    async with shop.database.begin() as tx:
        await keep_address(tx, anna, "token", "phone-1")
        now = tx.now
    assert await kept(shop, anna) == [AppAddress(shop.brand.id, anna.id, "token", "phone-1", now)]


async def test_an_address_that_is_shown_again_is_seen_again_and_stays_one(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    await keep(shop, anna, "phone-1")
    (before,) = await kept(shop, anna)
    await keep(shop, anna, "phone-1", later=60)
    (after,) = await kept(shop, anna)
    assert after.seen_at > before.seen_at
    assert replace(after, seen_at=before.seen_at) == before


async def test_the_same_text_of_another_kind_is_another_address(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    await keep(shop, anna, "phone-1", "fid")
    await keep(shop, anna, "phone-1", "token", later=1)
    async with shop.database.begin() as tx:
        await drop_address(tx, anna, "fid", "phone-1")
    assert [(each.kind, each.address) for each in await kept(shop, anna)] == [("token", "phone-1")]


async def test_a_phone_that_changes_hands_speaks_for_its_new_owner_only(shop: Shop) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    await keep(shop, anna, "phone-1")
    await keep(shop, boris, "phone-1", later=1)
    assert (await names(shop, anna), await names(shop, boris)) == ([], ["phone-1"])


async def test_nobody_drops_the_address_of_another_member(shop: Shop) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    await keep(shop, anna, "phone-1")
    async with shop.database.begin() as tx:
        await drop_address(tx, boris, "fid", "phone-1")
    assert await names(shop, anna) == ["phone-1"]


async def test_brands_do_not_take_addresses_from_each_other(shop: Shop) -> None:
    other = Shop(shop.service, await open_brand(shop.service, "Coffee Corner", OTHER_PASS_TYPE))
    ours, theirs = await shop.enrol(**ANNA), await other.enrol(**ANNA)
    await keep(shop, ours, "phone-1")
    await keep(other, theirs, "phone-1", later=1)
    assert (await names(shop, ours), await names(other, theirs)) == (["phone-1"], ["phone-1"])
    assert await forget(shop, *await kept(shop, ours)) == 1
    assert await names(other, theirs) == ["phone-1"]


async def test_beyond_the_most_the_address_unseen_for_longest_makes_room(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    for number in range(MOST):
        await keep(shop, anna, f"phone-{number}", later=number)
    await keep(shop, anna, "phone-0", later=MOST)
    await keep(shop, anna, "newest", later=MOST + 1)
    found = await names(shop, anna)
    assert len(found) == MOST
    assert found[:2] == ["newest", "phone-0"]
    assert "phone-1" not in found


async def test_the_address_just_shown_stays_although_the_clock_has_leapt_back(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    for number in range(MOST):
        await keep(shop, anna, f"phone-{number}", later=number)
    await keep(shop, anna, "newest", later=-3600)
    found = await names(shop, anna)
    assert (len(found), found[-1]) == (MOST, "newest")
    assert "phone-0" not in found


async def test_an_address_that_moves_makes_room_with_its_new_owner_and_not_with_the_old(shop: Shop) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    for number in range(MOST):
        await keep(shop, anna, f"annas-{number}", later=number)
        await keep(shop, boris, f"boriss-{number}", later=number)
    await keep(shop, boris, "annas-5", later=MOST)
    assert (len(await names(shop, anna)), len(await names(shop, boris))) == (MOST - 1, MOST)
    assert "boriss-0" not in await names(shop, boris)


async def test_two_phones_at_once_are_counted_one_after_the_other(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    for number in range(MOST):
        await keep(shop, anna, f"phone-{number}", later=number)
    async with shop.database.begin() as tx:
        tx.now += timedelta(seconds=MOST)
        await keep_address(tx, anna, "fid", "first")
        second = asyncio.create_task(keep(shop, anna, "second", later=MOST))
        async with asyncio.timeout(30):
            while not (second.done() or await somebody_waits(shop)):
                await asyncio.sleep(0.01)
    await second
    found = await names(shop, anna)
    assert (len(found), {"first", "second"} <= {*found}) == (MOST, True)


async def test_members_who_exchange_their_phones_at_once_do_not_wait_for_each_other_for_ever(shop: Shop) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    for number in range(MOST):
        await keep(shop, anna, f"annas-{number}", later=number)
        await keep(shop, boris, f"boriss-{number}", later=number)
    for number in range(3):  # each moves what the other would give up for it
        mine, yours = keep(shop, anna, f"boriss-{number}", later=99), keep(shop, boris, f"annas-{number}", later=99)
        await asyncio.gather(mine, yours)
    assert {f"boriss-{number}" for number in range(3)} <= set(await names(shop, anna))
    assert {f"annas-{number}" for number in range(3)} <= set(await names(shop, boris))


async def test_dead_addresses_go_and_the_others_stay(shop: Shop) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    for member, address in ((anna, "phone-1"), (anna, "phone-2"), (boris, "phone-3"), (boris, "phone-4")):
        await keep(shop, member, address)
    read = [*await kept(shop, anna), *await kept(shop, boris)]
    assert await forget(shop, *(each for each in read if each.address in {"phone-1", "phone-4"})) == 2
    assert (await names(shop, anna), await names(shop, boris)) == (["phone-2"], ["phone-3"])


@pytest.mark.parametrize("who", ["the same member", "another member"])
async def test_an_address_shown_again_since_it_was_read_is_alive(shop: Shop, who: str) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    owner = anna if who == "the same member" else boris
    await keep(shop, anna, "phone-1")
    read = await kept(shop, anna)
    await keep(shop, owner, "phone-1", later=0.001)
    assert await forget(shop, *read) == 0
    assert await names(shop, owner) == ["phone-1"]


async def test_the_dead_of_no_kind_and_of_yesterday_cost_nothing(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    await keep(shop, anna, "phone-1", "token")
    (read,) = await kept(shop, anna)
    assert await forget(shop) == 0
    assert await forget(shop, replace(read, kind="fid"), replace(read, address="phone-2")) == 0
    assert await forget(shop, read, read) == 1
    assert await forget(shop, read) == 0


async def test_addresses_that_no_app_has_shown_for_long_are_forgotten_and_no_others(shop: Shop) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    long_ago = -timedelta(days=DAYS_UNSEEN).total_seconds()
    await keep(shop, anna, "lost-phone", later=long_ago)
    await keep(shop, boris, "boriss-phone", later=long_ago + 3600)
    await keep(shop, anna, "annas-phone")
    async with shop.database.begin() as tx:
        assert await forget_stale_addresses(tx) == 1
        assert await forget_stale_addresses(tx) == 0
    assert (await names(shop, anna), await names(shop, boris)) == (["annas-phone"], ["boriss-phone"])


async def test_an_address_that_is_shown_at_the_moment_it_would_be_forgotten_stays(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    await keep(shop, anna, "phone-1", later=-timedelta(days=DAYS_UNSEEN + 1).total_seconds())
    async with shop.database.begin() as shown:
        await keep_address(shown, anna, "fid", "phone-1")
        async with asyncio.timeout(30), shop.database.begin() as tx:
            assert await forget_stale_addresses(tx) == 0  # and does not wait
    assert await names(shop, anna) == ["phone-1"]
