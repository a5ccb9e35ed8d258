"""Visits, events, memberships and standings over REST; mechanics, and journeys of the time machine."""

from typing import Any

import pytest

from tests.loyalty.club import mechanic
from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.journeys.simulations import Simulating
from wallet_service.service import Service
from wallet_service.web.api.happenings_models import HappeningOut, StandingOut

RULES = {
    "currency": "EUR",
    "tiers": [
        {"name": "silver", "title": {"en": "Silver"}, "reach": [{"visits": 2, "within_days": 30}]},
        {"name": "prime", "title": {"en": "Prime"}, "paid_days": 30},
    ],
    "mechanics": [
        mechanic("visitor", "visit", {"points": 10}),
        mechanic("rated", "event", {"points": 25}, of="app-rated"),
        mechanic("primed", "tier-reached", {"points": 100}, of="prime", limits={"budget": 150}),
    ],
}
MEMBER = f"/v1/members/external:{ANNA['external_id']}"


@pytest.fixture
async def anna(desk: Desk) -> Any:
    """A member of a programme with rules."""
    done(await desk.call("PUT", f"/v1/programmes/{desk.brand.programme}/rules", RULES), 200)
    return await desk.enrol(**ANNA)


async def test_visits_and_events_are_told_and_counted_once(desk: Desk, anna: Any) -> None:
    visit = {"visit": "gate-1", "place": "mitte"}
    told = done(await desk.call("POST", f"{MEMBER}/visits", visit), 201)
    HappeningOut.model_validate(told)
    assert told == {
        "member": anna["id"],
        "fresh": True,
        "earned": [{"mechanic": "visitor", "points": 10, "entry": told["earned"][0]["entry"]}],
        "offers": [],
        "tiers": [],
        "tier": None,
        "balance": 10,
    }
    again = done(await desk.call("POST", f"{MEMBER}/visits", visit), 201)
    assert (again["fresh"], again["earned"], again["balance"]) == (False, [], 10)
    event = {"event": "5", "name": "app-rated"}
    assert done(await desk.call("POST", f"{MEMBER}/events", event), 201)["balance"] == 35
    other = {"event": "5", "name": "app-opened"}
    assert done(await desk.call("POST", f"{MEMBER}/events", other), 201)["earned"] == []
    refused(
        await desk.call("POST", f"{MEMBER}/visits", {"visit": "x", "at": "2020-01-01T00:00:00Z"}),
        422,
        "moment-invalid",
    )
    refused(await desk.call("POST", "/v1/members/external:nobody/visits", visit), 404, "member-not-found")


async def test_a_tier_is_reached_and_a_membership_bought(desk: Desk, anna: Any) -> None:
    before = done(await desk.call("GET", f"{MEMBER}/standing"), 200)
    StandingOut.model_validate(before)
    assert (before["tier"], before["goal"]["left"], before["goal"]["measure"]) == (None, 2, "visits")
    for number in ("1", "2"):
        told = done(await desk.call("POST", f"{MEMBER}/visits", {"visit": number}), 201)
    assert (told["tiers"], told["tier"]) == (["silver"], "silver")
    bought = done(await desk.call("POST", f"{MEMBER}/memberships", {"tier": "prime", "sale": "s-1"}), 201)
    assert (bought["tiers"], bought["tier"], bought["balance"]) == (["prime"], "prime", 120)
    refused(
        await desk.call("POST", f"{MEMBER}/memberships", {"tier": "silver", "sale": "s-2"}), 404, "membership-unknown"
    )
    after = done(await desk.call("GET", f"{MEMBER}/standing"), 200)
    assert (after["tier"]["name"], after["tier"]["title"], after["visits"], after["goal"]) == (
        "prime",
        {"en": "Prime"},
        2,
        None,
    )
    listed = done(await desk.call("GET", "/v1/mechanics"), 200)["items"]
    assert [(each["name"], each["budget"], each["given"], each["parked_at"]) for each in listed] == [
        ("visitor", None, None, None),
        ("rated", None, None, None),
        ("primed", 150, 100, None),
    ]
    assert done(await desk.call("POST", "/v1/mechanics/primed/resume"), 200)["items"][0]["name"] == "primed"
    refused(await desk.call("POST", "/v1/mechanics/nobody/resume"), 404, "mechanic-not-found")


async def test_rules_are_tried_on_the_past(desk: Desk, service: Service, anna: Any) -> None:
    line = {"sku": "tea", "category": "drink", "quantity": 1, "price": 1000}
    sale = {"receipt": "1", "member": anna["id"], "lines": [line]}
    done(await desk.call("POST", "/v1/purchases", sale), 201)
    back = mechanic("back", "purchase", {"percent": 10})
    path = f"/v1/programmes/{desk.brand.programme}/simulations"
    asked = done(await desk.call("POST", path, {"rules": {"mechanics": [back]}}, once="sim"), 202)
    assert done(await desk.call("POST", path, {"rules": {"mechanics": [back]}}, once="sim"), 202) == asked
    assert (asked["state"], asked["result"]) == ("waiting", None)
    await Simulating(service.database).take()
    found = done(await desk.call("GET", f"/v1/simulations/{asked['id']}"), 200)
    assert (found["state"], found["done"], found["total"]) == ("done", 1, 0)
    assert (found["result"]["points"], found["result"]["cost_share"]) == (100, 0.1)
    refused(await desk.call("GET", "/v1/simulations/sim_x"), 404, "simulation-not-found")
    wrong = refused(
        await desk.call("POST", path, {"rules": {"mechanics": [{}]}, "only": True}), 422, "rulebook-invalid"
    )
    assert wrong["findings"]
