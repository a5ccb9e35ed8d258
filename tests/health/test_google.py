"""The way to Google as it is found: queues and issuers in the tables, key files on the disk, and Google's own word."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cards.desk import make_due
from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from tests.wallets.google.accounts import EMAIL, ISSUER, install, key_file, rsa_key
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.channels.vapid import make_vapid
from wallet_service.clock import SystemClock
from wallet_service.health.gather import look_at_web_push
from wallet_service.health.google import ask_google, look_at_issuers
from wallet_service.health.lookout import Lookout
from wallet_service.health.state import Census, IssuerState, Queue, State, Trouble
from wallet_service.service import Service
from wallet_service.settings import GoogleSettings, Settings, WebPushSettings
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_script import Fail, first
from wallet_service.wallets.google.service_account import ServiceAccounts
from wallet_service.wallets.google.verdict import Done, NotAllowed

OTHER_ISSUER = "3388000000022141778"
BRAND = {ISSUER: "Burger Heroes"}
CONTACT = "mailto:it@burger-heroes.example"

ENTER = text("""
WITH entered AS (
    INSERT INTO google_object (card_id, issuer_id, object_id, class_id, shown_at, saved_at)
    VALUES (:card, :issuer, :card, 'class', now(), now())
)
UPDATE card SET google_issuer = :issuer WHERE id = :card
""")
LATE = text("""
UPDATE push_due SET due_at = now() - interval '90 seconds', attempt = 3 WHERE wallet = 'google' AND card_id = :card
""")


@pytest.fixture
async def shop(service: Service) -> Shop:
    """A brand with an issuer at Google, at a service without doors or worker."""
    shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
    await claim(shop, ISSUER)
    return shop


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    """A Google that knows the account of the key files."""
    async with GoogleSimulator() as simulator:
        simulator.open_issuer(ISSUER, simulator.open_account(EMAIL, key=rsa_key()))
        yield simulator


async def claim(shop: Shop, issuer: str) -> None:
    """The brand gets this issuer."""
    async with shop.database.begin() as tx:
        await claim_issuer(tx, shop.brand.id, issuer)


async def entered(shop: Shop) -> str:
    """A card in Google Wallet that has changed since."""
    card = await shop.issue(member := await shop.enrol())
    async with shop.database.begin() as tx:
        await tx.run(ENTER, {"card": card.id, "issuer": ISSUER})
    await shop.give(member, 5)
    return card.id


async def look(shop: Shop) -> State:
    """Everything on this side of the network."""
    return await Lookout.of(shop.service).look()


async def census(shop: Shop) -> Census:
    """What stands in the tables."""
    found = (await look(shop)).census
    assert isinstance(found, Census)
    return found


async def test_each_queue_is_counted_apart_and_so_is_what_went_before_the_oldest(shop: Shop):
    late, _ = await entered(shop), await entered(shop)
    await make_due(shop)
    async with shop.database.begin() as tx:
        await tx.run(LATE, {"card": late})
    found = await census(shop)
    apple, google, web = found.queues
    assert (apple.wallet, apple.cards, apple.failing, apple.passed) == ("apple", 2, 0, 0)
    assert (google.wallet, google.cards, google.failing, google.passed) == ("google", 2, 1, 2)
    assert 90 <= google.oldest < 600
    assert web == Queue("web", 0, 0.0, 0)
    assert found.google_saved == 2


async def test_the_issuers_in_use_are_the_newest_of_a_brand_and_those_of_its_cards(shop: Shop):
    assert (await census(shop)).issuers == BRAND
    await claim(shop, OTHER_ISSUER)
    assert (await census(shop)).issuers == {OTHER_ISSUER: "Burger Heroes"}
    await entered(shop)
    assert (await census(shop)).issuers == BRAND | {OTHER_ISSUER: "Burger Heroes"}


async def test_an_issuer_without_a_key_file_is_found(shop: Shop):
    (found,) = (await look(shop)).issuers or ()
    assert (found.issuer, found.brand, found.email) == (ISSUER, "Burger Heroes", None)
    assert "No such file" in found.flaws[0].why
    assert "brand google set" in found.flaws[0].remedy


def test_a_good_key_file_is_found_with_its_account(tmp_path: Path):
    install(tmp_path, key_file())
    assert look_at_issuers(ServiceAccounts(tmp_path), BRAND) == (IssuerState(ISSUER, "Burger Heroes", EMAIL),)


def test_a_key_file_that_no_brand_uses_is_found(tmp_path: Path):
    install(tmp_path, key_file())
    assert look_at_issuers(ServiceAccounts(tmp_path), {}) == (IssuerState(ISSUER, None, EMAIL),)


def test_a_key_file_open_to_others_is_found(tmp_path: Path):
    file = install(tmp_path, key_file())
    file.chmod(0o640)
    (found,) = look_at_issuers(ServiceAccounts(tmp_path), BRAND)
    assert [each.why for each in found.flaws] == ["Others on this machine may open its key file (mode 0640)."]
    assert found.flaws[0].remedy == f"Run chmod 600 {file}."


def asked_of(google: GoogleSimulator, folder: Path) -> tuple[Settings, tuple[IssuerState, ...]]:
    """Settings by which this Google is asked, and the one issuer to ask for, whose key lies in the folder."""
    install(folder, key_file(google.token_uri))
    settings = Settings(certs_dir=folder, google=GoogleSettings(root=google.root))
    return settings, look_at_issuers(ServiceAccounts(folder), BRAND)


async def test_google_names_those_who_may_act(google: GoogleSimulator, tmp_path: Path):
    settings, issuers = asked_of(google, tmp_path)
    (found,) = await ask_google(settings, SystemClock(), issuers)
    assert isinstance(found.permit, Done)
    assert found.permit.resource["permissions"] == [{"emailAddress": EMAIL, "role": "OWNER"}]


async def test_an_account_that_was_not_invited_is_told_so(google: GoogleSimulator, tmp_path: Path):
    google.accounts.roles[ISSUER].clear()
    settings, issuers = asked_of(google, tmp_path)
    (found,) = await ask_google(settings, SystemClock(), issuers)
    assert isinstance(found.permit, NotAllowed)


async def test_a_key_that_google_does_not_know_gets_no_token(google: GoogleSimulator, tmp_path: Path):
    google.token_script = first(1, Fail(400, "invalid_grant"))
    settings, issuers = asked_of(google, tmp_path)
    (found,) = await ask_google(settings, SystemClock(), issuers)
    assert isinstance(found.permit, NotAllowed)
    assert found.permit.reason.startswith("no access token: 400")


async def test_nobody_asks_for_an_issuer_without_a_brand_or_a_key(tmp_path: Path):
    spare, keyless = IssuerState("1", None, EMAIL), IssuerState("2", "Burger Heroes", flaws=(Trouble("gone"),))
    assert await ask_google(Settings(certs_dir=tmp_path), SystemClock(), (spare, keyless)) == (spare, keyless)


async def test_roots_that_cannot_be_read_are_found(tmp_path: Path):
    install(tmp_path, key_file())
    settings = Settings(certs_dir=tmp_path, google=GoogleSettings(trust_roots=tmp_path / "none.pem"))
    (found,) = await ask_google(settings, SystemClock(), look_at_issuers(ServiceAccounts(tmp_path), BRAND))
    assert "none.pem cannot be read" in getattr(found.permit, "reason", "")


def test_the_key_of_web_push_is_looked_at_where_a_contact_wishes_for_it(tmp_path: Path):
    url, wish = "postgresql://db/wallet", WebPushSettings(contact=CONTACT)
    assert look_at_web_push(Settings(data_dir=tmp_path)) is None
    embedded, shared = (
        Settings(data_dir=tmp_path, web_push=wish),
        Settings(data_dir=tmp_path, database_url=url, web_push=wish),
    )
    assert look_at_web_push(embedded) == Trouble(
        "There is no key of web push yet.", "wallet-service serve makes it.", "vapid-key-unusable"
    )
    missing = look_at_web_push(shared)
    assert isinstance(missing, Trouble)
    assert "cannot be read" in missing.why
    key = make_vapid(tmp_path / "vapid.pem", CONTACT)
    assert look_at_web_push(embedded) == look_at_web_push(shared) == key.public_key
