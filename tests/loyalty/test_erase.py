"""Erased: nobody can say any more who it was, and the books still prove."""

import asyncio
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import text

from tests.loyalty.offer_stand import FREE_COFFEE
from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS
from wallet_service.loyalty.awards.awarding_sql import OWE
from wallet_service.loyalty.awards.happenings import Report, report
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.found import MemberGone, MemberNotFound
from wallet_service.loyalty.offers.offers import define_offer
from wallet_service.loyalty.offers.offers_given import Present, give_offers
from wallet_service.loyalty.once import OnceKey, Reply, as_json, keep
from wallet_service.loyalty.people.addresses import keep_address
from wallet_service.loyalty.people.consent import Channel, Consent, Purpose
from wallet_service.loyalty.people.consents import note_consents
from wallet_service.loyalty.people.contact_forms import ContactKind
from wallet_service.loyalty.people.contacts import contact, keep_attributes, keep_contacts
from wallet_service.loyalty.people.erase import erase_member
from wallet_service.loyalty.people.members import Member, change_member, enrol_member, find_member, list_members
from wallet_service.loyalty.people.sources import Introduction, Source, find_referrers
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.unions.merges import merge_members, undo_merge

GONE = Reply(410, b"{}")
OWED = {"mechanic": "friends", "points": 200, "live_days": None, "delay_days": 0, "occasion": "friend-of-anna"}
PERSONAL = (
    *("Anna", "Petrova", "BH-1", "79161234567", "anna@example.com", "anna_k", "1990-05-31", "female", "Potsdam"),
    *("siamese", "desk of Olga", "newsletter-anna", "annas-phone", "gate-of-anna", "sorry-anna", "friend-of-anna"),
)
"""Of each of these not a trace may be left."""


@dataclass(frozen=True, slots=True)
class Known:
    """A member of whom much is known."""

    shop: Shop
    member: Member

    async def erase(self) -> None:
        """Forget her."""
        async with self.shop.database.begin() as tx:
            await erase_member(tx, self.member, GONE)


@pytest.fixture
async def anna(shop: Shop) -> Known:
    """Anna, with everything that can be known of her."""
    wishes = {**ANNA, "email": "anna@example.com", "born": date(1990, 5, 31), "sex": "female", "home_city": "Potsdam"}
    source = Source("site", utm_content="newsletter-anna")
    async with shop.database.begin() as tx:
        anna = await enrol_member(tx, await find_programme(tx, shop.brand.id, None), wishes, source)
        await keep_attributes(tx, anna, {"pet": "siamese"})
        await keep_contacts(tx, anna, [contact(ContactKind.TELEGRAM, "@anna_k", None)])
        said = Consent(Channel.SMS, Purpose.ADVERTISING, True, "2026-11", tx.now, None, "desk of Olga")
        await note_consents(tx, anna, [said])
        await keep_address(tx, anna, "fid", "annas-phone")
        await keep(tx, OnceKey(shop.brand.id, "4711", b"x"), Reply(200, b'{"name": "Anna Petrova"}', about=anna.id))
        await define_offer(tx, await find_programme(tx, shop.brand.id, None), FREE_COFFEE)
        await give_offers(tx, [Present(anna.id, "free-coffee", "sorry-anna")])
        await report(tx, Rulebooks(), Report(shop.brand.id, MemberRef("id", anna.id), Trigger.VISIT, "gate-of-anna"))
        await tx.run(OWE, {"owed": as_json([OWED | {"brand_id": shop.brand.id, "member_id": anna.id}]), "now": tx.now})
    return Known(shop, anna)


async def everything(shop: Shop) -> str:
    """Every row of every table of ours, as one text."""
    tables = text("SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'")
    async with shop.database.read() as tx:
        rows = [
            row.told
            for table in await tx.all(tables)
            for row in await tx.all(text(f"SELECT CAST(t AS text) AS told FROM {table.name} AS t"))  # noqa: S608 - ours
        ]
        kept = [bytes(row.body).decode() for row in await tx.all(text("SELECT body FROM idempotency"))]
    return "\n".join([*rows, *kept])


async def test_nothing_of_the_database_says_who_it_was(anna: Known) -> None:
    before = await everything(anna.shop)
    assert [each for each in PERSONAL if each not in before] == []
    await anna.erase()
    after = await everything(anna.shop)
    assert [each for each in PERSONAL if each in after] == []
    assert anna.member.id in after


async def test_the_books_prove_and_have_every_entry(anna: Known) -> None:
    await anna.shop.give(anna.member, 300)
    await anna.shop.give(anna.member, -120)
    await anna.erase()
    await anna.shop.prove()
    assert [entry.amount for entry in await anna.shop.entries(anna.member)] == [-120, 300]


