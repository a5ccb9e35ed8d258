"""Issuing: one living card for a member, or a refusal that leaves nothing behind."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cards.desk import bundled, due, edited, open_programme, pass_json, somebody_waits_for_a_lock, state
from tests.loyalty.shop import Shop
from tests.people import ANNA, PASS_TYPE, TEAM, open_brand
from wallet_service.app import open_service
from wallet_service.cards import sql
from wallet_service.cards.faces import Shelf
from wallet_service.cards.issue import CardNotFound, find_any_card, find_card, issue_card, void_card
from wallet_service.clock import SetClock
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.settings import Settings
from wallet_service.wallets.apple.certificates import CertificateUnusable
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.wallets.seam import FaceUnfit


async def test_a_new_card_is_version_1_and_shows_its_member(shop: Shop, clock: SetClock):
    card = await shop.issue(await shop.enrol(**ANNA))
    assert (card.version, card.modified_at, card.handed_version, card.voided_at) == (1, clock.now(), None, None)
    assert "Анна".encode() not in await pass_json(shop, card)
    assert b"Anna Petrova" in await pass_json(shop, card)
    assert await due(shop) == []


async def test_a_member_has_one_living_card(shop: Shop):
    anna = await shop.enrol()
    assert await shop.issue(anna) == await shop.issue(anna)


async def test_two_processes_that_issue_at_once_issue_one_card(shop: Shop):
    anna = await shop.enrol()
    shelf = Shelf()

    async def issue(database: PostgresDatabase) -> tuple[str, bool]:
        async with database.begin() as tx:
            card, fresh = await issue_card(tx, anna, shelf=shelf, wallet=shop.service.wallet, token_key=1)
            return card.id, fresh

    async with shop.second_database() as one, shop.second_database() as other:
        issued = await asyncio.gather(*(issue(database) for _ in range(3) for database in (one, other)))
    assert len({card for card, _ in issued}) == 1
    assert [fresh for _, fresh in issued].count(True) == 1


async def test_a_card_is_not_issued_in_the_middle_of_a_change_of_its_balance(shop: Shop):
    """The change looked for cards before this one was there; a phone that fetched it now would keep the old balance."""
    anna = await shop.enrol()
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def hesitate() -> None:
        looked.set()
        await go_on.wait()

    async with shop.second_database(before_commit=hesitate) as slow:
        posting = asyncio.create_task(shop.post(shop.posting(anna, 50), database=slow))
        await looked.wait()
        issuing = asyncio.create_task(shop.issue(anna))
        await somebody_waits_for_a_lock(shop)
        go_on.set()
        await asyncio.gather(posting, issuing)
    found = await state(shop, issuing.result())
    assert (found.version, found.holder.balance) == (1, 50)


async def test_another_brands_card_is_not_there(shop: Shop):
    card = await shop.issue(await shop.enrol())
    async with shop.database.read() as tx:
        with pytest.raises(CardNotFound):
            await find_card(tx, "brand_other", card.id)
        with pytest.raises(CardNotFound):
            await find_any_card(tx, "card_nonsense")
        assert await find_any_card(tx, card.id) == card


async def test_a_withdrawn_card_is_a_new_version_that_says_so(shop: Shop):
    card = await shop.issue(await shop.enrol())
    async with shop.database.begin() as tx:
        voided = await void_card(tx, shop.brand.id, card.id, 0.0)
    assert (voided.version, voided.voided_at is not None) == (2, True)
    assert b'"voided":true' in await pass_json(shop, card)
    assert [row.card_id for row in await due(shop)] == [card.id]


async def test_withdrawing_twice_changes_nothing_more(shop: Shop):
    card = await shop.issue(await shop.enrol())
    for _ in range(2):
        async with shop.database.begin() as tx:
            voided = await void_card(tx, shop.brand.id, card.id, 0.0)
    assert voided.version == 2


async def test_a_withdrawn_card_stays_as_it_is_and_its_member_gets_another(shop: Shop):
    anna = await shop.enrol()
    old = await shop.issue(anna)
    async with shop.database.begin() as tx:
        await void_card(tx, shop.brand.id, old.id, 0.0)
    new = await shop.issue(anna)
    await shop.give(anna, 5)
    assert new.id != old.id
    assert ((await shop.card(old)).version, (await shop.card(new)).version) == (2, 2)


async def test_a_face_that_phones_would_refuse_is_not_issued(shop: Shop):
    source = edited(bundled("burger-heroes"), "pass.json", '"message": "{card_id}"', '"message": "{external_id}"')
    club = await open_programme(shop, replace(source, name="own-codes"))
    await shop.issue(await shop.enrol(club, external_id="BH-1"))
    anna = await shop.enrol(club, external_id="БХ-2")  # no barcode can say this in Latin letters
    with pytest.raises(FaceUnfit, match="barcodes") as refusal:
        await shop.issue(anna)
    assert refusal.value.extra["findings"]
    await has_no_card(shop, anna.id)


async def test_under_an_expired_certificate_nothing_is_issued(settings: Settings, tmp_path: Path, clock: SetClock):
    settings.certs_dir = tmp_path / "certs"
    make_dev_certificates(settings.certs_dir, PASS_TYPE, TEAM, "Test", clock.now(), days=-1)
    async with open_service(settings, clock=clock) as service:
        shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
        anna = await shop.enrol()
        with pytest.raises(CertificateUnusable, match="expired"):
            await shop.issue(anna)
        await has_no_card(shop, anna.id)


async def test_a_card_that_was_issued_before_its_certificate_was_lost_lives_on(
    settings: Settings, tmp_path: Path, clock: SetClock
):
    settings.certs_dir = tmp_path / "certs"
    make_dev_certificates(settings.certs_dir, PASS_TYPE, TEAM, "Test", clock.now())
    async with open_service(settings, clock=clock) as service:
        shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
        anna = await shop.enrol()
        card = await shop.issue(anna)
    (settings.certs_dir / PASS_TYPE / "certificate.pem").unlink()
    async with open_service(settings, clock=clock) as service:
        shop = replace(shop, service=service)
        await shop.give(anna, 5)
        assert (await state(shop, card)).version == 2
        with pytest.raises(CertificateUnusable, match="cannot be read"):
            await pass_json(shop, card)


async def has_no_card(shop: Shop, member_id: str) -> None:
    async with shop.database.read() as tx:
        assert await tx.all(sql.LIVING_CARDS, {"members": [member_id]}) == []
