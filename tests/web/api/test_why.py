"""Why an entry is there, asked over REST."""

from typing import Any

import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.awards.rulebooks import publish_rulebook
from wallet_service.loyalty.brands import find_programme
from wallet_service.service import Service
from wallet_service.web.api.why import WhyOut

LATER: dict[str, Any] = {
    "name": "later",
    "title": {"en": "Points that count tomorrow"},
    "why": {"en": "+{points}, tomorrow"},
    "on": "purchase",
    "give": [{"points": 100, "delay_days": 1, "live_days": 30}],
}
CASHBACK: dict[str, Any] = {
    "name": "cashback",
    "title": {"en": "5 % back"},
    "why": {"en": "+{points} for your receipt {receipt}", "de": "+{points} für den Bon {receipt}"},
    "on": "purchase",
    "give": [{"percent": 5}],
}


SALE: dict[str, Any] = {
    "receipt": "mitte-1",
    "member": "external:BH-1",
    "lines": [{"sku": "burger", "category": "burgers", "quantity": 2, "price": 600}],
}


async def put_in_force(service: Service, desk: Desk, *mechanics: Any) -> None:
    """Rules with these mechanics."""
    document = {"currency": "EUR", "mechanics": mechanics}
    async with service.database.begin() as tx:
        await publish_rulebook(tx, await find_programme(tx, desk.brand.id, desk.brand.programme), document)


async def why(desk: Desk, entry: int, query: str = "") -> str:
    """What Anna is told of an entry of hers, as the document promises it."""
    told = done(await desk.call("GET", f"/v1/members/external:BH-1/entries/{entry}/why{query}"), 200)
    assert WhyOut.model_validate(told).entry == entry
    return str(told["why"])


async def newest(desk: Desk) -> list[Any]:
    """Anna's entries, the newest first."""
    found: list[Any] = done(await desk.call("GET", "/v1/members/external:BH-1/entries"), 200)["items"]
    return found


async def test_a_member_is_told_why_in_the_language_that_they_ask_for(service: Service, desk: Desk) -> None:
    await put_in_force(service, desk, CASHBACK)
    await desk.enrol(**ANNA | {"language": "de"})
    done(await desk.call("POST", "/v1/purchases", SALE), 201)
    (earned,) = await newest(desk)

    assert await why(desk, earned["id"]) == "+60 für den Bon mitte-1."
    assert await why(desk, earned["id"], "?language=en") == "+60 for your receipt mitte-1."


async def test_an_entry_is_explained_by_the_rules_of_its_time(service: Service, desk: Desk) -> None:
    await put_in_force(service, desk, CASHBACK)
    await desk.enrol(**ANNA | {"language": "en"})
    done(await desk.call("POST", "/v1/purchases", SALE), 201)
    await put_in_force(service, desk, CASHBACK | {"why": {"en": "{points} by newer rules"}})
    (earned,) = await newest(desk)

    assert await why(desk, earned["id"]) == "+60 for your receipt mitte-1."


async def test_what_is_paid_with_points_and_what_is_promised_are_explained_too(service: Service, desk: Desk) -> None:
    await put_in_force(service, desk, LATER)
    await desk.enrol(**ANNA | {"language": "en"})
    await desk.post("external:BH-1", 400)
    done(await desk.call("POST", "/v1/purchases", {**SALE, "spend": 300}), 201)

    said = {entry["kind"] + str(entry["amount"]): await why(desk, entry["id"]) for entry in await newest(desk)}

    assert said["posted400"] == "400 points added."
    assert said["posted-300"] == "300 points spent for your receipt mitte-1."
    assert said["promised0"].startswith("+100, tomorrow. They count from ")


async def test_what_was_posted_by_hand_is_told_with_its_reason_and_its_last_day(desk: Desk) -> None:
    await desk.enrol(**ANNA | {"language": "de", "time_zone": "Europe/Berlin"})
    gift = {"amount": 1, "reason": "Ein Gruß", "expires_at": "2100-03-01T00:00:00+01:00"}
    entry = done(await desk.call("POST", "/v1/members/external:BH-1/entries", gift), 201)

    assert await why(desk, entry["id"]) == ("1 Punkt gutgeschrieben: Ein Gruß. Einzulösen bis zum 28. Februar 2100.")


async def test_an_entry_of_another_member_is_not_explained(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    boris = await desk.enrol(**BORIS)
    theirs = done(await desk.post(boris["id"], 5), 201)

    answer = await desk.call("GET", f"/v1/members/external:BH-1/entries/{theirs['id']}/why")

    refused(answer, 404, "entry-not-found")


@pytest.mark.parametrize("language", ["klingonisch", "e", "en_GB", "%20"])
async def test_a_language_that_nobody_knows_is_refused(desk: Desk, language: str) -> None:
    await desk.enrol(**ANNA)
    entry = done(await desk.post("external:BH-1", 5), 201)

    answer = await desk.call("GET", f"/v1/members/external:BH-1/entries/{entry['id']}/why?language={language}")

    refused(answer, 422, "language-unknown")
