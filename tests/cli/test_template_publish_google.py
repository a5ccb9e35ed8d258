"""`wallet-service template publish` when Google cannot be asked: cards of Apple's go on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.cards.template_maker import put, tea
from tests.wallets.google.accounts import EMAIL, ISSUER, install, key_file, rsa_key
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.sql import NEWEST_TEMPLATE
from wallet_service.cli.templates import app
from wallet_service.database.seam import Database
from wallet_service.loyalty.brands import create_brand
from wallet_service.settings import Settings
from wallet_service.simulators.google import GoogleSimulator

PUBLISHED = "tiny-tea is published as version 1; cards that follow: 0."


@dataclass(slots=True)
class Publisher:
    """Whoever publishes the tea template for a brand with an issuer."""

    settings: Settings
    database: Database
    google: GoogleSimulator
    brand: str
    folder: Path
    root: str
    """Where Google is thought to be."""

    def install(self, key: bytes) -> None:
        """The key lies where it belongs."""
        install(self.folder / "certs", key)

    async def publish(self) -> Result:
        """The command, as another process would run it."""
        places = {
            "WALLET_DATABASE_URL": self.settings.database_url,
            "WALLET_DATA_DIR": str(self.settings.data_dir),
            "WALLET_CERTS_DIR": str(self.folder / "certs"),
            "WALLET_PUBLIC_URL": "https://cards.tiny-tea.example",
            "WALLET_GOOGLE__ROOT": self.root,
        }
        words = ["publish", self.brand, str(put(tea(), self.folder))]
        return await asyncio.to_thread(CliRunner().invoke, app, words, env=places)

    async def newest(self) -> Any:
        """The newest version of the template."""
        async with self.database.read() as tx:
            return await tx.first(NEWEST_TEMPLATE, {"brand": self.brand, "name": "tiny-tea"})


@pytest.fixture
async def publisher(settings: Settings, database: Database, tmp_path: Path) -> AsyncIterator[Publisher]:
    """A brand that has published nothing, and a Google that knows the account of its key."""
    async with database.begin() as tx:
        brand = await create_brand(tx, "Tiny Tea")
        await claim_issuer(tx, brand, ISSUER)
    async with GoogleSimulator() as google:
        google.open_issuer(ISSUER, google.open_account(EMAIL, key=rsa_key()))
        publisher = Publisher(settings, database, google, brand, tmp_path, google.root)
        publisher.install(key_file(google.token_uri))
        yield publisher


def no_key(at: Publisher) -> None:
    """Nobody has set one."""
    (at.folder / "certs" / "google" / ISSUER / "service-account.json").unlink()


def key_that_is_none(at: Publisher) -> None:
    """It is some other file."""
    at.install(b'{"type": "authorized_user"}')


def not_invited(at: Publisher) -> None:
    """Google knows the account, and does not let it act for the issuer."""
    at.google.accounts.roles[ISSUER].clear()


def out_of_reach(at: Publisher) -> None:
    """Nobody answers there."""
    at.root = "http://127.0.0.1:1"


TROUBLES: dict[Callable[[Publisher], None], str] = {
    no_key: "brand google set",
    key_that_is_none: "brand google set",
    not_invited: "403 permissionDenied",
    out_of_reach: "Run wallet-service doctor.",
}
"""What ails the way to Google, and what the command says of it."""


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
async def test_whoever_cannot_ask_google_publishes_for_apple_all_the_same_and_is_told(
    publisher: Publisher, trouble: Callable[[Publisher], None]
) -> None:
    trouble(publisher)

    told = await publisher.publish()

    said = " ".join(told.output.split())
    assert (told.exit_code, said.endswith(PUBLISHED)) == (0, True), told.output
    assert f"W Google issuer {ISSUER} could not be asked: " in said
    assert TROUBLES[trouble] in said
    assert "0 error(s), 1 warning(s): can be published." in said
    assert (await publisher.newest()).number == 1


async def test_what_google_would_save_is_published_without_a_word_of_it(publisher: Publisher) -> None:
    told = await publisher.publish()

    assert (told.exit_code, told.output) == (0, f"{PUBLISHED}\n")
    assert (await publisher.newest()).number == 1