async def test_what_they_held_or_were_owed_is_nobodys(anna: Known) -> None:
    await anna.erase()
    async with anna.shop.database.read() as tx:
        assert [row.state for row in await tx.all(text("SELECT state FROM offer_code"))] == ["ended"]
        assert [row.trigger for row in await tx.all(text("SELECT trigger FROM happening"))] == ["visit"]
        assert await tx.all(text("SELECT id FROM award_due")) == []


async def test_by_the_id_they_are_gone_and_by_all_else_unknown(anna: Known) -> None:
    card = await anna.shop.issue(anna.member)
    await anna.erase()
    async with anna.shop.database.read() as tx:
        with pytest.raises(MemberGone):
            await find_member(tx, anna.shop.brand.id, MemberRef("id", anna.member.id))
        for ref in (MemberRef("external", "BH-1"), MemberRef("phone", "+79161234567"), MemberRef("card", card.id)):
            with pytest.raises(MemberNotFound):
                await find_member(tx, anna.shop.brand.id, ref)
        assert await list_members(tx, anna.shop.brand.id, None, 10) == []


async def test_they_can_neither_earn_nor_spend_nor_bring_friends(anna: Known) -> None:
    await anna.shop.give(anna.member, 300)
    await anna.erase()
    answers = await anna.shop.post(anna.shop.posting(anna.member, 5), anna.shop.posting(anna.member, -5))
    assert answers == ["member-erased", "member-erased"]
    brand, programme = anna.shop.brand.id, anna.shop.brand.programme
    async with anna.shop.database.read() as tx:
        by = {name: Introduction(brand, programme, name) for name in (anna.member.id, anna.member.referral_code)}
        assert await find_referrers(tx, by) == {}


async def test_the_card_is_withdrawn_and_nobody_gets_another(anna: Known) -> None:
    card = await anna.shop.issue(anna.member)
    await anna.erase()
    after = await anna.shop.card(card)
    assert after.voided_at is not None
    assert after.version > card.version
    with pytest.raises(MemberGone):
        await anna.shop.issue(anna.member)


async def test_whoever_found_them_just_before_writes_nothing(anna: Known) -> None:
    await anna.erase()
    for write in (
        lambda tx: change_member(tx, anna.member, {"name": "Anna"}),
        lambda tx: keep_attributes(tx, anna.member, {"pet": "dog"}),
        lambda tx: keep_contacts(tx, anna.member, []),
        lambda tx: note_consents(tx, anna.member, []),
        lambda tx: keep_address(tx, anna.member, "fid", "annas-phone"),
        lambda tx: erase_member(tx, anna.member, GONE),
    ):
        with pytest.raises(MemberGone):
            async with anna.shop.database.begin() as tx:
                await write(tx)


async def test_answers_that_told_of_them_are_replaced(anna: Known) -> None:
    await anna.erase()
    async with anna.shop.database.read() as tx:
        (row,) = await tx.all(text("SELECT status, body, member_id FROM idempotency"))
    assert (row.status, bytes(row.body), row.member_id) == (410, b"{}", None)


async def test_the_same_person_may_join_anew(anna: Known) -> None:
    await anna.erase()
    again = await anna.shop.enrol(**ANNA)
    assert again.id != anna.member.id


async def test_others_keep_what_is_theirs(anna: Known) -> None:
    boris = await anna.shop.enrol(**BORIS)
    card = await anna.shop.issue(boris)
    await anna.erase()
    assert await anna.shop.member(boris) == boris
    assert await anna.shop.card(card) == card


async def test_while_tills_are_at_it_every_sale_is_before_or_refused(anna: Known) -> None:
    async def sell() -> str:
        (answer,) = await anna.shop.post(anna.shop.posting(anna.member, 1))
        return answer

    answers = await asyncio.gather(*(sell() for _ in range(5)), anna.erase(), *(sell() for _ in range(5)))
    sold = [answer for answer in answers if answer and answer.isdigit()]
    assert {answer for answer in answers if answer} - set(sold) <= {"member-erased"}
    assert len(await anna.shop.entries(anna.member)) == len(sold)
    await anna.shop.prove()


async def test_who_was_merged_into_them_is_forgotten_with_them(anna: Known) -> None:
    twin = await anna.shop.enrol(name="Aninka Doppelgaenger", external_id="OLD-1", phone="+4915100000000")
    card = await anna.shop.issue(twin)
    survivor, absorbed = MemberRef("id", anna.member.id), MemberRef("id", twin.id)
    async with anna.shop.database.begin() as tx:
        merge = await merge_members(tx, Rulebooks(), anna.shop.brand.id, survivor, absorbed)
    await anna.erase()
    after = await everything(anna.shop)
    assert [each for each in ("Aninka", "OLD-1", "4915100000000") if each in after] == []
    assert (await anna.shop.card(card)).voided_at is not None
    with pytest.raises(MemberGone):
        async with anna.shop.database.begin() as tx:
            await undo_merge(tx, Rulebooks(), anna.shop.brand.id, merge.id)
