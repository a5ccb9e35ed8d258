"""Posting entries: batches in order, once per key, side by side, written for ever."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.loyalty.shop import Shop, heard, say
from wallet_service.cards.issue import void_card
from wallet_service.loyalty.ledger.balances import post_entries
from wallet_service.loyalty.once import KeyInProgress, OnceKey, claim
from wallet_service.loyalty.references import MemberRef


async def test_postings_of_a_batch_see_each_other_in_order(shop: Shop):
    anna = await shop.enrol()
    answers = await shop.post(*(shop.posting(anna, amount) for amount in (-1, 5, -5, -1, 2)))
    assert answers == ["insufficient-points", "5", "0", "insufficient-points", "2"]
    assert [entry.amount for entry in await shop.entries(anna)] == [2, -5, 5]


async def test_all_references_to_a_member_name_one_account(shop: Shop):
    anna = await shop.enrol(external_id="BH-1", phone="+79161234567")
    card = await shop.issue(anna)
    refs = [
        MemberRef("id", anna.id),
        MemberRef("external", "BH-1"),
        MemberRef("phone", "+79161234567"),
        MemberRef("card", card.id),
    ]
    assert await shop.post(*(shop.posting(ref, 10) for ref in refs)) == ["10", "20", "30", "40"]
    await shop.prove()


async def test_a_reference_that_fits_members_of_two_programmes_names_nobody(shop: Shop):
    other = await shop.another_programme()
    members = [await shop.enrol(external_id="BH-1"), await shop.enrol(other, external_id="BH-1")]
    assert await shop.post(shop.posting(MemberRef("external", "BH-1"), 10)) == ["member-ambiguous"]
    assert await shop.post(*(shop.posting(member, 10) for member in members)) == ["10", "10"]


async def test_a_withdrawn_card_names_nobody(shop: Shop):
    anna = await shop.enrol()
    card = await shop.issue(anna)
    async with shop.database.begin() as tx:
        await void_card(tx, shop.brand.id, card.id, 0.0)
    assert await shop.post(shop.posting(MemberRef("card", card.id), 10)) == ["member-not-found"]


async def test_another_brand_does_not_know_the_member(shop: Shop):
    anna = await shop.enrol(external_id="BH-1")
    async with shop.database.begin() as tx:
        foreign = [shop.posting(MemberRef("external", "BH-1"), 1), shop.posting(anna, 1)]
        foreign = [type(posting)("brand_other", posting.member, amount=posting.amount) for posting in foreign]
        assert heard(await post_entries(tx, foreign, say)) == ["member-not-found"] * 2


async def test_a_batch_of_nothing_does_nothing(shop: Shop):
    assert await shop.post() == []


async def test_a_refusal_is_the_answer_for_its_key_for_ever(shop: Shop):
    anna = await shop.enrol()
    spend = shop.posting(anna, -5, key="dinner")
    assert await shop.post(spend) == ["insufficient-points"]
    await shop.give(anna, 100)
    assert await shop.post(spend) == ["insufficient-points"]
    assert (await shop.member(anna)).balance == 100


async def test_a_rolled_back_batch_leaves_its_keys_free(shop: Shop):
    anna = await shop.enrol()
    lunch = shop.posting(anna, 5, key="lunch")

    async def fail_afterwards() -> None:
        async with shop.database.begin() as tx:
            await post_entries(tx, [lunch], say)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_afterwards()
    assert await shop.post(lunch) == ["5"]


async def test_a_key_that_another_transaction_holds_is_in_progress(shop: Shop):
    anna = await shop.enrol()
    lunch = shop.posting(anna, 5, key="lunch")
    async with shop.database.begin() as holder:
        await post_entries(holder, [lunch], say)
        async with shop.database.begin() as tx:
            (claimed,) = await claim(tx, [lunch.once])
            assert isinstance(claimed, KeyInProgress)
    assert await shop.post(lunch) == ["5"]
    assert len(await shop.entries(anna)) == 1


async def test_the_same_key_is_another_one_in_another_brand(shop: Shop):
    anna = await shop.enrol()
    assert await shop.post(shop.posting(anna, 5, key="lunch")) == ["5"]
    async with shop.database.begin() as tx:
        assert await claim(tx, [OnceKey("brand_other", "lunch", b"")]) == [None]


async def test_batches_on_two_connections_neither_wait_for_each_other_nor_lose_a_point(shop: Shop):
    members = [await shop.enrol() for _ in range(6)]
    gifts = [shop.posting(member, n + 1) for n, member in enumerate(members)]
    orders = [[*gifts[n % 6 :], *gifts[: n % 6]][:: 1 if n % 2 else -1] for n in range(20)]
    async with shop.second_database() as other:
        batches = [shop.post(*order, database=database) for order in orders for database in (shop.database, other)]
        await asyncio.gather(*batches)
    assert [(await shop.member(member)).balance for member in members] == [40 * (n + 1) for n in range(6)]
    await shop.prove()


async def test_one_key_sent_to_two_processes_at_once_has_one_effect(shop: Shop):
    anna = await shop.enrol()
    lunches = [shop.posting(anna, 5, key=f"lunch {n}") for n in range(10)]
    async with shop.second_database() as other:
        answers = await asyncio.gather(*(shop.post(lunch, database=db) for lunch in lunches for db in (other, None)))
    assert {answer for (answer,) in answers} <= {"idempotency-in-progress", *(str(5 * n) for n in range(1, 11))}
    assert (await shop.member(anna)).balance == 50


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ledger_entry SET amount = 1000",
        "DELETE FROM ledger_entry",
        "UPDATE template_version SET number = 2",
        "DELETE FROM template_version",
    ],
)
async def test_entries_and_published_templates_are_written_for_ever(shop: Shop, tampering: str):
    await shop.give(await shop.enrol(), 5)
    with pytest.raises(DBAPIError, match="never changed or deleted"):
        async with shop.database.begin() as tx:
            await tx.run(text(tampering))
