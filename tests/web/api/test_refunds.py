"""Refunds over REST: what paid comes back to its lots, what was given is taken back, and nothing of it twice."""

from typing import Any

import pytest

from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from tests.web.api.sales import ANNAS, receipt, under_rules
from wallet_service.service import Service
from wallet_service.web.api.purchases_answers import QuoteOut, RefundOut


@pytest.fixture
async def anna(service: Service, desk: Desk) -> Any:
    """A member with 400 points, in a programme with rules."""
    await under_rules(service, desk.brand)
    enrolled = await desk.enrol(**ANNA)
    await desk.post(enrolled["id"], 400)
    return enrolled


async def bought(desk: Desk, **more: Any) -> Any:
    """Two burgers and a cola for 1200, 300 of them in points."""
    wish = {"member": ANNAS, "spend": 300} | more
    return done(await desk.call("POST", "/v1/purchases", receipt("mitte-1", **wish)), 201)


async def returning(desk: Desk, purchase: Any, number: str, *lines: tuple[int, int]) -> Any:
    """Pieces of lines, or all that is left."""
    asked = [{"line": line, "quantity": pieces} for line, pieces in lines] or None
    return await desk.call("POST", f"/v1/purchases/{purchase['id']}/refunds", {"refund": number, "lines": asked})


async def standing(service: Service, member: str) -> Any:
    """How the member stands, by the goal that the card shows and the counts that are kept."""
    async with service.database.read() as tx:
        driver = await tx.driver()
        return await driver.fetchval("SELECT document -> 'counts' FROM member_standing WHERE member_id = $1", member)


async def test_a_customer_is_quoted_holds_points_pays_and_returns_it_all(
    service: Service, desk: Desk, anna: Any
) -> None:
    before = done(await desk.call("GET", f"/v1/members/{ANNAS}/lots"), 200)["items"]
    asked = {"member": ANNAS, "lines": receipt("")["lines"], "spend": 300}
    quoted = done(await desk.call("POST", "/v1/quotes", asked), 200)
    QuoteOut.model_validate(quoted)

    hold = done(await desk.call("POST", f"/v1/members/{ANNAS}/holds", {"amount": 400}), 201)["id"]
    purchase = await bought(desk, hold=hold, spend=300)
    assert [purchase[key] for key in ("total", "spent", "paid", "earned")] == [1200, 300, 900, 145]
    assert [quoted[key] for key in ("total", "spend", "paid", "earned")] == [1200, 300, 900, 145]

    half, rest = [
        done(await returning(desk, purchase, "r-1", (1, 1)), 201),
        done(await returning(desk, purchase, "r-2"), 201),
    ]

    RefundOut.model_validate(half)
    assert [half[key] for key in ("total", "paid", "points_back", "points_taken", "balance")] == [
        450,
        337,
        112,
        53,
        241,
    ]
    assert [rest[key] for key in ("total", "paid", "points_back", "points_taken", "balance")] == [
        750,
        563,
        188,
        92,
        400,
    ]
    assert rest["lines"] == [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}]
    lots = done(await desk.call("GET", f"/v1/members/{ANNAS}/lots"), 200)["items"]
    assert [lot for lot in lots if lot["remaining"]] == before
    assert done(await desk.call("GET", f"/v1/members/{ANNAS}/proof"), 200)["chain"] == "whole"
    assert await standing(service, anna["id"]) in ("[0, 0, 0, 0, 0]", [0, 0, 0, 0, 0])
    refused(await returning(desk, purchase, "r-3"), 409, "already-returned")


async def test_the_same_refund_has_one_effect_and_another_under_its_number_is_refused(desk: Desk, anna: Any) -> None:
    purchase = await bought(desk)
    first, again = [await returning(desk, purchase, "r-1", (1, 1)) for _ in range(2)]

    assert done(first, 201) == done(again, 201)
    assert again.headers["idempotency-replayed"] == "true"
    problem = refused(await returning(desk, purchase, "r-1", (2, 1)), 409, "refund-taken")
    assert problem["refund"] == first.json()["id"]
    seen = done(await desk.call("GET", f"/v1/purchases/{purchase['id']}"), 200)
    assert [line["returned"] for line in seen["lines"]] == [1, 0]


