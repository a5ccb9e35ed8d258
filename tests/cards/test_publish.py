"""Publishing a design: immutable versions, and programmes that follow."""

import asyncio

import pytest

from tests.cards.designs import BURGERS, REDDER
from tests.cards.desk import open_programme, publish, state
from tests.cards.template_maker import tea
from tests.loyalty.shop import Shop
from wallet_service.cards.faces import Shelf
from wallet_service.cards.publish import TemplateNotPublished, newest_version
from wallet_service.cards.templates import TemplateInvalid
from wallet_service.loyalty.brands import find_programme


async def test_the_same_source_twice_is_the_same_version(shop: Shop):
    first, again = await publish(shop, tea()), await publish(shop, tea())
    assert (first.number, first.fresh) == (1, True)
    assert (again.id, again.number, again.fresh) == (first.id, 1, False)


async def test_another_source_is_the_next_version(shop: Shop):
    versions = [await publish(shop, source) for source in (REDDER, BURGERS)]  # number 1 came with the shop
    assert [(version.number, version.fresh) for version in versions] == [(2, True), (3, True)]
    async with shop.database.read() as tx:
        assert await newest_version(tx, shop.brand.id, "burger-heroes") == versions[-1].id


async def test_two_who_publish_at_once_publish_one_version(shop: Shop):
    versions = await asyncio.gather(*(publish(shop, tea()) for _ in range(4)))
    assert len({version.id for version in versions}) == 1
    assert [version.fresh for version in versions].count(True) == 1


async def test_a_template_that_nobody_published_is_not_there(shop: Shop):
    async with shop.database.read() as tx:
        with pytest.raises(TemplateNotPublished):
            await newest_version(tx, shop.brand.id, "tiny-tea")


async def test_a_template_that_cannot_be_understood_is_not_published(shop: Shop):
    with pytest.raises(TemplateInvalid):
        await publish(shop, tea(files={"card.toml": None}))
    async with shop.database.read() as tx:
        with pytest.raises(TemplateNotPublished):
            await newest_version(tx, shop.brand.id, "tiny-tea")


async def test_programmes_follow_and_other_designs_do_not(shop: Shop):
    other = await open_programme(shop, tea())
    redder = await publish(shop, REDDER)
    async with shop.database.read() as tx:
        assert (await find_programme(tx, shop.brand.id, shop.brand.programme)).template_version_id == redder.id
        assert (await find_programme(tx, shop.brand.id, other.id)).template_version_id == other.template_version_id


async def test_a_published_version_looks_the_same_for_ever(shop: Shop):
    card = await shop.issue(await shop.enrol())
    first = await state(shop, card)
    await publish(shop, REDDER)
    async with shop.database.read() as tx:
        before = await Shelf().style(tx, first.template_version_id, "en")
    assert before.design.pass_json["backgroundColor"] == "rgb(172, 24, 28)"
    assert before.design.key == f"{first.template_version_id}/en"


async def test_a_design_is_read_once(shop: Shop):
    card = await shop.issue(await shop.enrol())
    version, shelf = (await state(shop, card)).template_version_id, Shelf()
    assert shelf.ready(version, "en") is None
    async with shop.database.read() as tx:
        style = await shelf.style(tx, version, "en-GB")
        assert await shelf.style(tx, version, "de") is style
    assert shelf.ready(version, "fr") is style


async def test_a_version_that_is_not_there_is_a_mistake_of_ours(shop: Shop):
    async with shop.database.read() as tx:
        with pytest.raises(LookupError):
            await Shelf().style(tx, "tpl_nonsense", "en")
