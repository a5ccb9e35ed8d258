"""The simulated phone and a service that keeps the rules."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.simulators.pass_press import NOW, PASS_TYPE, authority, store_card
from tests.simulators.strict_web_service import StrictWebService, serving
from wallet_service.simulators.phone import SimulatedPhone


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[StrictWebService]:
    async with serving() as service:
        yield service


@pytest.fixture
def service(running: StrictWebService) -> StrictWebService:
    running.forget()
    return running


@pytest.fixture
async def anna(service: StrictWebService, tmp_path: Path) -> AsyncIterator[SimulatedPhone]:
    (tmp_path / "root.pem").write_bytes(authority().pem)
    async with httpx2.AsyncClient() as client:
        yield SimulatedPhone("Anna's", roots=tmp_path / "root.pem", client=client, now=lambda: NOW)


def key_of(phone: SimulatedPhone, serial: str = "card_1") -> tuple[str, str, str]:
    return phone.device_library_id, PASS_TYPE, serial


async def test_a_pass_from_a_link_is_kept_and_registered(service: StrictWebService, anna: SimulatedPhone):
    card = await anna.install(service.issue("card_1"))
    assert anna.passes == {"card_1": card}
    assert anna.registered == {"card_1"}
    assert service.registrations == {key_of(anna): anna.push_token}
    assert len(anna.push_token) == 64


async def test_a_pass_without_a_web_service_is_kept_and_never_asked_about(
    service: StrictWebService, anna: SimulatedPhone
):
    await anna.install(service.issue("card_1", webServiceURL=None, authenticationToken=None))
    await anna.wake(PASS_TYPE)
    await anna.pull_to_refresh("card_1")
    await anna.reset()
    await anna.remove("card_1")
    assert service.calls == ["link"]


async def test_a_woken_phone_fetches_the_new_version_and_tells_its_owner(
    service: StrictWebService, anna: SimulatedPhone
):
    await anna.install(service.issue("card_1"))
    service.issue("card_1", storeCard=store_card(450))
    await anna.wake(PASS_TYPE)
    assert anna.passes["card_1"].field("balance")["value"] == 450
    assert anna.notifications == ["Now 450 points"]
    assert anna.last_updated == {PASS_TYPE: "2"}
    assert (anna.fetched, anna.unchanged, anna.errors, anna.log) == (1, 0, 0, [])


async def test_only_the_changed_cards_of_a_phone_are_fetched_again(service: StrictWebService, anna: SimulatedPhone):
    for serial in ("card_1", "card_2"):
        await anna.install(service.issue(serial))
    await anna.wake(PASS_TYPE)
    service.issue("card_2", storeCard=store_card(1))
    service.calls.clear()
    await anna.wake(PASS_TYPE)
    assert service.calls == ["list", "pass"]
    assert anna.passes["card_1"].field("balance")["value"] == 300
    assert anna.passes["card_2"].field("balance")["value"] == 1


async def test_the_first_list_names_what_is_known_already_and_nobody_complains(
    service: StrictWebService, anna: SimulatedPhone
):
    await anna.install(service.issue("card_1"))
    await anna.wake(PASS_TYPE)
    assert (anna.fetched, anna.unchanged, anna.log) == (0, 1, [])


async def test_nothing_is_fetched_when_nothing_is_new(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card_1"))
    await anna.wake(PASS_TYPE)
    service.calls.clear()
    await anna.wake(PASS_TYPE)
    assert service.calls == ["list"]
    assert anna.log == []


async def test_pulling_down_an_unchanged_card_is_answered_not_modified(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card_1"))
    await anna.pull_to_refresh("card_1")
    service.calls.clear()
    await anna.pull_to_refresh("card_1")
    assert service.calls == ["pass"]
    assert (anna.unchanged, anna.log) == (2, [])


async def test_pulling_down_a_changed_card_fetches_it(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card_1"))
    service.issue("card_1", storeCard=store_card(0))
    await anna.pull_to_refresh("card_1")
    assert anna.notifications == ["Now 0 points"]


async def test_a_phone_that_is_off_obeys_one_kept_push_when_it_is_on_again(
    service: StrictWebService, anna: SimulatedPhone
):
    await anna.install(service.issue("card_1"))
    service.issue("card_1", storeCard=store_card(450))
    service.calls.clear()
    anna.off()
    await anna.wake(PASS_TYPE)
    await anna.wake(PASS_TYPE)
    assert service.calls == []
    await anna.on()
    assert service.calls == ["list", "pass"]
    assert anna.notifications == ["Now 450 points"]


async def test_a_phone_switched_off_while_it_obeys_keeps_the_next_push(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card_1"))
    anna.off()
    await anna.wake(PASS_TYPE)
    obeying = asyncio.create_task(anna.on())
    while "list" not in service.calls:
        await asyncio.sleep(0)
    anna.off()
    await anna.wake(PASS_TYPE)
    await obeying
    assert service.calls.count("list") == 1
    await anna.on()
    assert service.calls.count("list") == 2


async def test_a_pass_added_again_replaces_the_old_one_silently(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card_1"))
    await anna.install(service.issue("card_1", storeCard=store_card(450)))
    assert anna.passes["card_1"].field("balance")["value"] == 450
    assert (anna.notifications, anna.registered) == ([], {"card_1"})


async def test_a_removed_pass_is_unregistered_and_its_tag_forgotten(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card_1"))
    await anna.wake(PASS_TYPE)
    await anna.remove("card_1")
    assert (anna.passes, anna.registered, anna.last_updated) == ({}, set(), {})
    assert service.registrations == {}


async def test_removing_one_of_two_passes_keeps_the_tag_of_the_other(service: StrictWebService, anna: SimulatedPhone):
    for serial in ("card_1", "card_2"):
        await anna.install(service.issue(serial))
    await anna.wake(PASS_TYPE)
    await anna.remove("card_1")
    assert anna.last_updated == {PASS_TYPE: "2"}
    assert service.registrations == {key_of(anna, "card_2"): anna.push_token}


async def test_a_phone_restored_from_a_backup_registers_its_new_push_token(
    service: StrictWebService, anna: SimulatedPhone
):
    await anna.install(service.issue("card_1"))
    before = anna.push_token
    await anna.reset()
    assert anna.push_token != before
    assert service.registrations == {key_of(anna): anna.push_token}


async def test_a_complaint_reaches_the_service_and_the_phones_own_log(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card_1"))
    await anna.complain("the strip looks odd")
    assert service.logs == anna.log == ["the strip looks odd"]


async def test_a_serial_number_travels_percent_encoded(service: StrictWebService, anna: SimulatedPhone):
    await anna.install(service.issue("card 1?&ü"))
    await anna.wake(PASS_TYPE)
    assert service.registrations == {key_of(anna, "card 1?&ü"): anna.push_token}
    assert anna.unchanged == 1
