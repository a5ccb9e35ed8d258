"""Members: enrolled once, changed field by field, found however they are named."""

import asyncio

import pytest

from tests.loyalty.shop import Shop
from tests.people import ANNA
from wallet_service.errors import Invalid, WalletServiceError
from wallet_service.loyalty.brands import LanguageUnknown, TimeZoneUnknown
from wallet_service.loyalty.found import MemberAmbiguous, MemberNotFound
from wallet_service.loyalty.people.members import MemberExists, find_member, first_name, list_members
from wallet_service.loyalty.references import MemberRef, PhoneInvalid


async def test_a_new_member_has_no_points_and_speaks_as_the_programme_does(shop: Shop):
    member = await shop.enrol()
    assert (member.balance, member.name, member.language, member.time_zone) == (0, "", "en", "UTC")


async def test_what_is_said_at_the_door_is_kept_in_its_normal_form(shop: Shop):
    member = await shop.enrol(**{**ANNA, "phone": "+7 (916) 123-45-67", "language": "RU", "time_zone": "Europe/Moscow"})
    assert (member.phone, member.language, member.time_zone) == ("+79161234567", "ru", "Europe/Moscow")
    assert member.first_name == "Anna"
    assert await shop.member(member) == member


@pytest.mark.parametrize("same", [{"external_id": "BH-1"}, {"phone": "+79161234567"}])
async def test_nobody_is_enrolled_twice_in_a_programme(shop: Shop, same: dict[str, str]):
    anna = await shop.enrol(**ANNA)
    with pytest.raises(MemberExists) as refusal:
        await shop.enrol(name="Somebody", **same)
    assert refusal.value.extra == {"field": next(iter(same)), "member": anna.id}


async def test_another_programme_takes_the_same_person(shop: Shop):
    anna = await shop.enrol(**ANNA)
    twin = await shop.enrol(await shop.another_programme(), **ANNA)
    assert twin.id != anna.id


async def test_two_who_enrol_with_one_phone_at_once_are_one_member(shop: Shop):
    async def enrol() -> str:
        try:
            return (await shop.enrol(phone="+79161234567")).id
        except MemberExists as refusal:
            return str(refusal.extra["member"])

    assert len(set(await asyncio.gather(*(enrol() for _ in range(5))))) == 1


async def test_what_is_not_named_stays(shop: Shop):
    anna = await shop.enrol(**ANNA)
    changed = await shop.change(anna, name="Anna Karenina", phone=None)
    assert (changed.name, changed.phone, changed.external_id, changed.language) == ("Anna Karenina", None, "BH-1", "ru")
    assert changed == await shop.member(anna)
    assert changed.updated_at > anna.updated_at


async def test_a_change_of_nothing_is_no_fault(shop: Shop):
    anna = await shop.enrol(**ANNA)
    assert (await shop.change(anna)).name == "Anna Petrova"


@pytest.mark.parametrize("taken", [{"external_id": "BH-1"}, {"phone": "+79161234567"}])
async def test_a_name_that_another_member_has_cannot_be_taken(shop: Shop, taken: dict[str, str]):
    anna = await shop.enrol(**ANNA)
    boris = await shop.enrol(external_id="BH-2")
    with pytest.raises(MemberExists) as refusal:
        await shop.change(boris, **taken)
    assert refusal.value.extra == {"field": next(iter(taken)), "member": anna.id}
    assert await shop.member(boris) == boris


async def test_two_changes_of_one_member_at_once_are_both_kept(shop: Shop):
    anna = await shop.enrol(**ANNA)
    wishes = [{"name": "Anna K"}, {"email": "anna@example.com"}, {"language": "en"}, {"time_zone": "Europe/Rome"}]
    await asyncio.gather(*(shop.change(anna, **wish) for wish in wishes))
    after = await shop.member(anna)
    assert (after.name, after.email, after.language, after.time_zone) == (
        "Anna K",
        "anna@example.com",
        "en",
        "Europe/Rome",
    )


async def test_two_members_who_want_one_phone_at_once_do_not_both_get_it(shop: Shop):
    members = [await shop.enrol() for _ in range(4)]
    answers = await asyncio.gather(
        *(shop.change(member, phone="+79161234567") for member in members), return_exceptions=True
    )
    refusals = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(refusals) == 3
    assert {refusal.status for refusal in refusals if isinstance(refusal, WalletServiceError)} <= {409, 503}
    loser = next(member for member, answer in zip(members, answers, strict=True) if answer in refusals)
    with pytest.raises(MemberExists):  # whoever asks again hears why
        await shop.change(loser, phone="+79161234567")


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"phone": "12345"}, PhoneInvalid),
        ({"language": "klingon"}, LanguageUnknown),
        ({"time_zone": "Mars/Olympus"}, TimeZoneUnknown),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(
    shop: Shop, wish: dict[str, str], refusal: type[Invalid]
):
    with pytest.raises(refusal):
        await shop.enrol(**wish)
    anna = await shop.enrol(**ANNA)
    with pytest.raises(refusal):
        await shop.change(anna, name="Nobody", **wish)
    async with shop.database.read() as tx:
        assert await list_members(tx, shop.brand.id, None, 10) == [anna]


async def test_a_member_is_found_by_every_kind_of_reference(shop: Shop):
    anna = await shop.enrol(**ANNA)
    card = await shop.issue(anna)
    refs = [MemberRef("id", anna.id), MemberRef("external", "BH-1"), MemberRef("phone", "+79161234567")]
    async with shop.database.read() as tx:
        for ref in (*refs, MemberRef("card", card.id)):
            assert await find_member(tx, shop.brand.id, ref) == anna
            with pytest.raises(MemberNotFound):
                await find_member(tx, "brand_other", ref)


async def test_a_member_of_two_programmes_has_to_be_named_by_id(shop: Shop):
    members = [
        await shop.enrol(external_id="BH-1"),
        await shop.enrol(await shop.another_programme(), external_id="BH-1"),
    ]
    async with shop.database.read() as tx:
        with pytest.raises(MemberAmbiguous) as refusal:
            await find_member(tx, shop.brand.id, MemberRef("external", "BH-1"))
    assert sorted(refusal.value.extra["members"]) == sorted(member.id for member in members)


async def test_members_are_listed_in_the_order_they_joined(shop: Shop):
    ids = [(await shop.enrol()).id for _ in range(5)]
    async with shop.database.read() as tx:
        first = await list_members(tx, shop.brand.id, None, 3)
        rest = await list_members(tx, shop.brand.id, first[-1].id, 3)
    assert {member.id for member in (*first, *rest)} == set(ids)
    assert [member.id for member in (*first, *rest)] == sorted(ids)


@pytest.mark.parametrize(
    ("name", "first"), [("Anna Petrova", "Anna"), ("Anna", "Anna"), ("", ""), ("Jean-Luc Picard", "Jean-Luc")]
)
def test_the_first_name_is_the_first_word(name: str, first: str):
    assert first_name(name) == first
