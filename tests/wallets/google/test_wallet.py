"""Cards in Google Wallet, before a simulated Google: inserted, changed, made anew when they are gone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cards.template_maker import tea
from tests.simulators.google_world import ISSUER, STRANGER
from tests.wallets.google.accounts import install
from tests.wallets.google.office import ANNA, CLASS_ID, PUBLIC, Office, card, open_office, open_wallet, show
from tests.wallets.google.tea_cards import account, back, google, top
from wallet_service.clock import SystemClock
from wallet_service.outcomes import Delivered, Refused, TryLater
from wallet_service.simulators.google_accounts import Role
from wallet_service.simulators.google_script import Drop, Fail, Trouble, first
from wallet_service.simulators.google_shelf import Holder
from wallet_service.wallets.google.service_account import ServiceAccountUnusable
from wallet_service.wallets.google.wallet import GoogleTrouble

CHANGED = ("PATCH", "loyaltyObject", 200)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


async def test_the_first_card_brings_its_class_along(office: Office):
    assert await office.show(card(300)) == [Delivered()]
    shown = office.object()
    assert shown["loyaltyPoints"]["balance"] == {"int": 300}
    assert shown["classReference"]["callbackOptions"] == {"url": f"{PUBLIC}/google/callbacks"}
    assert office.asked() == [
        ("POST", "loyaltyClass", 200),
        ("PATCH", "loyaltyObject", 404),
        ("POST", "loyaltyObject", 200),
    ]


async def test_then_a_change_is_one_request(office: Office):
    await office.show(card(300))
    before = len(office.google.journal)
    assert await office.show(card(310)) == [Delivered()]
    assert office.asked(before) == [CHANGED]


async def test_each_card_has_its_answer_in_its_place(office: Office):
    names = [f"card_{number}" for number in range(12)]
    await office.show(*(card(serial=name) for name in names))
    office.google.script = lambda call: Fail(400) if call.path.endswith(".card_7") else None
    shown = await office.show(*(card(number, serial=name) for number, name in enumerate(names)))
    assert [type(outcome) for outcome in shown] == [Delivered] * 7 + [Refused] + [Delivered] * 4
    assert [office.object(name)["loyaltyPoints"]["balance"]["int"] for name in names] == [*range(7), 0, *range(8, 12)]


async def test_what_a_card_no_longer_says_is_gone(office: Office):
    code = {"format": "PKBarcodeFormatQR", "message": "{card_id}", "messageEncoding": "iso-8859-1"}
    rich = tea(
        lambda document: (
            account(name="{name}", member="{external_id}")(document),
            back(dear="Dear {name}", site="https://example.com/{member_id}")(document),
            top(barcodes=[code | {"altText": "{external_id}"}], locations=[{"latitude": 1, "longitude": 2}])(document),
        )
    )
    await office.show(card(1, rich))
    full = office.object()
    plain = tea(lambda document: document["storeCard"]["headerFields"][0].pop("label"))
    assert await office.show(card(2, plain, version="tv_2")) == [Delivered()]

    await office.show(card(2, plain, version="tv_2", serial="card_fresh"))
    present, fresh = seen(office.object()), seen(office.object("card_fresh"))
    assert full.keys() - present.keys() == {"accountName", "accountId", "textModulesData"}
    assert full["barcode"]["alternateText"]
    assert full["loyaltyPoints"]["label"]
    assert present == fresh | {"id": present["id"]}


def seen(resource: Any) -> Any:
    """As a phone sees it: what is empty is not shown."""
    if not isinstance(resource, dict):
        return resource
    parts = {key: seen(value) for key, value in resource.items()}
    return {key: value for key, value in parts.items() if value not in ("", [], {})}


async def test_a_balance_may_outgrow_whole_numbers_and_come_back(office: Office):
    shown = []
    for balance in (1, 2**31, 2):
        assert await office.show(card(balance)) == [Delivered()]
        shown.append(office.object()["loyaltyPoints"]["balance"])
    assert shown == [{"int": 1}, {"string": "2147483648"}, {"int": 2}]


async def test_only_who_is_to_be_told_is_told(office: Office):
    await office.show(card(1))
    office.google.shelf.hold(f"{ISSUER}.{ANNA}", Holder("anna", "phone"))
    notices = []
    for wished in (card(2), card(3, notify=True), card(3, notify=True)):
        await office.show(wished)
        notices.append(office.google.journal.entries[-1].notices)
    assert notices == [0, 1, 0]


async def test_a_withdrawn_card_is_inactive(office: Office):
    await office.show(card(1))
    await office.show(card(1, voided=True))
    assert office.object()["state"] == "INACTIVE"


async def test_a_class_that_is_gone_does_not_keep_links_from_being_made(office: Office):
    await office.wallet.save_link(card(1))
    for kind in ("loyaltyObject", "loyaltyClass"):
        office.google.shelf.resources[kind].clear()
    assert (await office.wallet.save_link(card(1))).startswith(office.google.save_root)


async def test_a_new_version_of_the_template_is_told_once_and_an_older_one_never(office: Office):
    newer = tea(sheet=google('[google.programme]\nen = "Tea for you"'))
    for wished in (card(1), card(1, newer, version="tv_2"), card(2), card(3, newer, version="tv_2")):
        assert await office.show(wished) == [Delivered()]
    classes = [status for _, kind, status in office.asked() if kind == "loyaltyClass"]
    assert classes == [200, 409, 200, 200]
    assert office.object()["classReference"]["programName"] == "Tea for you"


async def test_cards_of_both_versions_at_once_share_the_newer_class(office: Office):
    newer = tea(sheet=google('[google.programme]\nen = "Tea for you"'))
    both = (card(1, newer, version="tv_2"), card(1, serial="card_boris"))
    assert await office.show(*both) == [Delivered()] * 2
    assert office.object()["classReference"]["programName"] == "Tea for you"


async def test_a_brand_without_a_key_waits_and_the_others_do_not(office: Office):
    (lacking,) = await office.show(card(1, issuer=STRANGER))
    (well,) = await office.show(card(2, serial="card_boris"))
    assert isinstance(lacking, TryLater)
    assert "cannot be read" in lacking.reason
    assert well == Delivered()


async def test_without_a_key_there_is_no_link(office: Office):
    with pytest.raises(ServiceAccountUnusable):
        await office.wallet.save_link(card(issuer=STRANGER))


async def test_an_account_that_may_not_write_waits_for_its_invitation(office: Office):
    invite(office, STRANGER, "READER")
    (outcome,) = await office.show(card(1, issuer=STRANGER))
    assert isinstance(outcome, TryLater)
    assert "permissionDenied" in outcome.reason
    invite(office, STRANGER, "OWNER")
    assert await office.show(card(1, issuer=STRANGER)) == [Delivered()]


def invite(office: Office, issuer: str, role: Role) -> None:
    """The account becomes a user of a further issuer, and its key lies where that issuer's is looked for."""
    (owner,) = office.google.accounts.by_email.values()
    office.google.open_issuer(issuer, owner, role=role)
    install(office.certs, orjson.dumps(owner.key_file), issuer)


