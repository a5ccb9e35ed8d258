"""Members who are one person: their points, references and cards; and the way back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.loyalty.hold_desk import HoldDesk
from tests.loyalty.lot_days import HOUR, LotShop
from tests.people import PASS_TYPE, open_brand
from wallet_service.amounts import Points
from wallet_service.app import open_service
from wallet_service.cards.faces import states
from wallet_service.clock import SetClock, SystemClock
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.reversals import Reversal, reverse
from wallet_service.loyalty.people.members import Member, MemberExists, find_member, list_members
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.unions.merges import (
    Merge,
    MergeAlreadyUndone,
    MergeNotFound,
    list_merges,
    merge_members,
    undo_merge,
)
from wallet_service.loyalty.unions.merging import MemberHasHolds, MemberMerged, MergeAcrossProgrammes, MergeWithItself
from wallet_service.settings import Settings


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[HoldDesk]:
    """Burger Heroes, whose clock is set by hand."""
    clock = SetClock(SystemClock().now())
    async with open_service(settings, clock=clock) as service:
        yield HoldDesk(service, await open_brand(service, "Burger Heroes", PASS_TYPE), clock)


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[HoldDesk]:
    async with open_desk(settings) as desk:
        yield desk


async def merge(shop: LotShop, goer: Member, stayer: Member) -> Merge:
    """Let one be the other."""
    async with shop.database.begin() as tx:
        return await merge_members(tx, Rulebooks(), shop.brand.id, MemberRef("id", stayer.id), MemberRef("id", goer.id))


async def part(shop: LotShop, merged: Merge) -> Merge:
    """Let them be two."""
    async with shop.database.begin() as tx:
        return await undo_merge(tx, Rulebooks(), shop.brand.id, merged.id)


async def total(shop: HoldDesk) -> int:
    """The points of all members, as the books have them."""
    async with shop.database.read() as tx:
        return sum(member.balance for member in await list_members(tx, shop.brand.id, None, 100))


async def voided(shop: HoldDesk, card: str) -> bool:
    """Whether phones grey it out."""
    async with shop.database.read() as tx:
        (state,) = await states(tx, [card])
    assert state is not None
    return state.voided


async def test_all_points_come_over_as_they_were(shop: HoldDesk) -> None:
    anna, double = await shop.enrol(), await shop.enrol()
    await shop.give(anna, 10)
    await shop.grant(double, 30, life=HOUR)
    await shop.give(double, 50)
    await shop.grant(double, 20, life=9 * HOUR, delay=HOUR)

    merged = await merge(shop, double, anna)

    assert (merged.points, merged.promised) == (80, 20)
    assert await shop.lots(double) == [(0, "closed")] * 3
    assert await shop.lots(anna) == [(10, "open"), (30, "open"), (20, "pending"), (50, "open")]
    assert (await shop.story(double))[3:] == [("merged", -80, 0)]
    assert (await shop.story(anna))[1:] == [("merged", 30, 40), ("merged", 0, 40), ("merged", 50, 90)]
    assert {entry.reference for entry in await shop.entries(anna) if entry.kind is Kind.MERGED} == {merged.id}
    await shop.give(anna, -35)
    assert await shop.lots(anna) == [(5, "open"), (0, "closed"), (20, "pending"), (50, "open")]
    await shop.prove()


async def test_a_merge_leaves_what_the_brand_owes_as_it_was(shop: HoldDesk) -> None:
    anna, double = await shop.enrol(), await shop.enrol()
    await shop.give(anna, 70)
    await shop.give(double, 45)
    merged = await merge(shop, double, anna)
    assert await total(shop) == 115
    await part(shop, merged)
    assert await total(shop) == 115
    await shop.prove()


async def test_every_reference_to_the_one_who_went_leads_to_the_survivor(shop: HoldDesk) -> None:
    anna = await shop.enrol(external_id="BH-1")
    double = await shop.enrol(external_id="BH-2", phone="+4915112345678")
    card = await shop.issue(double)
    await merge(shop, double, anna)
    refs = [
        MemberRef("id", double.id),
        MemberRef("external", "BH-2"),
        MemberRef("phone", "+4915112345678"),
        MemberRef("card", card.id),
    ]

    assert await shop.post(*(shop.posting(ref, 5) for ref in refs)) == ["5", "10", "15", "20"]

    async with shop.database.read() as tx:
        found = {(await find_member(tx, shop.brand.id, ref)).id for ref in refs}
        assert found == {member.id for member in await list_members(tx, shop.brand.id, None, 10)} == {anna.id}
    with pytest.raises(MemberExists) as taken:
        await shop.enrol(phone="+4915112345678")
    assert taken.value.extra == {"field": "phone", "member": anna.id}
    assert (await shop.change(double, name="Anna")).id == anna.id


async def test_the_card_of_the_one_who_went_is_void_for_as_long_as_the_merge_stands(shop: HoldDesk) -> None:
    anna, double = await shop.enrol(), await shop.enrol()
    kept, void = await shop.issue(anna), await shop.issue(double)
    await shop.give(double, 5)
    before = [(await shop.card(card)).version for card in (kept, void)]

    merged = await merge(shop, double, anna)

    assert [await voided(shop, card.id) for card in (kept, void)] == [False, True]
    after = [await shop.card(card) for card in (kept, void)]
    assert [card.version > version for card, version in zip(after, before, strict=True)] == [True, True]
    assert [card.voided_at for card in after] == [None, merged.merged_at]
    await part(shop, merged)
    assert not await voided(shop, void.id)
    assert (await shop.card(void)).version > after[1].version


async def test_an_undone_merge_gives_back_what_is_still_there(shop: HoldDesk) -> None:
    anna, double = await shop.enrol(), await shop.enrol()
    await shop.give(anna, 100)
    await shop.grant(double, 30, life=HOUR)
    await shop.give(double, 50)
    merged = await merge(shop, double, anna)
    await shop.give(anna, -40)  # the 30 that end first, and 10 of Anna's own

    undone = await part(shop, merged)

    assert undone.returned == 50
    assert [(await shop.member(who)).balance for who in (anna, double)] == [90, 50]
    assert (await shop.lots(double))[2:] == [(50, "open")]
    assert await shop.post(shop.posting(double, 1)) == ["51"]
    with pytest.raises(MergeAlreadyUndone):
        await part(shop, merged)
    async with shop.database.read() as tx:
        assert await list_merges(tx, anna, None, 10) == [undone]
    await shop.prove()


async def test_a_debt_goes_over_and_back(shop: HoldDesk) -> None:
    programme = await shop.another_programme(may_go_negative=True)
    anna, double = await shop.enrol(programme), await shop.enrol(programme)
    await shop.give(anna, 100)
    await shop.give(double, -30)

    merged = await merge(shop, double, anna)
    assert [(await shop.member(who)).balance for who in (anna, double)] == [70, 70]
    undone = await part(shop, merged)

    assert (merged.points, undone.returned) == (-30, -30)
    assert [(await shop.member(who)).balance for who in (anna, double)] == [100, -30]
    assert await shop.lots(anna) == [(100, "open")]
    await shop.prove()


async def test_who_was_merged_before_follows_there_and_back(shop: HoldDesk) -> None:
    anna, double, triple = [await shop.enrol() for _ in range(3)]
    await shop.give(triple, 7)
    inner = await merge(shop, triple, double)
    outer = await merge(shop, double, anna)

    assert await shop.post(shop.posting(triple, 1)) == ["8"]
    with pytest.raises(MemberMerged) as refused:
        await part(shop, inner)
    assert refused.value.extra == {"into": anna.id}
    await part(shop, outer)
    assert (await shop.member(triple)).id == double.id
    assert [(await shop.member(who)).balance for who in (anna, double)] == [1, 7]
    await part(shop, inner)

    assert [(await shop.member(who)).balance for who in (anna, double, triple)] == [1, 0, 7]
    await shop.prove()


async def test_what_the_one_who_went_has_bought_can_still_be_returned(shop: HoldDesk) -> None:
    anna, double = await shop.enrol(), await shop.enrol()
    await shop.grant(double, 30, life=9 * HOUR)
    await shop.give(double, -10)
    spent, granted = await shop.entries(double)
    await merge(shop, double, anna)

    async with shop.database.begin() as tx:
        await reverse(tx, Reversal(shop.brand.id, MemberRef("id", double.id), spent.id))
        taken = await reverse(tx, Reversal(shop.brand.id, MemberRef("id", anna.id), granted.id, Points(25)))

    assert [points for _, points in taken.moves] == [-20, -5]
    assert await shop.lots(anna) == [(0, "closed"), (5, "open")]
    await shop.prove()


@pytest.mark.parametrize(
    ("goer", "stayer", "refusal"),
    [
        ("anna", "anna", MergeWithItself),
        ("gone", "anna", MemberMerged),
        ("anna", "gone", MergeWithItself),
        ("holder", "anna", MemberHasHolds),
        ("stranger", "anna", MergeAcrossProgrammes),
    ],
)
async def test_who_cannot_be_merged_is_left_alone(
    shop: HoldDesk, goer: str, stayer: str, refusal: type[Exception]
) -> None:
    people = {name: await shop.enrol() for name in ("anna", "gone", "holder")}
    people["stranger"] = await shop.enrol(await shop.another_programme())
    await shop.give(people["holder"], 10)
    await shop.hold(people["holder"], 5)
    await merge(shop, people["gone"], people["anna"])
    with pytest.raises(refusal):
        await merge(shop, people[goer], people[stayer])
    await shop.prove()


async def test_a_merge_that_never_was_cannot_be_undone(shop: HoldDesk) -> None:
    for name in ("mrg_01k9z8w4ekf4p8q2v7r5t3y1xa", "nonsense"):
        with pytest.raises(MergeNotFound):
            async with shop.database.begin() as tx:
                await undo_merge(tx, Rulebooks(), shop.brand.id, name)
