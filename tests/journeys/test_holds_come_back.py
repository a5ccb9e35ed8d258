"""A till that sets points aside and is never heard of again: the customer has them back, on the card too."""

import asyncio
import time
from typing import Any

from tests.conftest import Site
from tests.people import ANNA, Brand, until_up_to_date
from wallet_service.simulators.till import SimulatedTill

PATIENCE = 60.0


async def until_closed(till: SimulatedTill, hold: str) -> Any:
    """The hold, once it is closed. Fails when it is not in time."""
    end = time.monotonic() + PATIENCE
    while (found := await till.call("GET", f"/v1/holds/{hold}"))["state"] == "open":
        assert time.monotonic() < end, found
        await asyncio.sleep(0.05)
    return found


async def test_points_that_a_till_forgot_are_back_on_the_phone_by_themselves(site: Site, burger_heroes: Brand) -> None:
    till, phone = burger_heroes.till, site.phone("Anna's iPhone")
    anna = await till.enrol(**ANNA)
    await till.post(anna["id"], 100)
    card = await till.issue(anna["id"])
    await phone.install(card["link"])
    hold = await till.call("POST", f"/v1/members/{anna['id']}/holds", {"amount": 80, "expires_in": 1})
    assert hold["balance"] == 20

    closed = await until_closed(till, hold["id"])
    await until_up_to_date(till, card["id"])

    assert (closed["state"], closed["captured"], closed["balance"]) == ("expired", 0, 100)
    assert closed["closed_at"] >= closed["expires_at"]
    assert phone.passes[card["id"]].field("balance")["value"] == 100
    assert phone.log == []
