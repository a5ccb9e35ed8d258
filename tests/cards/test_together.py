"""The cards of one person: in all programmes of a brand, by phone or by the brand's own number, and nobody else's."""

import pytest

from tests.cards.desk import state
from tests.loyalty.shop import Shop
from tests.people import OTHER_PASS_TYPE, open_brand
from wallet_service.cards.faces import states_together
from wallet_service.cards.issue import Card, void_card

PHONE = "+79161234567"


async def together(shop: Shop, card: Card) -> list[str]:
    """The cards that come with this one."""
    async with shop.database.read() as tx:
        return [found.serial for found in await states_together(tx, card.id)]


@pytest.mark.parametrize("wish", [{"phone": PHONE}, {"external_id": "C-7"}], ids=["phone", "external id"])
async def test_cards_of_the_same_person_come_together_this_one_first(shop: Shop, wish: dict[str, str]):
    other = await shop.another_programme()
    first = await shop.issue(await shop.enrol(**wish))
    second = await shop.issue(await shop.enrol(other, **wish))
    assert await together(shop, first) == [first.id, second.id]
    assert await together(shop, second) == [second.id, first.id]


async def test_a_card_of_somebody_without_a_phone_comes_alone(shop: Shop):
    first, _ = await shop.issue(await shop.enrol()), await shop.issue(await shop.enrol())
    assert await together(shop, first) == [first.id]


async def test_a_withdrawn_card_does_not_come_along(shop: Shop):
    other = await shop.another_programme()
    first = await shop.issue(await shop.enrol(phone=PHONE))
    second = await shop.issue(await shop.enrol(other, phone=PHONE))
    async with shop.database.begin() as tx:
        await void_card(tx, shop.brand.id, second.id, 0.0)
    assert await together(shop, first) == [first.id]
    assert (await state(shop, first)).voided is False


async def test_another_brands_card_never_comes_along(shop: Shop):
    stranger = Shop(shop.service, await open_brand(shop.service, "Coffee Corner", OTHER_PASS_TYPE))
    first = await shop.issue(await shop.enrol(phone=PHONE))
    await stranger.issue(await stranger.enrol(phone=PHONE))
    assert await together(shop, first) == [first.id]
