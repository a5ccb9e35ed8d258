"""What is known of members: said at enrolment or later, kept in one spelling, corrected within bounds."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.awards.daily_sql import BIRTHDAYS
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.people.consent import Channel, Consent, Purpose
from wallet_service.loyalty.people.consents import ConsentAhead, list_consents, note_consents, present_consents
from wallet_service.loyalty.people.contact_forms import ContactKind
from wallet_service.loyalty.people.contacts import ContactTwice, contact, keep_attributes, keep_contacts, list_contacts
from wallet_service.loyalty.people.members import Member, Newcomer, change_member, enrol_member, enrol_members
from wallet_service.loyalty.people.profile import BornFixed, BornInvalid
from wallet_service.loyalty.people.sources import ReferrerUnknown, Source, source_of

MAY, JUNE, JULY = date(1990, 5, 31), date(1990, 6, 1), date(1990, 7, 1)
POSTER = Source("event", place="mitte", link="poster-7", utm_campaign="autumn")


async def enrol(
    shop: Shop, wishes: Mapping[str, Any], source: Source | None = None, brought_by: str | None = None
) -> Member:
    async with shop.database.begin() as tx:
        programme = await find_programme(tx, shop.brand.id, shop.brand.programme)
        return await enrol_member(tx, programme, wishes, source, brought_by)


async def change(shop: Shop, member: Member, *, trusted: bool = False, **wishes: Any) -> Member:
    async with shop.database.begin() as tx:
        return await change_member(tx, member, wishes, trusted=trusted)


async def changes(shop: Shop, member: Member) -> list[list[str]]:
    """Which fields were changed, change by change."""
    statement = text("SELECT fields FROM data_change WHERE member_id = :member ORDER BY id")
    async with shop.database.read() as tx:
        return [row.fields for row in await tx.all(statement, {"member": member.id})]


async def test_a_member_is_kept_as_they_described_themselves(shop: Shop) -> None:
    given = {**ANNA, "born": MAY, "sex": "female", "home_city": "Berlin", "attributes": {"pet": "cat", "size": 39}}
    anna = await enrol(shop, given, POSTER)

    assert (anna.born, anna.sex, anna.home_city) == (MAY, "female", "Berlin")
    assert anna.attributes == {"pet": "cat", "size": 39}
    assert await shop.member(anna) == anna
    async with shop.database.read() as tx:
        assert await source_of(tx, anna.id) == POSTER


async def test_whoever_says_nothing_came_from_nowhere(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    assert (anna.born, anna.sex, anna.home_city, anna.referred_by, dict(anna.attributes)) == (
        None,
        None,
        None,
        None,
        {},
    )
    async with shop.database.read() as tx:
        assert await source_of(tx, anna.id) is None


async def test_a_friend_is_named_by_code_or_by_any_reference(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    card = await shop.issue(anna)
    names = [anna.referral_code.upper(), anna.id, "external:BH-1", "phone:+79161234567", card.id]
    assert {(await enrol(shop, {}, brought_by=name)).referred_by for name in names} == {anna.id}


@pytest.mark.parametrize("by", ["0000000000", "external:nobody", "mem_01k9z8w4ekf4p8q2v7r5t3y1xa"])
async def test_a_friend_whom_nobody_knows_is_refused_and_nobody_is_enrolled(shop: Shop, by: str) -> None:
    with pytest.raises(ReferrerUnknown):
        await enrol(shop, ANNA, POSTER, by)
    assert await enrol(shop, ANNA)


async def test_a_member_of_another_programme_or_brand_has_brought_nobody(shop: Shop) -> None:
    twin = await shop.enrol(await shop.another_programme(), **ANNA)
    for name in (twin.id, twin.referral_code, "external:BH-1"):
        with pytest.raises(ReferrerUnknown):
            await enrol(shop, BORIS, brought_by=name)


async def test_of_many_newcomers_each_has_their_own_source_and_friend(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    async with shop.database.begin() as tx:
        programme = await find_programme(tx, shop.brand.id, None)
        one, two, three, four = await enrol_members(
            tx,
            [
                Newcomer(programme, {}, POSTER, anna.id),
                Newcomer(programme, ANNA, Source("site")),
                Newcomer(programme, {}, None, "0000000000"),
                Newcomer(programme, BORIS, Source("till")),
            ],
        )
    assert isinstance(one, Member)
    assert isinstance(four, Member)
    assert (one.referred_by, four.referred_by) == (anna.id, None)
    assert [each.slug for each in (two, three) if isinstance(each, WalletServiceError)] == [
        "member-exists",
        "referrer-unknown",
    ]
    async with shop.database.read() as tx:
        assert [await source_of(tx, each.id) for each in (one, four, anna)] == [POSTER, Source("till"), None]


async def test_a_birth_date_is_corrected_once(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    assert (await change(shop, anna, born=MAY)).born_fixed is False
    assert (await change(shop, anna, born=JUNE)).born_fixed is True
    with pytest.raises(BornFixed):
        await change(shop, anna, born=JULY)
    assert (await change(shop, anna, born=JUNE, name="Anna K")).name == "Anna K"
    assert (await change(shop, anna, born=JULY, trusted=True)).born == JULY


async def test_nobody_is_born_tomorrow(shop: Shop) -> None:
    tomorrow = (shop.service.clock.now() + timedelta(days=1)).date()
    with pytest.raises(BornInvalid):
        await enrol(shop, {"born": tomorrow})
    with pytest.raises(BornInvalid):
        await change(shop, await enrol(shop, ANNA), born=tomorrow)


async def test_it_is_noted_which_data_changed_but_not_how(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    await change(shop, anna, name="Anna K", phone="+79161234567", born=MAY)
    await change(shop, anna, name="Anna K")
    async with shop.database.begin() as tx:
        await keep_attributes(tx, anna, {"pet": "cat"})
        await keep_contacts(tx, anna, [])
    assert await changes(shop, anna) == [["born", "name"], ["attributes"], ["contacts"]]


async def test_attributes_are_replaced_as_a_whole(shop: Shop) -> None:
    anna = await enrol(shop, {**ANNA, "attributes": {"pet": "cat"}})
    async with shop.database.begin() as tx:
        changed = await keep_attributes(tx, anna, {"likes": ["vegan", "spicy"], "vip": True})
    assert changed.attributes == {"likes": ["vegan", "spicy"], "vip": True}
    assert (await shop.member(anna)).attributes == changed.attributes


async def test_contacts_are_replaced_as_a_whole(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    telegram, phone = (
        contact(ContactKind.TELEGRAM, "@Anna_K", None),
        contact(ContactKind.PHONE, "+7 916 123-45-67", noon),
    )
    async with shop.database.begin() as tx:
        await keep_contacts(tx, anna, [telegram])
        assert await keep_contacts(tx, anna, [telegram, phone]) == [phone, telegram]
    with pytest.raises(ContactTwice):
        async with shop.database.begin() as tx:
            await keep_contacts(tx, anna, [telegram, contact(ContactKind.TELEGRAM, "t.me/anna_k", noon)])
    async with shop.database.read() as tx:
        assert await list_contacts(tx, anna.id) == [phone, telegram]


async def test_the_newest_word_stands_and_every_word_stays(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    now = shop.service.clock.now()
    yes = Consent(Channel.SMS, Purpose.ADVERTISING, True, "2026-11", now, "0" * 64, "till 3")
    late = Consent(Channel.SMS, Purpose.ADVERTISING, False, "2026-01", now - timedelta(days=9), None, "an old form")
    data = Consent(Channel.ANY, Purpose.DATA, True, "2026-11", now)
    async with shop.database.begin() as tx:
        assert await note_consents(tx, anna, [yes, data]) == [data, yes]
        assert await note_consents(tx, anna, [late]) == [data, yes]
    async with shop.database.read() as tx:
        assert await present_consents(tx, anna) == [data, yes]
        (last, told), *_ = words = await list_consents(tx, anna, None, 10)
        assert [word for _, word in words] == [late, data, yes]
        assert told == late
        assert [word for _, word in await list_consents(tx, anna, last, 1)] == [data]


async def test_nobody_has_agreed_tomorrow(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    ahead = shop.service.clock.now() + timedelta(minutes=10)
    with pytest.raises(ConsentAhead):
        async with shop.database.begin() as tx:
            await note_consents(tx, anna, [Consent(Channel.SMS, Purpose.ADVERTISING, True, "2026-11", ahead)])


async def test_what_was_agreed_to_can_not_be_written_anew(shop: Shop) -> None:
    anna = await enrol(shop, ANNA)
    async with shop.database.begin() as tx:
        now = shop.service.clock.now()
        await note_consents(tx, anna, [Consent(Channel.SMS, Purpose.ADVERTISING, True, "2026-11", now)])
    for statement in ("UPDATE consent SET granted = false", "DELETE FROM consent"):
        with pytest.raises(Exception, match="never changed or deleted"):
            async with shop.database.begin() as tx:
                await tx.run(text(statement))


async def test_birthdays_are_looked_for_along_an_index(shop: Shop) -> None:
    values = {"programme": shop.brand.programme, "after": "", "dates": [229, 301], "most": 10}
    async with shop.database.begin() as tx:
        await tx.run(text("SET LOCAL enable_seqscan = off"))
        plan = await tx.all(text(f"EXPLAIN {BIRTHDAYS.text}"), values)
    assert "member_birthday" in "\n".join(row[0] for row in plan)
