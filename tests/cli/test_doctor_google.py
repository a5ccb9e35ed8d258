"""`wallet-service doctor` about Google: which brand's account may act, why not, and what to do."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cli.test_doctor import examined
from tests.people import PASS_TYPE, open_brand
from tests.wallets.google.accounts import EMAIL, ISSUER, install, key_file, rsa_key
from wallet_service.app import open_service
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cli.doctor import examine
from wallet_service.health.findings import find, worst
from wallet_service.health.grades import Grade
from wallet_service.settings import GoogleSettings, Settings
from wallet_service.simulators.google import GoogleSimulator

NAME = f"{ISSUER} (Burger Heroes)"


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    """A Google that knows the account of the key files."""
    async with GoogleSimulator() as simulator:
        simulator.open_issuer(ISSUER, simulator.open_account(EMAIL, key=rsa_key()))
        yield simulator


@pytest.fixture
async def at_google(settings: Settings, google: GoogleSimulator, tmp_path: Path) -> Settings:
    """Settings of a service with a brand at Google, whose key file is where it belongs."""
    settings.certs_dir = Path(shutil.copytree(settings.certs_dir, tmp_path / "certs"))
    settings.google = GoogleSettings(root=google.root)
    settings.public_url = "https://cards.burger-heroes.example"
    async with open_service(settings) as service:
        brand = await open_brand(service, "Burger Heroes", PASS_TYPE)
        async with service.database.begin() as tx:
            await claim_issuer(tx, brand.id, ISSUER)
    install(settings.certs_dir, key_file(google.token_uri))
    return settings


async def said_of_google(settings: Settings, *, ask: bool = True) -> list[tuple[Grade, str, str]]:
    """Grade, text and remedy of everything found of Google."""
    found = find(await examine(settings, apple=False, google=ask))
    return [(each.grade, each.what, each.remedy) for each in found if each.subject == "google"]


async def test_an_account_that_google_knows_is_well(at_google: Settings) -> None:
    found = await examined(at_google, "--no-apple")
    (said,) = (each["what"] for each in found["findings"] if each["subject"] == "google")
    assert said == f"{NAME}: {EMAIL} may act for it."


async def test_google_is_left_alone_when_told_so(at_google: Settings, google: GoogleSimulator) -> None:
    found = await examined(at_google, "--no-apple", "--no-google")
    (said,) = (each["what"] for each in found["findings"] if each["subject"] == "google")
    assert said == f"{NAME}: its key is readable, and by us alone."
    assert google.accounts.exchanges == 0


async def test_an_account_that_was_not_invited_is_a_failure_with_its_remedy(
    at_google: Settings, google: GoogleSimulator
) -> None:
    google.accounts.roles[ISSUER].clear()
    ((grade, what, remedy),) = await said_of_google(at_google)
    assert (grade, "403 permissionDenied" in what) == (Grade.FAIL, True)
    assert remedy.startswith(f"Invite {EMAIL} as a developer in the Google Pay & Wallet console")


async def test_google_out_of_reach_is_a_failure(at_google: Settings) -> None:
    at_google.google.root = "http://127.0.0.1:1"
    ((grade, _, remedy),) = await said_of_google(at_google)
    assert (grade, remedy) == (Grade.FAIL, "Let this machine out to Google (firewall, DNS, trusted roots).")


async def test_a_missing_key_and_an_address_that_google_cannot_reach_are_failures(at_google: Settings) -> None:
    shutil.rmtree(at_google.certs_dir / "google")
    at_google.public_url = "http://127.0.0.1:8000"
    grades = worst(find(await examine(at_google, apple=False, google=True)))
    assert (grades["google"], grades["public-url"]) == (Grade.FAIL, Grade.FAIL)
    assert (grades["certificates"], grades["google-backlog"]) == (Grade.WARN, Grade.OK)
