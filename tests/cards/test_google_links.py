"""Save links: the card is entered first, so that no change is missed; what the link is made for exists by then."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.cards.desk import installed, state
from tests.cards.google_shop import GoogleShop, open_google_shop
from tests.loyalty.shop import Shop
from tests.people import OTHER_PASS_TYPE, open_brand
from tests.simulators.google_world import ISSUER
from tests.wallets.memory_objects import MemoryObjects
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.clock import SetClock
from wallet_service.errors import Unavailable
from wallet_service.outcomes import Refused
from wallet_service.settings import Settings
from wallet_service.simulators.android import AndroidPhone
from wallet_service.wallets.seam import Shown

NEWER_ISSUER = "3388000000099999999"


@pytest.fixture
async def world(settings: Settings, clock: SetClock) -> AsyncIterator[GoogleShop]:
    async with open_google_shop(settings, clock) as opened:
        yield opened


async def test_a_brand_without_an_issuer_has_no_links(world: GoogleShop):
    service = world.shop.service
    other = Shop(service, await open_brand(service, "Coffee Corner", OTHER_PASS_TYPE))
    card = await other.issue(await other.enrol())
    links, present = world.links(), await state(other, card)
    assert await links.offered(present) is False
    assert await links.make(present) is None
    assert await world.known(card) is None
    assert len(world.google.journal) == 0


async def test_the_link_is_offered_without_asking_google(world: GoogleShop):
    _, card = await installed(world.shop)
    assert await world.links().offered(await state(world.shop, card)) is True
    assert len(world.google.journal) == 0


async def test_a_phone_saves_what_the_link_leads_to(world: GoogleShop):
    anna = await world.hold()
    assert anna.balance == 0
    assert tuple(await world.known(anna.card))[:4] == (1, 0, "accepted", 0)
    assert await world.due() == []


async def test_a_second_link_shows_the_balance_of_its_moment_and_tells_nobody(world: GoogleShop):
    anna = await world.hold()
    await world.shop.give(anna.member, 10)
    await world.link(anna.card)
    assert (anna.balance, anna.heard) == (10, [])
    assert tuple(await world.known(anna.card))[:4] == (2, 10, "accepted", 0)

    await world.all_told()
    assert (anna.balance, anna.heard) == (10, [])


async def test_a_change_between_entering_and_inserting_is_shown_too(world: GoogleShop):
    member, card = await installed(world.shop)

    async def buy() -> None:
        await world.shop.give(member, 10)

    link = await world.link(card, MemoryObjects(meanwhile=buy))
    assert link.endswith(f"{card.id}/1")
    wallet = MemoryObjects()
    await world.tell(wallet)
    assert wallet.balances == [(10, True)]


async def test_a_link_that_was_overtaken_by_a_newer_face_has_it_shown_again(world: GoogleShop):
    member, card = await installed(world.shop)
    await world.link(card, MemoryObjects())

    async def buy_and_be_shown() -> None:
        await world.shop.give(member, 10)
        await world.tell(MemoryObjects())

    await world.link(card, MemoryObjects(meanwhile=buy_and_be_shown))

    assert [row.card_id for row in await world.due()] == [card.id]
    wallet = MemoryObjects()
    await world.tell(wallet)
    assert wallet.balances == [(10, False)]
    assert (await world.known(card)).shown_version == 2


async def test_a_card_whose_link_failed_follows_all_the_same(world: GoogleShop):
    member, card = await installed(world.shop)
    with pytest.raises(Unavailable):
        await world.link(card, MemoryObjects(is_away=True))
    await world.shop.give(member, 10)
    assert await world.all_told() == 1
    assert world.google.journal.of("POST", "loyaltyObject")[-1].status == 200
    assert (await world.known(card)).shown_balance == 10


async def test_a_link_that_was_given_up_has_the_card_shown_again(world: GoogleShop):
    anna = await world.hold()
    with pytest.raises(Unavailable):
        await world.link(anna.card, MemoryObjects(is_away=True))
    assert [row.card_id for row in await world.due()] == [anna.card.id]
    assert await world.all_told() == 1
    assert anna.balance == 0


async def test_a_link_heals_what_google_had_refused(world: GoogleShop):
    anna = await world.hold()
    await world.shop.give(anna.member, 10)
    await world.tell(MemoryObjects([Shown(Refused("400 badThing"), refused="{}")]))
    assert (await world.known(anna.card)).refused == "{}"
    await world.link(anna.card)
    known = await world.known(anna.card)
    assert (anna.balance, known.last_outcome, known.refused) == (10, "accepted", None)


async def test_an_issuer_set_by_mistake_can_be_set_right_again(world: GoogleShop, clock: SetClock):
    member, card = await installed(world.shop)
    await claim(world, clock, NEWER_ISSUER)
    with pytest.raises(Unavailable, match="cannot be read"):
        await world.link(card)
    await claim(world, clock, ISSUER)
    await world.shop.give(member, 10)
    phone = AndroidPhone("Anna's Pixel", world.google, world.client)
    (saved,) = await phone.save(await world.link(card))
    await world.shop.give(member, 5)
    await world.all_told()
    assert phone.card(saved.object_id).balance == 15


async def claim(world: GoogleShop, clock: SetClock, issuer: str) -> None:
    """The brand is given this issuer, later than all others."""
    clock.forward(timedelta(seconds=1))
    async with world.shop.database.begin() as tx:
        await claim_issuer(tx, world.shop.brand.id, issuer)


async def test_a_card_stays_with_its_issuer_and_a_new_one_takes_the_newest(world: GoogleShop, clock: SetClock):
    old, newer = await installed(world.shop), await installed(world.shop)
    await world.link(old[1], MemoryObjects())
    await claim(world, clock, NEWER_ISSUER)
    for _, card in (newer, old):
        await world.link(card, MemoryObjects())
    for member, _ in (old, newer):
        await world.shop.give(member, 10)
    wallet = MemoryObjects()
    assert await world.all_told(world.telling(wallet)) == 2
    assert {card.face.serial: card.issuer for card in wallet.cards} == {old[1].id: ISSUER, newer[1].id: NEWER_ISSUER}
