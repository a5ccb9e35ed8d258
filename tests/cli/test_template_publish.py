"""`wallet-service template publish` as an operator types it: refused, published, nothing new, published again."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cards.google_shop import with_google
from tests.cards.template_maker import put, tea
from tests.simulators.google_world import ISSUER
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.images import public_image
from wallet_service.cards.sql import NEWEST_TEMPLATE
from wallet_service.cards.templates import design, digest, parse_template
from wallet_service.cli.templates import app
from wallet_service.clock import SystemClock
from wallet_service.database.seam import Database
from wallet_service.loyalty.brands import BrandNotFound, create_brand
from wallet_service.settings import Settings
from wallet_service.simulators.google import GoogleSimulator


@pytest.fixture
async def brand(database: Database) -> str:
    """A brand that has published nothing."""
    async with database.begin() as tx:
        return await create_brand(tx, "Tiny Tea")


@pytest.fixture
def publish(settings: Settings, brand: str):
    """Runs the command as another process would: on the same settings, with a service of its own."""
    places = {
        "WALLET_DATABASE_URL": settings.database_url,
        "WALLET_DATA_DIR": str(settings.data_dir),
        "WALLET_CERTS_DIR": str(settings.certs_dir),
    }

    async def publish(folder: Path, brand: str = brand, **more: str):
        words = ["publish", brand, str(folder)]
        return await asyncio.to_thread(CliRunner().invoke, app, words, env=places | more)

    return publish


async def newest(database: Database, brand: str):
    """The newest version of the tea template."""
    async with database.read() as tx:
        return await tx.first(NEWEST_TEMPLATE, {"brand": brand, "name": "tiny-tea"})


async def test_a_good_template_becomes_the_first_version(publish, database, brand, tmp_path):
    source = tea()
    told = await publish(put(source, tmp_path))
    assert (told.exit_code, told.output) == (0, "tiny-tea is published as version 1; cards that follow: 0.\n")
    version = await newest(database, brand)
    assert (version.number, version.digest) == (1, digest(source))


async def test_publishing_the_same_again_changes_nothing(publish, database, brand, tmp_path):
    await publish(put(tea(), tmp_path))
    told = await publish(put(tea(), tmp_path))
    assert (told.exit_code, told.output) == (0, "tiny-tea is version 1 already: nothing changed.\n")
    assert (await newest(database, brand)).number == 1


async def test_a_changed_template_is_the_next_version_and_cards_follow(publish, database, brand, tmp_path):
    await publish(put(tea(), tmp_path))
    told = await publish(put(tea(lambda document: document.update(logoText="Tea")), tmp_path))
    assert told.output == "tiny-tea is published as version 2; cards that follow: 0.\n"
    assert (await newest(database, brand)).number == 2


async def test_a_template_with_an_error_is_listed_and_not_published(publish, database, brand, tmp_path):
    told = await publish(put(tea(lambda document: document.update(voided=False)), tmp_path))
    assert told.exit_code == 1
    assert "E pass.json: voided" in told.output
    assert "not ready to be published" in told.output
    assert await newest(database, brand) is None


async def test_a_warning_is_told_and_does_not_hinder(publish, database, brand, tmp_path):
    told = await publish(put(tea(files={"logo@2x.png": None}), tmp_path))
    assert told.exit_code == 0
    assert "0 error(s), 1 warning(s): can be published." in told.output
    assert (await newest(database, brand)).number == 1


async def test_a_folder_that_is_none_is_refused_before_any_database_is_asked(tmp_path):
    words = ["publish", "brand_x", str(tmp_path / "nowhere.pkpasstemplate")]
    told = await asyncio.to_thread(
        CliRunner().invoke, app, words, env={"WALLET_DATABASE_URL": "postgresql://nobody:1/"}
    )
    assert told.exit_code == 1
    assert "this is not a folder" in told.output


async def test_a_brand_that_is_unknown_is_named(publish, tmp_path):
    told = await publish(put(tea(), tmp_path), brand="brand_nobody")
    assert isinstance(told.exception, BrandNotFound)
    assert "brand_nobody" in told.exception.detail


async def test_what_google_would_not_save_is_not_published_though_google_could_see_its_images(
    publish, settings, database, brand, tmp_path
):
    async with GoogleSimulator(now=SystemClock().now) as google:
        certs = with_google(settings, google).certs_dir
        async with database.begin() as tx:
            await claim_issuer(tx, brand, ISSUER)
        told = await publish(
            put(tea(), tmp_path),
            WALLET_GOOGLE__ROOT=google.root,
            WALLET_CERTS_DIR=str(certs),
            WALLET_PUBLIC_URL="http://insecure.example",
        )
    assert told.exit_code == 1
    assert "HTTPS required" in " ".join(told.output.split())
    assert await newest(database, brand) is None
    images = design(parse_template(tea()), "tpl_1", "en").google.images
    async with database.read() as tx:
        assert {name: await public_image(tx, name) for name in images} == images
