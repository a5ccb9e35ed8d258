"""The wallets of a brand over REST: an issuer without a key, with a wrong one, with the right one; and nobody else's."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.people import PASS_TYPE
from tests.wallets.google.accounts import EMAIL, ISSUER, install, key_file, rsa_key
from tests.web.api.desk import Desk, done, refused
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.settings import GoogleSettings, Settings, WebPushSettings
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.web.api.answers import WalletsOut

OTHER_ISSUER = "3388000000022141778"
NO_CARDS = {
    "objects": 0,
    "saved": 0,
    "due": 0,
    "oldest_s": 0.0,
    "failing": 0,
    "failing_for": None,
    "refused": 0,
    "refused_for": None,
}

ENTER = text("""
INSERT INTO google_object (card_id, issuer_id, object_id, class_id, inserted_at, saved_at, last_outcome)
VALUES (:card, :issuer, :card, 'class', now(), now(), :outcome)
""")
CHANGED = text("UPDATE card SET modified_at = :at WHERE id = :card")
DUE = text("""
INSERT INTO push_due (card_id, wallet, issuer, seq, due_at, attempt)
VALUES (:card, 'google', :issuer, 1, now() - interval '90 seconds', :attempt)
""")


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    """A Google that knows the account of the key files."""
    async with GoogleSimulator() as simulator:
        simulator.open_issuer(ISSUER, simulator.open_account(EMAIL, key=rsa_key()))
        yield simulator


@pytest.fixture
def settings(settings: Settings, google: GoogleSimulator, tmp_path: Path) -> Settings:
    """With a folder of certificates of this test, an address that Google reaches, and this Google."""
    shutil.copytree(settings.certs_dir, tmp_path / "certs")
    update = {
        "certs_dir": tmp_path / "certs",
        "public_url": "https://cards.burger-heroes.example",
        "google": GoogleSettings(root=google.root),
    }
    return settings.model_copy(update=update)


async def wallets(desk: Desk, query: str = "") -> Any:
    """The wallets as the desk's brand sees them."""
    found = done(await desk.call("GET", f"/v1/wallets{query}"), 200)
    WalletsOut.model_validate(found)
    return found


async def claim(service: Service, desk: Desk, issuer: str = ISSUER) -> None:
    """The brand gets this issuer."""
    async with service.database.begin() as tx:
        await claim_issuer(tx, desk.brand.id, issuer)


async def issuer_of(desk: Desk, query: str = "") -> tuple[str, list[str]]:
    """The state of the brand's one issuer, and the codes of its notes."""
    (issuer,) = (await wallets(desk, query))["google"]["issuers"]
    return issuer["state"], [note["code"] for note in issuer["notes"]]


async def test_a_brand_with_a_certificate_and_nothing_else_is_ready_at_apple(desk: Desk) -> None:
    found = await wallets(desk)

    (pass_type,) = found["apple"]["pass_types"]
    assert (found["apple"]["state"], pass_type["pass_type"], pass_type["days_left"] > 0) == ("ready", PASS_TYPE, True)
    assert (found["google"]["state"], found["google"]["issuers"], found["google"]["cards"]) == ("off", [], NO_CARDS)
    assert [(note["code"], note["grade"]) for note in found["google"]["notes"]] == [("no-issuer", "ok")]
    assert found["web_push"] == found["app_push"] == {"state": "off", "notes": []}


async def test_the_story_of_a_key_that_is_missing_wrong_and_right(
    service: Service, desk: Desk, google: GoogleSimulator
) -> None:
    certs = service.settings.certs_dir
    await claim(service, desk)
    assert await issuer_of(desk) == ("broken", ["service-account-missing"])

    install(certs, b'{"type": "authorized_user"}')
    found = await wallets(desk)
    (note,) = found["google"]["issuers"][0]["notes"]
    assert (note["code"], note["grade"]) == ("service-account-unusable", "fail")
    assert "brand google set" in note["remedy"]
    assert (found["google"]["state"], found["apple"]["state"]) == ("broken", "ready")

    install(certs, key_file(google.token_uri))
    assert await issuer_of(desk) == ("ready", [])
    assert (await wallets(desk))["google"]["issuers"][0]["account"] == EMAIL


async def test_google_is_asked_only_when_told_so_and_not_at_every_call(
    service: Service, desk: Desk, google: GoogleSimulator
) -> None:
    await claim(service, desk)
    install(service.settings.certs_dir, key_file(google.token_uri))
    google.accounts.roles[ISSUER].clear()

    assert await issuer_of(desk) == ("ready", [])
    assert google.accounts.exchanges == 0
    asked = await asyncio.gather(*(issuer_of(desk, "?ask=google") for _ in range(3)))
    assert asked == [("broken", ["google-trouble"])] * 3
    assert google.accounts.exchanges == 1


