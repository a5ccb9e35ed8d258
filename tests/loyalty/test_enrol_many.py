"""Many members enrolled at once: each as if they had come alone."""

import asyncio

from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS
from wallet_service.database.postgres import PostgresTransaction
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.facts import MemberEnrolled
from wallet_service.loyalty.people.members import Enrolled, Member, MemberExists, Newcomer, enrol_members


async def enrol(shop: Shop, *people: dict[str, str]) -> list[Enrolled]:
    """What becomes of these."""
    async with shop.database.begin() as tx:
        programme = await find_programme(tx, shop.brand.id, None)
        return await enrol_members(tx, [Newcomer(programme, given) for given in people])


async def test_each_hears_in_order_what_became_of_them(shop: Shop):
    anna = await shop.enrol(**ANNA)

    there, boris, nobody = await enrol(shop, ANNA, BORIS, {})

    assert isinstance(there, MemberExists)
    assert there.there == anna
    assert isinstance(boris, Member)
    assert boris == await shop.member(boris)
    assert isinstance(nobody, Member)
    assert (nobody.name, nobody.language, nobody.time_zone, nobody.balance) == ("", "en", "UTC", 0)


async def test_nobody_is_enrolled_by_an_empty_batch(shop: Shop):
    assert await enrol(shop) == []


async def test_only_those_who_are_new_are_told_of(shop: Shop):
    await shop.enrol(**ANNA)
    async with shop.database.begin() as tx:
        assert isinstance(tx, PostgresTransaction)
        programme = await find_programme(tx, shop.brand.id, None)
        _, boris = await enrol_members(tx, [Newcomer(programme, ANNA), Newcomer(programme, BORIS)])
        assert isinstance(boris, Member)
        assert tx.facts == [MemberEnrolled(boris.id)]


async def test_two_batches_at_once_enrol_everybody_once(shop: Shop):
    people = [{"external_id": str(n)} for n in range(300)]

    outcomes = await asyncio.gather(*(enrol(shop, *people) for _ in range(3)))

    new = [each for batch in outcomes for each in batch if isinstance(each, Member)]
    assert sorted(member.external_id or "" for member in new) == sorted(each["external_id"] for each in people)


async def test_a_newcomer_is_a_member_when_all_that_was_given_is_so(shop: Shop):
    anna = await shop.enrol(**ANNA)
    async with shop.database.read() as tx:
        programme = await find_programme(tx, shop.brand.id, None)
    assert Newcomer(programme, ANNA).is_already(anna)
    assert Newcomer(programme, {"phone": anna.phone}).is_already(anna)
    assert not Newcomer(programme, ANNA | {"name": "Anna K"}).is_already(anna)
