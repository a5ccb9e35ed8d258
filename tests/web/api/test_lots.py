"""Lots over REST: granted with an end or a beginning, and read back."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from tests.web.api.test_bulk import ANNAS, ndjson, outcomes, send
from wallet_service.web.api.ledger_answers import LotPage

ENTRIES = "/v1/members/external:BH-1/entries"
LOTS = "/v1/members/external:BH-1/lots"
NEW_YEAR, SPRING, SUMMER = "2100-01-01T00:00:00+01:00", "2100-03-01T00:00:00Z", "2100-06-01T00:00:00Z"

IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "an end that is past": {"expires_at": "2020-01-01T00:00:00Z"},
    "a beginning that is past": {"activates_at": "2020-01-01T00:00:00Z"},
    "an end at the beginning": {"activates_at": SPRING, "expires_at": SPRING},
    "an end before the beginning": {"activates_at": SUMMER, "expires_at": SPRING},
    "an end of what is taken": {"amount": -1, "expires_at": SPRING},
    "a beginning of what is taken": {"amount": -1, "activates_at": SPRING},
}
"""What a lot cannot be, though each date by itself is one."""

NO_MOMENTS: dict[str, Any] = {
    "without an offset": "2100-01-01T00:00:00",
    "a day alone": "2100-01-01",
    "year 9999": "9999-12-31T23:59:59Z",
    "before there were cards": "1999-12-31T23:59:59Z",
    "a number": 4102444800,
    "no such day": "2100-02-29T00:00:00Z",
    "words": "tomorrow",
    "nothing": "",
    "a yes": True,
}


async def give(desk: Desk, amount: int, **dates: str) -> Any:
    """Points posted, which must be possible."""
    return done(await desk.call("POST", ENTRIES, {"amount": amount, **dates}), 201)


async def lots(desk: Desk, query: str = "") -> Any:
    """A page of Anna's lots, which is what the document promises."""
    page = done(await desk.call("GET", LOTS + query), 200)
    LotPage.model_validate_json(json.dumps(page))
    return page


def left(page: Any) -> dict[int, int]:
    """Lot -> what is left of it."""
    return {lot["id"]: lot["remaining"] for lot in page["items"]}