async def test_a_link_meets_an_object_of_an_earlier_try_and_brings_it_up_to_date(office: Office):
    await office.wallet.save_link(card(1))
    before = len(office.google.journal)
    await office.wallet.save_link(card(2))
    assert office.asked(before) == [("POST", "loyaltyObject", 409), CHANGED]
    assert office.object()["loyaltyPoints"]["balance"] == {"int": 2}


@pytest.mark.parametrize("trouble", [Fail(503), Fail(429), Drop()], ids=["503", "429", "dropped"])
async def test_a_link_that_google_does_not_vouch_for_is_not_given(office: Office, trouble: Trouble):
    await office.show(card(1))
    office.google.script = first(1, trouble)
    with pytest.raises(GoogleTrouble):
        await office.wallet.save_link(card(2))


async def test_a_new_key_is_used_without_a_restart(office: Office):
    await office.show(card(1))
    file = office.certs / "google" / ISSUER / "service-account.json"
    file.write_bytes(file.read_bytes() + b"\n")
    assert await office.show(card(2)) == [Delivered()]
    assert office.google.accounts.exchanges == 2


async def test_another_process_finds_what_the_first_one_made(office: Office):
    await office.show(card(1))
    other = open_wallet(office.certs, office.google, SystemClock())
    assert (await show(other, card(2)))[ANNA].outcome == Delivered()
    await other.aclose()
    assert list(office.google.shelf.resources["loyaltyClass"]) == [CLASS_ID]


async def test_roots_to_trust_that_cannot_be_read_are_named_and_the_card_waits(office: Office, tmp_path: Path):
    unreadable = tmp_path / "roots.pem"
    unreadable.write_text("no roots")
    wallet = open_wallet(office.certs, office.google, SystemClock(), trust_roots=unreadable)
    with pytest.raises(GoogleTrouble, match=r"roots\.pem cannot be read"):
        await wallet.save_link(card())
    (waits,) = (await show(wallet, card())).values()
    assert isinstance(waits.outcome, TryLater)
    await wallet.aclose()
