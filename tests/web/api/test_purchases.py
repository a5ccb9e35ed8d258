"""Purchases over REST: quoted, paid with points, recorded once, returned."""

from typing import Any

import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from tests.web.api.sales import ANNAS, BURGERS, CIGARETTES, COLA, receipt, under_rules
from wallet_service.amounts import MOST
from wallet_service.service import Service
from wallet_service.web.api.purchases_answers import PurchaseOut


@pytest.fixture
async def anna(service: Service, desk: Desk) -> Any:
    """A member with 400 points, in a programme with rules."""
    await under_rules(service, desk.brand)
    enrolled = await desk.enrol(**ANNA)
    await desk.post(enrolled["id"], 400)
    return enrolled


async def buy(desk: Desk, number: str, *lines: Any, **more: Any) -> Any:
    """A purchase, recorded."""
    return done(await desk.call("POST", "/v1/purchases", receipt(number, *lines, **more)), 201)


async def test_a_purchase_is_paid_with_points_and_gives_some(desk: Desk, anna: Any) -> None:
    sale = receipt("mitte-1", member=ANNAS, spend=300, place="Mitte", at="2026-11-20T12:30:00+01:00")
    bought = done(await desk.call("POST", "/v1/purchases", sale), 201)

    PurchaseOut.model_validate(bought)
    taken, base, first = (bought["spent_entry"], *(each["entry"] for each in bought["gave"]))
    assert bought == {
        "id": bought["id"],
        "receipt": "mitte-1",
        "member": anna["id"],
        "programme": desk.brand.programme,
        "place": "Mitte",
        "at": "2026-11-20T11:30:00Z",
        "currency": "EUR",
        "lines": [
            {"line": 1, **BURGERS, "discount": 0, "total": 900, "returned": 0},
            {"line": 2, **COLA, "total": 300, "returned": 0},
        ],
        "total": 1200,
        "discount": 0,
        "redeemed": [],
        "paid": 900,
        "spent": 300,
        "spent_entry": taken,
        "earned": 145,
        "gave": [
            {"mechanic": "base", "points": 45, "entry": base},
            {"mechanic": "first", "points": 100, "entry": first},
        ],
        "balance": 145,
        "created_at": bought["created_at"],
    }
    entries = done(await desk.call("GET", f"/v1/members/{ANNAS}/entries"), 200)["items"]
    told = {entry["id"]: (entry["kind"], entry["amount"], entry["reference"]) for entry in entries}
    assert told[taken] == ("posted", -300, bought["id"])
    assert told[base] == ("posted", 45, bought["id"])
    assert told[first] == ("promised", 0, bought["id"])
    assert done(await desk.call("GET", f"/v1/purchases/{bought['id']}"), 200) == bought
    assert done(await desk.call("GET", "/v1/purchases?receipt=mitte-1"), 200) == bought


async def test_the_same_receipt_has_one_effect_and_another_under_its_number_is_refused(desk: Desk, anna: Any) -> None:
    sale = receipt("mitte-1", member=ANNAS, spend=300)
    first, again = [await desk.call("POST", "/v1/purchases", sale) for _ in range(2)]

    assert done(first, 201) == done(again, 201)
    assert again.headers["idempotency-replayed"] == "true"
    for other in ({"spend": 301}, {"place": "Mitte"}, {"member": anna["id"]}, {"lines": [BURGERS]}):
        problem = refused(await desk.call("POST", "/v1/purchases", sale | other), 409, "receipt-taken")
        assert problem["purchase"] == first.json()["id"]
    assert await desk.balance(ANNAS) == first.json()["balance"]


async def test_a_repeated_key_hears_the_same_again_even_of_a_refusal(desk: Desk, anna: Any) -> None:
    sale = receipt("mitte-1", member=ANNAS, spend=401)
    first, again = [await desk.call("POST", "/v1/purchases", sale, once="till 1") for _ in range(2)]
    assert refused(first, 409, "insufficient-points") == refused(again, 409, "insufficient-points")
    assert again.headers["idempotency-replayed"] == "true"
    refused(await desk.call("POST", "/v1/purchases", sale | {"spend": 4}, once="till 1"), 422, "idempotency-key-reused")

    bought, repeated = [await desk.call("POST", "/v1/purchases", sale | {"spend": 4}, once="till 2") for _ in range(2)]
    assert done(bought, 201) == done(repeated, 201)


async def test_a_sale_to_somebody_unknown_is_recorded_and_moves_nothing(
    service: Service, desk: Desk, anna: Any
) -> None:
    bought = await buy(desk, "mitte-1", place="Mitte")
    assert (bought["member"], bought["programme"], bought["currency"]) == (None, desk.brand.programme, "EUR")
    assert (bought["paid"], bought["earned"], bought["balance"]) == (1200, 0, None)

    named = await buy(desk, "mitte-2", programme=desk.brand.programme)
    assert named["programme"] == desk.brand.programme
    strange = receipt("mitte-3", programme="prog_" + "0" * 26)
    refused(await desk.call("POST", "/v1/purchases", strange), 404, "programme-not-found")