async def test_points_that_were_given_are_taken_back_even_if_they_are_spent(desk: Desk, anna: Any) -> None:
    purchase = await bought(desk, spend=0)
    assert purchase["balance"] == 460
    await desk.post(anna["id"], -460)

    came = done(await returning(desk, purchase, "r-1"), 201)

    assert (came["points_taken"], came["balance"]) == (160, -60)
    assert [(took["mechanic"], took["points"]) for took in came["took"]] == [("base", 60), ("first", 100)]


async def test_what_was_undone_by_hand_is_not_undone_again(desk: Desk, anna: Any) -> None:
    purchase = await bought(desk)
    base = purchase["gave"][0]["entry"]
    for entry, amount in ((base, 40), (purchase["spent_entry"], 250)):
        path = f"/v1/members/{ANNAS}/entries/{entry}/reversal"
        done(await desk.call("POST", path, {"amount": amount}), 201)

    came = done(await returning(desk, purchase, "r-1"), 201)

    assert (came["points_back"], came["points_taken"], came["balance"]) == (50, 105, 400)


async def test_a_sale_to_somebody_unknown_comes_back_without_points(desk: Desk, anna: Any) -> None:
    purchase = await bought(desk, member=None, spend=None)
    came = done(await returning(desk, purchase, "r-1", (2, 1)), 201)
    assert [came[key] for key in ("total", "paid", "points_back", "entries", "balance")] == [300, 300, 0, [], None]


@pytest.mark.parametrize("lines", [[(3, 1)], [(1, 1), (1, 1)]], ids=str)
async def test_what_is_no_line_of_the_purchase_is_refused(desk: Desk, anna: Any, lines: Any) -> None:
    purchase = await bought(desk)
    refused(await returning(desk, purchase, "r-1", *lines), 422, "refund-invalid")
    problem = refused(await returning(desk, purchase, "r-1", (1, 3)), 409, "already-returned")
    assert (problem["line"], problem["left"]) == (1, 2)
    assert await desk.balance(ANNAS) == purchase["balance"]


async def test_a_quote_tells_how_many_points_may_pay_what_is_earned_and_the_next_goal(desk: Desk, anna: Any) -> None:
    asked = {"member": ANNAS, "lines": receipt("")["lines"], "spend": 10_000}
    quoted = done(await desk.call("POST", "/v1/quotes", asked), 200)

    QuoteOut.model_validate(quoted)
    assert (quoted["balance"], quoted["most"], quoted["bound"]) == (400, 400, "balance")
    assert (quoted["spend"], quoted["paid"], quoted["earned"]) == (400, 800, 140)
    base, first = quoted["earnings"]
    assert (base["mechanic"], base["title"], base["points"], base["activates_at"]) == ("base", "5 % back", 40, None)
    assert (first["title"], first["activates_at"] is None) == ("Сто за первую", False)
    assert quoted["goal"] == {"tier": "gold", "title": "Gold", "measure": "purchases", "left": 2}
    assert done(await desk.call("POST", "/v1/quotes", asked), 200)["earned"] == quoted["earned"]
    assert await desk.balance(ANNAS) == 400


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"member": None}, 422, "invalid-request"),
        ({"member": "external:nobody"}, 404, "member-not-found"),
        ({"currency": "USD"}, 422, "currency-mismatch"),
        ({"receipt": "mitte-1"}, 422, "invalid-request"),
        ({"lines": []}, 422, "invalid-request"),
    ],
)
async def test_what_cannot_be_quoted_is_refused(desk: Desk, anna: Any, wrong: Any, status: int, code: str) -> None:
    asked = {"member": ANNAS, "lines": receipt("")["lines"]} | wrong
    refused(await desk.call("POST", "/v1/quotes", asked), status, code)