async def test_a_new_account_is_asked_about_at_once(service: Service, desk: Desk, google: GoogleSimulator) -> None:
    await claim(service, desk)
    assert await issuer_of(desk, "?ask=google") == ("broken", ["service-account-missing"])
    install(service.settings.certs_dir, key_file(google.token_uri))
    assert await issuer_of(desk, "?ask=google") == ("ready", [])


async def test_apple_is_broken_without_its_certificate(service: Service, desk: Desk) -> None:
    shutil.rmtree(service.settings.certs_dir / PASS_TYPE)
    apple = (await wallets(desk))["apple"]
    assert (apple["state"], apple["pass_types"][0]["state"], apple["pass_types"][0]["days_left"]) == (
        "broken",
        "broken",
        None,
    )


async def test_cards_at_google_are_counted_with_what_google_last_refused(service: Service, desk: Desk) -> None:
    await claim(service, desk)
    outcomes = ["accepted", "later: 403 forbidden", "later: 503", "refused: 400 first", "refused: 400 last"]
    async with service.database.begin() as tx:
        for number, outcome in enumerate(outcomes):
            card = (await issued(desk, number))["id"]
            await tx.run(ENTER, {"card": card, "issuer": ISSUER, "outcome": outcome})
            await tx.run(CHANGED, {"card": card, "at": tx.now + timedelta(seconds=number)})
            if outcome.startswith("later"):
                await tx.run(DUE, {"card": card, "issuer": ISSUER, "attempt": 5 - number})

    cards = (await wallets(desk))["google"]["cards"]

    oldest = cards.pop("oldest_s")
    assert 90 <= oldest < 600
    assert cards == {
        "objects": 5,
        "saved": 5,
        "due": 2,
        "failing": 2,
        "failing_for": "later: 403 forbidden",
        "refused": 2,
        "refused_for": "refused: 400 last",
    }


async def issued(desk: Desk, number: int) -> Any:
    """The card of a new member."""
    return await desk.issue((await desk.enrol(external_id=f"BH-{number}"))["id"])


async def test_another_brand_sees_nothing_of_it(service: Service, desk: Desk, other_desk: Desk) -> None:
    for issuer in (ISSUER, OTHER_ISSUER):
        await claim(service, desk, issuer)
    install(service.settings.certs_dir, key_file())
    card = (await issued(desk, 1))["id"]
    async with service.database.begin() as tx:
        await tx.run(ENTER, {"card": card, "issuer": ISSUER, "outcome": "refused: 400"})
        await tx.run(DUE, {"card": card, "issuer": ISSUER, "attempt": 3})

    ours = [issuer["issuer"] for issuer in (await wallets(desk))["google"]["issuers"]]
    theirs = await wallets(other_desk)

    assert ours == [OTHER_ISSUER, ISSUER]
    assert (theirs["google"]["issuers"], theirs["google"]["cards"]) == ([], NO_CARDS)
    for secret in (ISSUER, OTHER_ISSUER, EMAIL, PASS_TYPE, "Burger Heroes"):
        assert secret not in str(theirs)


async def test_a_key_of_the_app_and_one_of_web_push_turn_them_on_or_are_found_broken(
    service: Service, desk: Desk, other_desk: Desk
) -> None:
    service.settings.web_push = WebPushSettings(contact="mailto:it@burger-heroes.example")
    for brand, content in ((desk.brand.id, key_file()), (other_desk.brand.id, b"{}")):
        file = service.settings.certs_dir / "fcm" / brand / "service-account.json"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        file.chmod(0o600)

    ours, theirs = await wallets(desk), await wallets(other_desk)

    assert ours["app_push"] == {"state": "ready", "notes": []}
    assert [note["code"] for note in theirs["app_push"]["notes"]] == ["app-account-unusable"]
    assert (ours["web_push"]["state"], ours["web_push"]["notes"][0]["code"]) == ("broken", "vapid-key-unusable")


async def test_only_a_key_that_reads_may_look_and_only_google_can_be_asked(service: Service, desk: Desk) -> None:
    async with service.database.begin() as tx:
        key = await create_key(tx, desk.brand.id, "till", frozenset({Scope.EARN}))
    refused(await Desk(desk.client, key, desk.brand).call("GET", "/v1/wallets"), 403, "scope-missing")
    for query in ("?ask=apple", "?ask=", "?aks=google"):
        refused(await desk.call("GET", f"/v1/wallets{query}"), 422, "invalid-request")
