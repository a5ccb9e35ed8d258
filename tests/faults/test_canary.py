"""A canary's personal data goes through a real journey at the most talkative; nobody may read of it in the log."""

import pytest

from tests.conftest import Site
from tests.journeys.walks import join
from tests.people import PASS_TYPE, Brand
from tests.processes import Programs

CANARY = {
    "name": "Xenia Kanarienvogel",
    "external_id": "KANARI-77",
    "phone": "+4915112345999",
    "email": "xenia@kanarienvogel.example",
    "language": "en",
}


@pytest.fixture
async def secrets(far_site: Site, far_heroes: Brand, programs: Programs) -> tuple[set[str], str]:
    """A journey at the most talkative: what nobody may read of it, and what was logged."""
    service = await programs.serve(WALLET_LOG__LEVEL="debug", WALLET_HEALTH_PORT="0")
    xenia = await join(far_site, far_heroes, CANARY, "Xenia's iPhone")
    await xenia.buys(250)
    await xenia.up_to_date()
    url, phone, token = far_site.base_url, xenia.phone, xenia.shown.token
    headers = {"Authorization": f"Bearer {far_heroes.key}"}
    for path in (f"/v1/members/phone:{CANARY['phone']}", f"/v1/members/{xenia.member}/entries?limit=x"):
        await far_site.client.get(url + path, headers=headers)
    await far_site.client.post(f"{url}/v1/members", json=CANARY, headers=headers)  # a collision with herself
    complaint = f"[{PASS_TYPE}] {phone.device_library_id} got 401 with ApplePass {token} for {CANARY['email']}"
    await far_site.client.post(f"{url}/apple/v1/log", json={"logs": [complaint]})
    await service.says("phone says")
    assert await service.end() == 0
    personal = {CANARY["name"], "Kanarienvogel", CANARY["external_id"], CANARY["phone"], CANARY["email"]}
    return {far_heroes.key, token, phone.device_library_id, phone.push_token, *personal}, service.said


async def test_a_journey_leaves_nothing_personal_or_secret_in_the_log(secrets: tuple[set[str], str]) -> None:
    hidden, logged = secrets
    assert "phone says" in logged
    assert len(hidden) == 9
    assert [each for each in hidden if each.lower() in logged.lower()] == []