async def test_every_grant_is_a_lot_and_spending_takes_what_expires_first(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    lasting, late, soon = (
        await give(desk, 10),
        await give(desk, 20, expires_at=SUMMER),
        await give(desk, 30, expires_at=SPRING),
    )

    spent = await give(desk, -35)

    assert spent["lots"] == [{"lot": soon["id"], "points": -30}, {"lot": late["id"], "points": -5}]
    assert left(await lots(desk)) == {late["id"]: 15, lasting["id"]: 10}
    assert left(await lots(desk, "?state=closed")) == {soon["id"]: 0}


async def test_a_lot_says_all_that_is_known_of_it(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    entry = await give(desk, 20, expires_at=NEW_YEAR)

    (lot,) = (await lots(desk))["items"]

    assert lot == {
        "id": entry["id"],
        "amount": 20,
        "remaining": 20,
        "state": "open",
        "activates_at": None,
        "expires_at": "2099-12-31T23:00:00Z",
        "origin": "manual",
        "created_at": entry["created_at"],
    }


async def test_a_promised_lot_is_pending_and_no_part_of_the_balance(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)

    entry = await give(desk, 20, activates_at=SPRING, expires_at=SUMMER)

    assert (entry["kind"], entry["amount"], entry["balance"], entry["lots"]) == ("promised", 0, 0, [])
    assert await desk.balance(anna["id"]) == 0
    assert (await lots(desk))["items"] == []
    (lot,) = (await lots(desk, "?state=pending"))["items"]
    assert (lot["id"], lot["amount"], lot["remaining"]) == (entry["id"], 20, 20)


async def test_what_expires_next_is_told_by_the_members_calendar(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    assert (await lots(desk))["expiring"] is None
    await desk.call("PATCH", "/v1/members/external:BH-1", {"time_zone": "Europe/Berlin"})
    for amount, end in ((5, "2099-12-31T09:00:00Z"), (7, NEW_YEAR), (11, "2100-01-01T00:00:00.000001+01:00")):
        await give(desk, amount, expires_at=end)

    expiring = (await lots(desk, "?limit=1"))["expiring"]

    assert expiring == {"points": 12, "on": "2099-12-31", "at": "2099-12-31T09:00:00Z"}


async def test_lots_are_read_newest_first_by_cursors(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    given = [(await give(desk, amount))["id"] for amount in (1, 2, 3)]

    first = await lots(desk, "?limit=2")
    second = await lots(desk, f"?limit=2&cursor={first['next']}")

    assert [*left(first), *left(second)] == given[::-1]
    assert second["next"] is None


async def test_there_are_three_states_and_no_other(desk: Desk) -> None:
    await desk.enrol(**ANNA)

    for query in ("?state=spent", "?state=", "?state=OPEN", "?status=open"):
        refused(await desk.call("GET", LOTS + query), 422, "invalid-request")
    refused(await desk.call("GET", f"{LOTS}?cursor=bWVt"), 422, "cursor-invalid")


@pytest.mark.parametrize("wrong", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_a_lot_that_cannot_be_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    anna = await desk.enrol(**ANNA)
    await give(desk, 5)

    refused(await desk.call("POST", ENTRIES, {"amount": 1} | wrong), 422, "lot-dates-invalid")
    results = await send(desk, ndjson([ANNAS | wrong, ANNAS | {"expires_at": SPRING}]))

    assert outcomes(results) == [(1, "lot-dates-invalid"), (2, 6)]
    assert await desk.balance(anna["id"]) == 6


@pytest.mark.parametrize("wrong", NO_MOMENTS.values(), ids=NO_MOMENTS)
@pytest.mark.parametrize("name", ["expires_at", "activates_at"])
async def test_a_date_is_a_moment_within_reach_with_its_offset(desk: Desk, name: str, wrong: object) -> None:
    anna = await desk.enrol(**ANNA)

    problem = refused(await desk.call("POST", ENTRIES, {"amount": 1, name: wrong}), 422, "invalid-request")
    results = await send(desk, ndjson([ANNAS | {name: wrong}]))

    assert [mistake["pointer"] for mistake in problem["errors"]] == [f"#/{name}"]
    assert outcomes(results) == [(1, "invalid-request")]
    assert await desk.balance(anna["id"]) == 0


async def test_a_line_of_an_import_may_have_dates(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    lines = [ANNAS | {"amount": 5, "expires_at": SPRING}, ANNAS | {"amount": 7, "activates_at": SPRING}]

    results = await send(desk, ndjson(lines))

    assert [result["result"]["kind"] for result in results] == ["posted", "promised"]
    (lot,) = (await lots(desk))["items"]
    assert (lot["expires_at"], lot["origin"]) == (SPRING, "import")


async def test_dates_belong_to_what_an_idempotency_key_stands_for(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    wish = {"amount": 5, "expires_at": SPRING}

    first = done(await desk.call("POST", ENTRIES, wish, once="k"), 201)

    assert done(await desk.call("POST", ENTRIES, wish, once="k"), 201) == first
    other = await desk.call("POST", ENTRIES, wish | {"expires_at": SUMMER}, once="k")
    refused(other, 422, "idempotency-key-reused")
    assert await desk.balance(anna["id"]) == 5


async def test_a_moment_is_kept_to_the_microsecond_whatever_its_offset(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await give(desk, 5, expires_at="2100-03-01T12:00:00.123456-03:30")

    (lot,) = (await lots(desk))["items"]

    assert datetime.fromisoformat(lot["expires_at"]) == datetime(2100, 3, 1, 15, 30, 0, 123456, tzinfo=UTC)
