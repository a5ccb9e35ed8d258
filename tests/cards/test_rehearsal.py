"""A template is shown to Google before it is published: its refusal keeps it back, its absence does not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from tests.cards.template_maker import tea
from tests.simulators.google_world import EMAIL, ISSUER, STRANGER
from tests.wallets.google.accounts import install
from wallet_service.cards.problem import Severity
from wallet_service.cards.rehearsal import rehearse
from wallet_service.cards.templates import Template, parse_template, read_template
from wallet_service.clock import SystemClock
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.wallets.google.service_account import ServiceAccounts
from wallet_service.wallets.google.wallet import GoogleWallet, Ways

TEMPLATES = sorted(Path("pass_templates").glob("*.pkpasstemplate"))


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    async with GoogleSimulator(now=SystemClock().now) as google:
        yield google


@pytest.fixture
async def wallet(google: GoogleSimulator, tmp_path: Path) -> AsyncIterator[GoogleWallet]:
    account = google.open_account(EMAIL)
    google.open_issuer(ISSUER, account, name="Burger Heroes")
    install(tmp_path, orjson.dumps(account.key_file), ISSUER)
    install(tmp_path, orjson.dumps(account.key_file), STRANGER)
    wallet = GoogleWallet(
        ServiceAccounts(tmp_path), SystemClock(), "https://cards.example.com", Ways(google.root, per_s=1000)
    )
    yield wallet
    await wallet.aclose()


@pytest.fixture(params=TEMPLATES, ids=lambda folder: folder.stem)
def template(request: pytest.FixtureRequest) -> Template:
    return parse_template(read_template(request.param))


async def test_google_would_save_a_card_of_every_template_and_keeps_nothing_of_it(
    wallet: GoogleWallet, google: GoogleSimulator, template: Template
):
    assert await rehearse(wallet, [ISSUER], template) == []
    assert [entry.path for entry in google.journal.of("POST", "loyalty")] == []


async def test_google_is_shown_the_card_in_every_language(wallet: GoogleWallet, google: GoogleSimulator):
    template = parse_template(tea())
    assert await rehearse(wallet, [ISSUER], template) == []
    (entry,) = google.journal.of("POST", "jwt")
    shown = orjson.loads(entry.body["jsonResource"]["json"])["payload"]["loyaltyObjects"]
    assert [card["loyaltyPoints"]["label"] for card in shown] == ["LEAVES", "ЛИСТЬЯ"]
    assert len({card["id"] for card in shown}) == 2


async def test_an_issuer_that_is_not_ours_is_warned_of(wallet: GoogleWallet, template: Template):
    (problem,) = await rehearse(wallet, [STRANGER], template)
    assert problem.severity is Severity.WARNING
    assert "403" in problem.message


async def test_an_issuer_without_an_account_is_warned_of_with_what_to_do(wallet: GoogleWallet, template: Template):
    (problem,) = await rehearse(wallet, ["1"], template)
    assert problem.severity is Severity.WARNING
    assert "brand google set" in problem.mend


async def test_what_google_refuses_is_an_error_in_its_words(wallet: GoogleWallet, template: Template):
    unpublic = replace(wallet, public_url="nowhere")
    (problem,) = await rehearse(unpublic, [ISSUER], template)
    await unpublic.aclose()
    assert problem.severity is Severity.ERROR
    assert "HTTPS required" in problem.message
