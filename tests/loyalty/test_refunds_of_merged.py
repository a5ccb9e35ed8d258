"""What somebody has bought who was merged into another can be returned, while the merge stands and when it was undone."""

from collections.abc import AsyncIterator

import pytest

from tests.loyalty.club import Club, mechanic, open_club
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.sales.receipts import Purchase
from wallet_service.loyalty.unions.merges import Merge, merge_members, undo_merge
from wallet_service.settings import Settings


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        await opened.rule(mechanic("base", "purchase", {"percent": 5, "live_days": 90}))
        yield opened


async def merge(club: Club, goer: Member, stayer: Member) -> Merge:
    """Let one be the other."""
    async with club.database.begin() as tx:
        return await merge_members(
            tx, club.rulebooks, club.brand.id, MemberRef("id", stayer.id), MemberRef("id", goer.id)
        )


async def part(club: Club, merged: Merge) -> None:
    """Let them be two."""
    async with club.database.begin() as tx:
        await undo_merge(tx, club.rulebooks, club.brand.id, merged.id)


async def a_sale_and_a_merge(club: Club) -> tuple[Member, Member, Purchase, Merge]:
    """The double buys for 10.00, which gives 50 points, and turns out to be Anna."""
    anna, double = await club.enrol(), await club.enrol()
    bought = await club.buy(double)
    return anna, double, bought, await merge(club, double, anna)


async def test_the_survivor_gives_back_what_the_other_was_given(club: Club) -> None:
    anna, double, bought, _ = await a_sale_and_a_merge(club)
    assert await club.balance(anna) == 50

    await club.give_back(bought, (1, 1))
    assert await club.balance(anna) == 5
    await club.give_back(bought)

    assert (await club.balance(anna), await club.balance(double)) == (0, 0)
    await club.prove()


async def test_after_the_merge_is_undone_it_is_the_others_to_return(club: Club) -> None:
    anna, double, bought, merged = await a_sale_and_a_merge(club)
    await part(club, merged)
    assert (await club.balance(anna), await club.balance(double)) == (0, 50)

    await club.give_back(bought)

    assert (await club.balance(anna), await club.balance(double)) == (0, 0)
    await club.prove()


async def test_a_part_that_came_back_meanwhile_does_not_come_back_again(club: Club) -> None:
    anna, double, bought, merged = await a_sale_and_a_merge(club)
    await club.give_back(bought, (1, 1))
    await part(club, merged)
    assert (await club.balance(anna), await club.balance(double)) == (0, 5)

    await club.give_back(bought)

    assert (await club.balance(anna), await club.balance(double)) == (0, 0)
    await club.prove()