async def test_a_hold_pays_and_what_it_does_not_comes_back(desk: Desk, anna: Any) -> None:
    hold = done(await desk.call("POST", f"/v1/members/{ANNAS}/holds", {"amount": 300}), 201)["id"]
    over = await desk.call("POST", "/v1/purchases", receipt("mitte-1", member=ANNAS, hold=hold, spend=301))
    refused(over, 422, "capture-too-large")

    bought = await buy(desk, "mitte-1", member=ANNAS, hold=hold, spend=200)

    assert (bought["paid"], bought["spent"], bought["balance"]) == (1000, 200, 250)
    closed = done(await desk.call("GET", f"/v1/holds/{hold}"), 200)
    assert (closed["state"], closed["captured"], closed["entry"]) == ("captured", 200, bought["spent_entry"])
    again = await desk.call("POST", "/v1/purchases", receipt("mitte-2", member=ANNAS, hold=hold))
    assert refused(again, 409, "hold-closed")["state"] == "captured"


async def test_a_hold_pays_all_it_has_or_nothing(desk: Desk, anna: Any) -> None:
    whole, none = [
        done(await desk.call("POST", f"/v1/members/{ANNAS}/holds", {"amount": 100}), 201)["id"] for _ in range(2)
    ]
    assert (await buy(desk, "mitte-1", member=ANNAS, hold=whole))["spent"] == 100
    given_up = await buy(desk, "mitte-2", member=ANNAS, hold=none, spend=0)
    assert (given_up["spent"], given_up["spent_entry"]) == (0, None)
    assert done(await desk.call("GET", f"/v1/holds/{none}"), 200)["state"] == "released"


async def test_nobody_pays_with_anothers_hold(desk: Desk, anna: Any) -> None:
    await desk.enrol(**BORIS)
    hold = done(await desk.call("POST", f"/v1/members/{ANNAS}/holds", {"amount": 100}), 201)["id"]
    for name in (hold, "hold_" + "0" * 26):
        sale = receipt("mitte-1", member="external:BH-2", hold=name)
        refused(await desk.call("POST", "/v1/purchases", sale), 404, "hold-not-found")


async def test_points_pay_no_more_than_the_rules_allow(desk: Desk, anna: Any) -> None:
    await desk.post(anna["id"], 1000)
    sale = receipt("mitte-1", BURGERS, CIGARETTES, member=ANNAS, spend=451)
    problem = refused(await desk.call("POST", "/v1/purchases", sale), 409, "spend-over-cap")
    assert (problem["most"], problem["bound"]) == (450, "most_percent")
    assert (await buy(desk, "mitte-1", BURGERS, CIGARETTES, member=ANNAS, spend=450))["paid"] == 1250


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": []},
        {"lines": [BURGERS] * 501},
        {"lines": [BURGERS | {"quantity": 0}]},
        {"lines": [BURGERS | {"quantity": 1.5}]},
        {"lines": [BURGERS | {"price": -1}]},
        {"lines": [BURGERS | {"price": 4.5}]},
        {"lines": [BURGERS | {"price": MOST + 1}]},
        {"lines": [BURGERS | {"colour": "brown"}]},
        {"spend": -1},
        {"spend": 1.5},
        {"receipt": ""},
        {"receipt": None},
        {"at": 1800000000},
        {"programme": "prog_1"},
        {"member": None, "spend": 5},
        {"member": None, "hold": "hold_1"},
    ],
    ids=str,
)
async def test_what_is_no_receipt_is_refused(desk: Desk, anna: Any, wrong: Any) -> None:
    sale = receipt("mitte-1", member=ANNAS) | wrong
    refused(await desk.call("POST", "/v1/purchases", sale), 422, "invalid-request")
    refused(await desk.call("GET", "/v1/purchases?receipt=mitte-1"), 404, "purchase-not-found")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"lines": [COLA | {"discount": 341}]}, "lines-invalid"),
        ({"lines": [BURGERS | {"price": MOST}]}, "lines-invalid"),
        ({"currency": "USD"}, "currency-mismatch"),
        ({"at": "2099-01-01T00:00:00Z"}, "moment-invalid"),
        ({"at": "2020-01-01T00:00:00Z"}, "moment-invalid"),
    ],
)
async def test_what_cannot_be_so_is_refused_by_name(desk: Desk, anna: Any, wrong: Any, code: str) -> None:
    for member in (ANNAS, None):
        sale = receipt("mitte-1", member=member) | wrong
        refused(await desk.call("POST", "/v1/purchases", sale), 422, code)
    assert await desk.balance(ANNAS) == 400
