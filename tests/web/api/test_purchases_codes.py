"""Codes on a receipt over REST: they make it cheaper, bring points and gifts, and are good again when all comes back."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from tests.web.api.sales import ANNAS, BURGERS, receipt, under_rules
from wallet_service.service import Service
from wallet_service.web.api.purchases_answers import PurchaseOut, QuoteOut
from wallet_service.web.doors import Doors
from wallet_service.web.guesses import Guesses
from wallet_service.web.site import Site

OFFERS: dict[str, dict[str, Any]] = {
    "summer": {"kind": "shared", "code": "SUMMER", "benefit": {"percent": 10}},
    "bonus": {"kind": "shared", "code": "BONUS", "benefit": {"points": 70}, "limits": {"per_member": 1}},
    "dip": {"kind": "shared", "code": "DIP", "benefit": {"gift": "dip-bbq"}},
    "cola": {"kind": "shared", "code": "COLA", "benefit": {"amount": 500}, "goods": {"categories": ["drinks"]}},
    "last": {"kind": "shared", "code": "LAST", "benefit": {"amount": 100}, "limits": {"total": 1}},
    "ours": {"kind": "personal", "benefit": {"percent": 50}},
}


@pytest.fixture
async def anna(service: Service, desk: Desk) -> Any:
    """A member with 400 points, in a programme with rules and offers."""
    await under_rules(service, desk.brand)
    for name, terms in OFFERS.items():
        done(await desk.call("POST", "/v1/offers", {"name": name, "title": {"en": name.title()}, **terms}), 201)
    enrolled = await desk.enrol(**ANNA)
    await desk.post(enrolled["id"], 400)
    return enrolled


async def sell(desk: Desk, number: str, *codes: str, **more: Any) -> Any:
    """Two burgers and a cola for 1200, with codes; the answer, whatever it is."""
    return await desk.call("POST", "/v1/purchases", receipt(number, **{"member": ANNAS, "codes": codes} | more))


async def redeemed_times(desk: Desk, name: str) -> int:
    """How often an offer was redeemed."""
    items = done(await desk.call("GET", "/v1/offers"), 200)["items"]
    return next(int(each["redeemed"]) for each in items if each["name"] == name)


async def test_codes_make_a_check_cheaper_before_points_pay_and_mechanics_give(desk: Desk, anna: Any) -> None:
    bought = done(await sell(desk, "mitte-1", "summer ", "BONUS", "DIP", spend=300), 201)

    PurchaseOut.model_validate(bought)
    assert [bought[key] for key in ("total", "discount", "spent", "paid")] == [1200, 120, 300, 780]
    assert [line["total"] for line in bought["lines"]] == [900, 300]
    summer, bonus, dip = bought["redeemed"]
    assert (summer["offer"], summer["code"], summer["discount"], summer["shares"]) == (
        "summer",
        "SUMMER",
        120,
        [90, 30],
    )
    assert (bonus["points"], dip["gift"], dip["shares"]) == (70, "dip-bbq", [])
    assert [(each["mechanic"], each["points"]) for each in bought["gave"]] == [
        ("offer:bonus", 70),
        ("base", 39),
        ("first", 100),
    ]
    assert (bought["earned"], bought["balance"]) == (209, 400 - 300 + 70 + 39)
    entries = done(await desk.call("GET", f"/v1/members/{ANNAS}/entries"), 200)["items"]
    assert bought["id"] in {each["reference"] for each in entries if each["id"] == bought["gave"][0]["entry"]}
    assert [await redeemed_times(desk, name) for name in ("summer", "bonus", "dip")] == [1, 1, 1]


async def test_a_repeated_receipt_redeems_nothing_again_and_hears_the_same(desk: Desk, anna: Any) -> None:
    first, again = [await sell(desk, "mitte-1", "SUMMER", "BONUS") for _ in range(2)]
    assert done(first, 201) == done(again, 201)
    assert done(await desk.call("GET", f"/v1/purchases/{first.json()['id']}"), 200) == first.json()
    refused(await sell(desk, "mitte-1", "SUMMER"), 409, "receipt-taken")
    assert await redeemed_times(desk, "bonus") == 1


async def test_points_pay_no_more_than_codes_have_left(desk: Desk, anna: Any) -> None:
    await desk.post(anna["id"], 1000)
    problem = refused(await sell(desk, "mitte-1", "SUMMER", spend=541), 409, "spend-over-cap")
    assert problem["most"] == 540
    assert done(await sell(desk, "mitte-1", "SUMMER", spend=540), 201)["paid"] == 540


@pytest.mark.parametrize(
    ("codes", "status", "code"),
    [
        (["SUMMER", "NO-SUCH"], 404, "code-not-found"),
        (["SUMMER", "LAST", "OTHERS"], 404, "code-not-found"),
        (["SUMMER", "summer"], 422, "invalid-request"),
        ([f"CODE-{n}" for n in range(11)], 422, "invalid-request"),
    ],
    ids=["unknown", "last", "twice", "too-many"],
)
async def test_one_bad_code_refuses_the_purchase_and_redeems_nothing(
    desk: Desk, anna: Any, codes: list[str], status: int, code: str
) -> None:
    refused(await sell(desk, "mitte-1", *codes), status, code)
    asked = {"member": ANNAS, "lines": [BURGERS], "codes": codes}
    refused(await desk.call("POST", "/v1/quotes", asked), status, code)
    assert [await redeemed_times(desk, name) for name in ("summer", "last")] == [0, 0]
    refused(await desk.call("GET", "/v1/purchases?receipt=mitte-1"), 404, "purchase-not-found")


async def test_a_code_is_refused_by_its_reason(desk: Desk, anna: Any) -> None:
    await desk.enrol(**BORIS)
    given = done(await desk.call("POST", f"/v1/members/{ANNAS}/offers", {"offer": "ours", "occasion": "1"}), 201)
    for wrong, reason in (
        (sell(desk, "mitte-1", given["code"], member="external:BH-2"), "another-members"),
        (sell(desk, "mitte-1", given["code"], member=None), "member-needed"),
        (sell(desk, "mitte-1", "COLA", lines=[BURGERS]), "goods-missing"),
    ):
        assert refused(await wrong, 409, "offer-refused")["reason"] == reason
    assert done(await sell(desk, "mitte-1", given["code"]), 201)["paid"] == 600
    assert refused(await sell(desk, "mitte-2", given["code"]), 409, "offer-refused")["reason"] == "used"
    assert done(await desk.call("GET", f"/v1/members/{ANNAS}/offers"), 200)["items"] == []


async def test_a_purchase_refused_for_another_reason_leaves_its_codes_to_others(desk: Desk, anna: Any) -> None:
    """In one batch too: who comes after a refused purchase has the last use."""
    refused(await sell(desk, "mitte-0", "LAST", spend=401), 409, "insufficient-points")
    told = await asyncio.gather(
        *(sell(desk, f"mitte-{n}", "LAST", **({"spend": 401} if n % 2 else {})) for n in range(1, 17))
    )
    assert sorted(answer.status_code for answer in told) == [201] + [409] * 15
    assert await redeemed_times(desk, "last") == 1


async def test_what_is_returned_as_a_whole_gives_its_codes_back(desk: Desk, anna: Any) -> None:
    bought = done(await sell(desk, "mitte-1", "SUMMER", "COLA", "BONUS", "LAST"), 201)
    assert [each["shares"] for each in bought["redeemed"]] == [[90, 30], [0, 270], [], [100, 0]]
    path = f"/v1/purchases/{bought['id']}/refunds"
    half = done(await desk.call("POST", path, {"refund": "r-1", "lines": [{"line": 1, "quantity": 1}]}), 201)
    assert (half["total"], half["paid"], half["points_taken"]) == (355, 355, 35 + 17 + 50)
    assert await redeemed_times(desk, "last") == 1

    rest = done(await desk.call("POST", path, {"refund": "r-2"}), 201)

    assert (rest["paid"], rest["balance"]) == (bought["paid"] - 355, 400)
    assert [await redeemed_times(desk, name) for name in ("summer", "cola", "bonus", "last")] == [0] * 4
    assert done(await sell(desk, "mitte-2", "LAST", "BONUS"), 201)["discount"] == 100
    assert done(await desk.call("GET", f"/v1/members/{ANNAS}/proof"), 200)["chain"] == "whole"


async def test_somebody_unknown_redeems_what_needs_no_member(desk: Desk, anna: Any) -> None:
    bought = done(await sell(desk, "mitte-1", "SUMMER", member=None), 201)
    assert (bought["discount"], bought["paid"], bought["member"]) == (120, 1080, None)
    path = f"/v1/purchases/{bought['id']}/refunds"
    assert done(await desk.call("POST", path, {"refund": "r-1"}), 201)["paid"] == 1080
    assert await redeemed_times(desk, "summer") == 0


async def test_a_quote_with_codes_is_the_purchase_and_redeems_nothing(desk: Desk, anna: Any) -> None:
    asked = {"member": ANNAS, "lines": receipt("")["lines"], "codes": ["SUMMER", "BONUS"], "spend": 300}
    quoted = done(await desk.call("POST", "/v1/quotes", asked), 200)
    QuoteOut.model_validate(quoted)
    assert await redeemed_times(desk, "bonus") == 0

    bought = done(await sell(desk, "mitte-1", "SUMMER", "BONUS", spend=300), 201)

    for key in ("total", "discount", "paid", "earned"):
        assert quoted[key] == bought[key]
    told = [(each["mechanic"], each["points"]) for each in quoted["earnings"]]
    assert told == [(each["mechanic"], each["points"]) for each in bought["gave"]]
    assert quoted["redeemed"] == [
        {key: value for key, value in each.items() if key != "redemption"} for each in bought["redeemed"]
    ]
    assert quoted["earnings"][0]["title"] == "Bonus"


async def test_whoever_guesses_codes_at_the_till_has_to_wait(desk: Desk, doors: Doors, anna: Any) -> None:
    """At a site where no time passes."""
    site = Site(replace(doors, guesses=Guesses(2, now=lambda: 0.0)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://rest") as client:
        guesser = replace(desk, client=client)
        asked = {"member": ANNAS, "lines": [BURGERS], "codes": ["GUESS"]}
        refused(await guesser.call("POST", "/v1/quotes", asked), 404, "code-not-found")
        for number in range(2):
            refused(await sell(guesser, f"mitte-{number}", "GUESS"), 404, "code-not-found")
        refused(await sell(guesser, "mitte-9", "SUMMER"), 429, "too-many-wrong-codes")
        refused(await guesser.call("POST", "/v1/quotes", asked), 429, "too-many-wrong-codes")
        assert done(await sell(guesser, "mitte-9"), 201)["total"] == 1200
