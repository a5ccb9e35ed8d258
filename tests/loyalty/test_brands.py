"""Brands, their pass types and programmes."""

import pytest

from tests.loyalty.shop import Shop
from tests.people import OTHER_PASS_TYPE, PASS_TYPE
from wallet_service.errors import Invalid
from wallet_service.loyalty.brands import (
    BrandNotFound,
    PassTypeTaken,
    PassTypeUnknown,
    ProgrammeNotFound,
    claim_pass_type,
    create_brand,
    create_programme,
    find_programme,
    known_brand,
    list_brands,
)


async def test_a_brand_of_one_programme_need_not_name_it(shop: Shop):
    async with shop.database.read() as tx:
        assert (await find_programme(tx, shop.brand.id, None)).id == shop.brand.programme


async def test_a_brand_of_two_programmes_has_to_name_one(shop: Shop):
    other = await shop.another_programme()
    async with shop.database.read() as tx:
        with pytest.raises(Invalid, match="several programmes"):
            await find_programme(tx, shop.brand.id, None)
        assert await find_programme(tx, shop.brand.id, other.id) == other


@pytest.mark.parametrize("programme", [None, "prog_nonsense"])
async def test_a_programme_that_is_not_there_is_refused(shop: Shop, programme: str | None):
    async with shop.database.begin() as tx:
        empty = await create_brand(tx, "Empty")
        with pytest.raises(ProgrammeNotFound):
            await find_programme(tx, empty, programme)


async def test_another_brands_programme_is_not_there(shop: Shop):
    async with shop.database.begin() as tx:
        stranger = await create_brand(tx, "Stranger")
        with pytest.raises(ProgrammeNotFound):
            await find_programme(tx, stranger, shop.brand.programme)


async def test_a_pass_type_belongs_to_one_brand(shop: Shop):
    async with shop.database.begin() as tx:
        stranger = await create_brand(tx, "Stranger")
        with pytest.raises(PassTypeTaken):
            await claim_pass_type(tx, stranger, PASS_TYPE)
        await claim_pass_type(tx, shop.brand.id, PASS_TYPE)  # its own again


async def test_a_programme_needs_a_pass_type_of_its_brand(shop: Shop):
    async with shop.database.begin() as tx:
        first = await find_programme(tx, shop.brand.id, None)
        design = first.template_version_id
        with pytest.raises(PassTypeUnknown):
            await create_programme(
                tx, shop.brand.id, name="Club", pass_type=OTHER_PASS_TYPE, template_version_id=design
            )


async def test_a_brand_that_is_not_there_is_refused(shop: Shop):
    async with shop.database.begin() as tx:
        with pytest.raises(BrandNotFound):
            await claim_pass_type(tx, "brand_nonsense", OTHER_PASS_TYPE)
        assert await known_brand(tx, shop.brand.id) == shop.brand.id


async def test_the_operator_sees_every_brand_and_programme(shop: Shop):
    await shop.enrol()
    async with shop.database.begin() as tx:
        await create_brand(tx, "Empty")
        rows = {row.name: row for row in await list_brands(tx)}
    assert rows["Burger Heroes"].members == 1
    assert rows["Burger Heroes"].template == "burger-heroes"
    assert rows["Empty"].programme is None
