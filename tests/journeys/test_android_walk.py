"""The main job on Android: one link leads to Google, the object follows the balance, and its phone comes and goes."""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TEMPLATES, Site
from tests.journeys.walks import until
from tests.people import ANNA, BORIS, Brand
from tests.wallets.google.accounts import ISSUER, rsa_key
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.publish import publish_template
from wallet_service.cards.templates import read_template
from wallet_service.settings import GoogleSettings, Settings
from wallet_service.simulators.android import AndroidPhone, SaveRejected, WalletCard
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.till import SimulatedTill
from wallet_service.wallets.google.service_account import ServiceAccounts, install_service_account


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    """A Google of this test."""
    async with GoogleSimulator() as simulator:
        yield simulator


@pytest.fixture
def settings(settings: Settings, certs: Path, tmp_path: Path, google: GoogleSimulator) -> Settings:
    """The service speaks to this Google, with keys of its own."""
    settings.certs_dir = shutil.copytree(certs, tmp_path / "certs")
    settings.google = GoogleSettings(root=google.root, save_root=google.save_root, root_keys_url=google.keys_url)
    return settings


@pytest.fixture
async def burger_heroes(site: Site, burger_heroes: Brand, google: GoogleSimulator, tmp_path: Path) -> Brand:
    """The brand has an issuer and a service account, as `brand google set` leaves them."""
    account = google.open_account("cards@burger-heroes.iam.gserviceaccount.com", key=rsa_key())
    google.open_issuer(ISSUER, account)
    key = tmp_path / "key.json"
    key.write_text(json.dumps(account.key_file))
    install_service_account(key, ServiceAccounts(site.service.settings.certs_dir).file(ISSUER))
    async with site.service.database.begin() as tx:
        await claim_issuer(tx, burger_heroes.id, ISSUER)
    return burger_heroes


@dataclass(frozen=True, slots=True)
class Holder:
    """A member with a card on an Android phone."""

    till: SimulatedTill
    member: str
    card: str
    link: str
    phone: AndroidPhone

    @property
    def shown(self) -> WalletCard:
        """The card as the phone shows it now."""
        (saved,) = self.phone.cards
        return self.phone.card(saved)

    async def trace(self) -> Mapping[str, Any]:
        """What the service knows of the card at Google."""
        found: Mapping[str, Any] = (await self.till.card(self.card))["google"]
        return found

    async def until_shown(self) -> None:
        """Wait until Google shows the present version."""

        async def followed() -> bool:
            card = await self.till.card(self.card)
            return bool(card["google"]["shown_version"] == card["version"])

        await until(followed, "Google shows the present version")


@pytest.fixture
async def boris(site: Site, burger_heroes: Brand, google: GoogleSimulator) -> Holder:
    """Boris with his card saved on his Pixel."""
    return await join(site, burger_heroes, google, BORIS, "Boris's Pixel")


async def join(site: Site, brand: Brand, google: GoogleSimulator, wishes: dict[str, str], phone: str) -> Holder:
    """Somebody enrols, is issued a card, and opens its link on an Android phone."""
    member = await brand.till.enrol(**wishes)
    card = await brand.till.issue(member["id"])
    android = AndroidPhone(phone, google, site.client)
    await android.save(card["link"])
    return Holder(brand.till, member["id"], card["id"], card["link"], android)


async def test_a_saved_card_follows_the_till_until_it_is_deleted(boris: Holder) -> None:
    assert (boris.shown.state, boris.shown.balance) == ("ACTIVE", 0)
    saved = await boris.trace()
    assert saved["saved_at"] is not None

    await boris.till.post("external:BH-2", 250, "Hero Menu")
    await boris.until_shown()

    assert boris.shown.balance == 250
    assert [notice.text for notice in boris.phone.notifications] == ["250"]

    await boris.phone.delete(saved["object_id"])

    removed = await boris.trace()
    assert [callback["event"] for callback in removed["callbacks"]] == ["save", "del"]
    assert saved["saved_at"] == removed["saved_at"] < removed["removed_at"]


async def test_an_iphone_and_an_android_hold_the_same_card_by_the_same_link(site: Site, boris: Holder) -> None:
    iphone = site.phone("Boris's iPhone")
    await iphone.install(boris.link)
    await boris.till.post("external:BH-2", 70)
    await boris.until_shown()

    async def woken() -> bool:
        await site.fleet.settled()
        return bool((await boris.till.card(boris.card))["up_to_date"])

    await until(woken, "the iPhone has followed")
    assert boris.shown.balance == iphone.passes[boris.card].field("balance")["value"] == 70
    assert iphone.log == []


async def test_a_second_phone_of_another_person_does_not_get_the_card(
    site: Site, boris: Holder, google: GoogleSimulator
) -> None:
    with pytest.raises(SaveRejected, match="403"):
        await AndroidPhone("A stranger's phone", google, site.client).save(boris.link)

    assert [callback["event"] for callback in (await boris.trace())["callbacks"]] == ["save"]


async def test_every_change_is_shown_and_two_of_them_call_for_attention(boris: Holder) -> None:
    for points, balance in ((900, 900), (-400, 500), (50, 550)):
        await boris.till.post("external:BH-2", points)
        await boris.until_shown()
        assert boris.shown.balance == balance

    assert [notice.text for notice in boris.phone.notifications] == ["900", "500"]
    assert (await boris.trace())["last_outcome"] == "accepted; silent: no notice left for balances within 24 hours"


async def test_what_became_of_changes_is_counted(site: Site, boris: Holder) -> None:
    for points in (900, -400):
        await boris.till.post("external:BH-2", points)
        await boris.until_shown()

    told = site.service.metrics.registry.get_sample_value
    assert told("wallet_told_total", {"wallet": "google", "outcome": "accepted"}) == 2
    assert told("wallet_told_total", {"wallet": "google", "outcome": "refused"}) == 0


async def test_a_withdrawn_card_is_inactive_and_its_link_leads_nowhere(
    site: Site, boris: Holder, google: GoogleSimulator
) -> None:
    await boris.till.call("POST", f"/v1/cards/{boris.card}/void")
    await boris.until_shown()

    assert boris.shown.state == "INACTIVE"
    assert boris.phone.notifications == []
    with pytest.raises(SaveRejected, match="410"):
        await AndroidPhone("Boris's Galaxy", google, site.client).save(boris.link)


async def test_a_template_published_anew_changes_class_and_objects(
    site: Site, burger_heroes: Brand, google: GoogleSimulator, boris: Holder
) -> None:
    anna = await join(site, burger_heroes, google, ANNA, "Anna's Galaxy")
    source = read_template(TEMPLATES / "burger-heroes.pkpasstemplate")
    changed = source.files["pass.json"].replace(b"rgb(172, 24, 28)", b"rgb(20, 30, 140)")
    changed = changed.replace(b'"message": "{', b'"message": "v2-{')
    async with site.service.database.begin() as tx:
        await publish_template(tx, burger_heroes.id, replace(source, files={**source.files, "pass.json": changed}))

    async def restyled() -> bool:
        cards = [await holder.till.card(holder.card) for holder in (anna, boris)]
        return {(card["version"], card["google"]["shown_version"]) for card in cards} == {(2, 2)}

    await until(restyled, "Google shows both cards in the new design")
    styles = [holder.shown.resource["classReference"]["hexBackgroundColor"] for holder in (anna, boris)]
    assert styles == ["#141e8c", "#141e8c"]
    assert boris.shown.resource["barcode"]["value"].startswith("v2-")
    assert boris.phone.notifications == []
