"""Many simulated phones behind one APNs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
from starlette.responses import Response

from tests.simulators.pass_press import NOW, PASS_TYPE, store_card
from tests.simulators.strict_web_service import StrictWebService, serving
from wallet_service.simulators.fleet import Fleet
from wallet_service.simulators.phone import SimulatedPhone


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push as the simulated APNs tells of it."""

    token: str
    topic: str = PASS_TYPE


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[StrictWebService]:
    async with serving() as service:
        yield service


@pytest.fixture
def service(running: StrictWebService) -> StrictWebService:
    running.forget()
    return running


@pytest.fixture
async def fleet(service: StrictWebService) -> AsyncIterator[Fleet]:
    """Three phones with a card each, woken once; two may be woken at a time."""
    async with httpx2.AsyncClient() as client:
        fleet = Fleet(at_once=2)
        for number in range(3):
            phone = SimulatedPhone(f"phone {number}", roots=None, client=client, now=lambda: NOW)
            await phone.install(service.issue(f"card_{number}"))
            await phone.wake(PASS_TYPE)
            fleet.add(phone)
        service.calls.clear()
        yield fleet


async def test_each_push_wakes_the_phone_it_is_for(service: StrictWebService, fleet: Fleet):
    for number, phone in enumerate(fleet.phones):
        service.issue(f"card_{number}", storeCard=store_card(number))
        fleet.hear(Pushed(phone.push_token))
    await fleet.settled()
    assert [phone.notifications for phone in fleet.phones] == [[f"Now {n} points"] for n in range(3)]
    assert (fleet.fetched, fleet.unchanged, fleet.errors, fleet.strayed) == (3, 3, 0, 0)


async def test_pushes_that_wait_for_one_phone_become_one(service: StrictWebService, fleet: Fleet):
    for _ in range(50):
        fleet.hear(Pushed(fleet.phones[0].push_token))
    await fleet.settled()
    assert service.calls == ["list"]


async def test_errors_of_all_phones_are_counted(service: StrictWebService, fleet: Fleet):
    service.scripted["list"] = [Response(status_code=404), Response(status_code=404)]
    for phone in fleet.phones:
        fleet.hear(Pushed(phone.push_token))
    await fleet.settled()
    assert fleet.errors == 2


async def test_a_push_for_nobody_goes_astray(service: StrictWebService, fleet: Fleet):
    fleet.hear(Pushed("0" * 64))
    await fleet.settled()
    assert fleet.strayed == 1
    assert service.calls == []


async def test_a_phone_with_a_new_token_no_longer_hears_the_old_one(service: StrictWebService, fleet: Fleet):
    phone = fleet.phones[0]
    before = phone.push_token
    fleet.hear(Pushed(before))
    await fleet.settled()
    await phone.reset()
    service.issue("card_0", storeCard=store_card(450))
    fleet.hear(Pushed(before))
    await fleet.settled()
    assert (phone.notifications, fleet.strayed) == ([], 1)
    fleet.hear(Pushed(phone.push_token))
    await fleet.settled()
    assert phone.notifications == ["Now 450 points"]


async def test_a_phone_that_is_off_keeps_its_push_for_later(service: StrictWebService, fleet: Fleet):
    phone = fleet.phones[0]
    phone.off()
    service.issue("card_0", storeCard=store_card(450))
    fleet.hear(Pushed(phone.push_token))
    await fleet.settled()
    assert phone.notifications == []
    await phone.on()
    assert phone.notifications == ["Now 450 points"]


async def test_a_bug_in_a_phone_is_raised_when_all_is_settled():
    async with httpx2.AsyncClient() as client:
        phone = SimulatedPhone("a phone whose client was closed", roots=None, client=client)
        async with serving() as service:
            await phone.install(service.issue("card_1"))
    fleet = Fleet([phone])
    fleet.hear(Pushed(phone.push_token))
    with pytest.raises(ExceptionGroup) as broken:
        await fleet.settled()
    assert broken.group_contains(RuntimeError, match="client has been closed")
    await fleet.settled()
