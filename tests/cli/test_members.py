"""`wallet-service member` as an operator types it."""

import asyncio
import json
import zipfile
from pathlib import Path

import pytest

from tests.loyalty.shop import Shop
from tests.people import ANNA, PASS_TYPE, open_brand
from tests.processes import typed
from wallet_service.cli.members import ExportExists
from wallet_service.loyalty.found import MemberGone
from wallet_service.loyalty.people.members import Member
from wallet_service.private_files import OWNER_ONLY, mode_of
from wallet_service.service import Service


@pytest.fixture
async def shop(service: Service) -> Shop:
    """Burger Heroes."""
    return Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))


@pytest.fixture
async def anna(shop: Shop) -> Member:
    """Anna, with points."""
    anna = await shop.enrol(**ANNA)
    await shop.give(anna, 300)
    return anna


def is_there(file: Path) -> bool:
    """Whether anything was written."""
    return file.exists()


async def command(shop: Shop, *words: str) -> str:
    """`wallet-service member` in a thread of its own, as it runs a loop of its own."""
    return await asyncio.to_thread(typed, shop.service.settings, "member", *words)


async def test_an_export_is_a_zip_that_nobody_else_may_read(shop: Shop, anna: Member, tmp_path: Path) -> None:
    file = tmp_path / "anna.zip"
    said = await command(shop, "export", shop.brand.id, "external:BH-1", str(file))
    assert said.strip() == f"{file}: {file.stat().st_size:,} bytes."
    assert mode_of(file) == OWNER_ONLY
    with zipfile.ZipFile(file) as export:
        assert export.testzip() is None
        assert json.loads(export.read("member.json"))["name"] == ANNA["name"]
    with pytest.raises(ExportExists):
        await command(shop, "export", shop.brand.id, anna.id, str(file))


async def test_who_is_erased_cannot_be_exported_any_more(shop: Shop, anna: Member, tmp_path: Path) -> None:
    said = await command(shop, "erase", shop.brand.id, "phone:+79161234567", "--yes")
    assert said.strip() == f"{anna.id} is erased."
    with pytest.raises(MemberGone):
        await command(shop, "export", shop.brand.id, anna.id, str(tmp_path / "anna.zip"))
    assert not is_there(tmp_path / "anna.zip")


async def test_nobody_is_erased_without_being_asked_about(shop: Shop, anna: Member) -> None:
    await asyncio.to_thread(typed, shop.service.settings, "member", "erase", shop.brand.id, anna.id, exit_code=1)
    assert (await shop.member(anna)).name == ANNA["name"]
