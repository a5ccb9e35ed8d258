"""Objects on their way to a simulated Google: what is read when, what is tried again, what is given up."""

from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path

import orjson
import pytest

from tests.cards.template_maker import tea
from tests.simulators.google_world import ISSUER
from tests.wallets.google.office import ANNA, CLASS_ID, Office, card, open_office
from tests.wallets.google.tea_cards import faces, top
from wallet_service.outcomes import Delivered, Refused, TryLater, Unknown
from wallet_service.simulators.google_script import STALE_TOKEN, Drop, Fail, first, for_method
from wallet_service.wallets.google.showing import MOST_STEPS
from wallet_service.wallets.seam import GoogleCard


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


async def test_when_google_has_no_notice_left_the_balance_changes_silently(office: Office):
    await office.show(card(0))
    shown = [(await office.shown(card(balance, notify=True)))[0] for balance in range(1, 5)]
    assert [each.outcome for each in shown] == [Delivered()] * 4
    assert [each.silent for each in shown] == [False, False, False, True]
    assert office.object()["loyaltyPoints"]["balance"] == {"int": 4}


async def test_an_object_that_is_gone_is_inserted_again(office: Office):
    await office.show(card(1))
    office.google.shelf.resources["loyaltyObject"].clear()
    assert await office.show(card(2, notify=True)) == [Delivered()]
    assert office.object()["loyaltyPoints"]["balance"] == {"int": 2}


async def test_a_class_that_is_gone_is_made_again_on_the_way(office: Office):
    await office.show(card(1))
    for kind in ("loyaltyObject", "loyaltyClass"):
        office.google.shelf.resources[kind].clear()
    assert await office.show(card(2)) == [Delivered()]
    assert office.object()["loyaltyPoints"]["balance"] == {"int": 2}


async def test_what_never_gets_anywhere_waits_for_another_time(office: Office):
    await office.show(card(1))
    before = len(office.google.journal)
    office.google.script = for_method("PATCH", first(99, STALE_TOKEN))
    (outcome,) = await office.show(card(2))
    assert isinstance(outcome, TryLater)
    assert len(office.google.journal) - before == MOST_STEPS


async def test_when_google_is_in_trouble_the_rest_is_not_sent(office: Office):
    await office.show(card(1))
    before = len(office.google.journal)
    office.google.script = first(10, Fail(503))
    outcomes = await office.show(*(card(2, serial=f"card_{number}") for number in range(25)))
    assert [type(outcome) for outcome in outcomes] == [Unknown] * 10 + [TryLater] * 15
    assert len(office.google.journal) - before == 10


async def test_what_google_will_not_take_is_kept_as_it_was_sent(office: Office):
    await office.show(card(1))
    office.google.script = for_method("PATCH", first(1, Fail(400)))
    (shown,) = await office.shown(card(2))
    assert isinstance(shown.outcome, Refused)
    assert orjson.loads(shown.refused or "")["loyaltyPoints"]["balance"] == {"int": 2}


async def test_a_card_is_read_when_its_turn_has_come(office: Office):
    await office.show(card(1))
    balance = count(2)

    async def present(serials: Sequence[str]) -> Sequence[GoogleCard]:
        return [card(next(balance))]

    office.google.script = for_method("PATCH", first(1, STALE_TOKEN))
    shown = await office.wallet.show(ISSUER, [ANNA, "card_gone"], present)
    assert {serial: each.outcome for serial, each in shown.items()} == {ANNA: Delivered()}
    assert office.object()["loyaltyPoints"]["balance"] == {"int": 3}


async def test_a_code_that_a_new_design_has_not_is_gone_and_messages_stay(office: Office):
    await office.show(card(1))
    message = {"id": "m1", "header": "Hi", "body": "A burger for you"}
    kept = office.google.shelf.resources["loyaltyObject"]
    kept[f"{ISSUER}.{ANNA}"] = {**kept[f"{ISSUER}.{ANNA}"], "messages": [message]}
    former, plain = faces(tea())[0], tea(top(barcodes=[]))
    assert "barcode" in office.object()
    assert await office.show(card(2, plain, version="tv_2", formerly=former)) == [Delivered()]
    shown = office.object()
    assert (shown["messages"], shown["loyaltyPoints"]["balance"]) == ([message], {"int": 2})
    assert "barcode" not in shown


async def test_a_translation_that_a_new_design_has_not_is_gone(office: Office):
    await office.show(card(1))
    translated = {"defaultValue": {"language": "en", "value": "Tea"}}
    kept = office.google.shelf.resources["loyaltyClass"]
    kept[CLASS_ID] = {**kept[CLASS_ID], "localizedProgramName": translated}
    assert await office.show(card(2, version="tv_2")) == [Delivered()]
    assert "localizedProgramName" not in office.object()["classReference"]


async def test_a_class_that_google_refuses_keeps_no_other_from_being_shown(office: Office):
    office.google.script = lambda call: (
        Fail(400, "badImage") if b'"id":"%s.ill-1"' % ISSUER.encode() in call.body else None
    )
    ill, well = await office.show(card(1, template="ill", version="tv_9", serial="card_ill"), card(2))
    assert ill == TryLater(60.0, "400 badImage: Scripted trouble 400")
    assert well == Delivered()


async def test_a_lost_answer_is_unknown_and_told_again_does_no_harm(office: Office):
    await office.show(card(1))
    office.google.script = for_method("PATCH", first(1, Drop()))
    (lost,) = await office.show(card(2, notify=True))
    assert isinstance(lost, Unknown)
    assert await office.show(card(2, notify=True)) == [Delivered()]
    assert [entry.status for entry in office.google.journal.of("PATCH", ANNA)][-2:] == [200, 200]


async def test_a_stale_token_is_renewed_on_the_way(office: Office):
    await office.show(card(1))
    office.google.accounts.revoke_tokens()
    assert await office.show(card(2)) == [Delivered()]
    office.google.script = first(1, STALE_TOKEN)
    assert await office.show(card(3)) == [Delivered()]
    assert office.google.accounts.exchanges == 3
