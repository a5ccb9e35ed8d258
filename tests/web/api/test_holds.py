"""Holds over REST: a till sets points aside, then captures or releases them; once, and only its own brand's."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.people import ANNA, OTHER_PASS_TYPE, open_brand
from tests.web.api.desk import Desk, done, refused
from wallet_service.amounts import MOST
from wallet_service.loyalty.keys import Scope
from wallet_service.service import Service
from wallet_service.web.api.ledger_answers import HoldOut, HoldPage

HOLDS = "/v1/members/external:BH-1/holds"
TILLS = 16


@pytest.fixture
async def anna(desk: Desk) -> Any:
    """A member with 100 points."""
    enrolled = await desk.enrol(**ANNA)
    await desk.post(enrolled["id"], 100)
    return enrolled


async def hold(desk: Desk, amount: int, **more: Any) -> Any:
    """Points of Anna, set aside."""
    return done(await desk.call("POST", HOLDS, {"amount": amount, **more}), 201)


async def test_a_till_sets_points_aside_and_captures_what_was_paid(desk: Desk, anna: Any) -> None:
    body = {"amount": 80, "reason": "Lunch", "reference": "receipt 4712"}
    opened = done(await desk.call("POST", HOLDS, body), 201)
    HoldOut.model_validate(opened)
    assert opened == body | {
        "id": opened["id"],
        "member": anna["id"],
        "state": "open",
        "captured": 0,
        "balance": 20,
        "entry": opened["entry"],
        "expires_at": opened["expires_at"],
        "created_at": opened["created_at"],
        "closed_at": None,
    }
    assert done(await desk.call("GET", f"/v1/holds/{opened['id']}"), 200) == opened

    captured = done(await desk.call("POST", f"/v1/holds/{opened['id']}/capture", {"amount": 60}), 200)

    HoldOut.model_validate(captured)
    changed = {"state": "captured", "captured": 60, "balance": 40, "closed_at": captured["closed_at"]}
    assert captured == opened | changed
    assert done(await desk.call("GET", f"/v1/holds/{opened['id']}"), 200) == captured
    back, taken, _ = done(await desk.call("GET", f"/v1/members/{anna['id']}/entries"), 200)["items"]
    assert (back["kind"], back["amount"], back["undoes"]) == ("released", 20, opened["entry"])
    assert (taken["kind"], taken["amount"], taken["id"]) == ("held", -80, opened["entry"])


async def test_without_an_amount_all_is_captured(desk: Desk, anna: Any) -> None:
    opened = await hold(desk, 80)
    assert done(await desk.call("POST", f"/v1/holds/{opened['id']}/capture", {}), 200)["captured"] == 80
    assert await desk.balance(anna["id"]) == 20


async def test_a_release_gives_all_back(desk: Desk, anna: Any) -> None:
    opened = await hold(desk, 80)
    released = done(await desk.call("POST", f"/v1/holds/{opened['id']}/release"), 200)
    assert (released["state"], released["captured"], released["balance"]) == ("released", 0, 100)
    assert await desk.balance(anna["id"]) == 100


async def test_a_hold_is_closed_once_and_says_how_it_was(desk: Desk, anna: Any) -> None:
    opened = await hold(desk, 80)
    await desk.call("POST", f"/v1/holds/{opened['id']}/capture", {"amount": 60})
    for act, body in (("capture", {}), ("release", None)):
        problem = refused(await desk.call("POST", f"/v1/holds/{opened['id']}/{act}", body), 409, "hold-closed")
        assert (problem["state"], problem["captured"]) == ("captured", 60)
    assert await desk.balance(anna["id"]) == 40


@pytest.mark.parametrize(("act", "body"), [("capture", {"amount": 60}), ("release", None)])
async def test_a_repeated_key_hears_the_same_again(desk: Desk, anna: Any, act: str, body: Any) -> None:
    wish = {"amount": 80}
    first, again = [await desk.call("POST", HOLDS, wish, once="hold") for _ in range(2)]
    assert done(first, 201) == done(again, 201)
    path = f"/v1/holds/{first.json()['id']}/{act}"
    closed, repeated = [await desk.call("POST", path, body, once="close") for _ in range(2)]
    assert done(closed, 200) == done(repeated, 200)
    assert repeated.headers["idempotency-replayed"] == "true"
    late, later = [await desk.call("POST", path, body, once="too late") for _ in range(2)]
    assert refused(late, 409, "hold-closed") == refused(later, 409, "hold-closed")
    assert await desk.balance(anna["id"]) == closed.json()["balance"]


@pytest.mark.parametrize("amount", [0, -1, 1.5, "5", None, True, MOST + 1, 10**30])
async def test_what_is_no_amount_is_refused(desk: Desk, anna: Any, amount: Any) -> None:
    refused(await desk.call("POST", HOLDS, {"amount": amount}), 422, "invalid-request")
    opened = await hold(desk, 80)
    if amount is not None:
        capture = await desk.call("POST", f"/v1/holds/{opened['id']}/capture", {"amount": amount})
        refused(capture, 422, "invalid-request")
    assert await desk.balance(anna["id"]) == 20


@pytest.mark.parametrize("seconds", [0, -1, 86_401, 1.5, "900", None])
async def test_a_hold_lasts_from_a_second_to_a_day(desk: Desk, anna: Any, seconds: Any) -> None:
    refused(await desk.call("POST", HOLDS, {"amount": 5, "expires_in": seconds}), 422, "invalid-request")
    for fits in (1, 86_400):
        await hold(desk, 5, expires_in=fits)


async def test_more_than_there_is_cannot_be_held_nor_more_than_is_held_be_captured(desk: Desk, anna: Any) -> None:
    problem = refused(await desk.call("POST", HOLDS, {"amount": 101}), 409, "insufficient-points")
    assert (problem["balance"], problem["wanted"]) == (100, 101)
    opened = await hold(desk, 80)
    capture = f"/v1/holds/{opened['id']}/capture"
    assert refused(await desk.call("POST", capture, {"amount": 81}), 422, "capture-too-large")["held"] == 80
    assert done(await desk.call("POST", capture, {"amount": 80}), 200)["balance"] == 20
    assert await desk.balance(anna["id"]) == 20


@pytest.mark.parametrize("name", ["hold_" + "0" * 26, "mem_" + "0" * 26, "hold_", "4711", "%00"])
async def test_what_names_no_hold_is_not_found(desk: Desk, name: str) -> None:
    refused(await desk.call("GET", f"/v1/holds/{name}"), 404, "hold-not-found")
    refused(await desk.call("POST", f"/v1/holds/{name}/capture", {}), 404, "hold-not-found")
    refused(await desk.call("POST", f"/v1/holds/{name}/release"), 404, "hold-not-found")


async def test_holds_need_the_scope_to_spend(service: Service, desk: Desk, anna: Any) -> None:
    earner = await open_brand(
        service, "Coffee Corner", OTHER_PASS_TYPE, scopes=frozenset(Scope) - frozenset({Scope.SPEND})
    )
    counter = Desk(desk.client, earner.key, earner)
    refused(await counter.call("POST", HOLDS, {"amount": 5}), 403, "scope-missing")
    for path in ("", "/release"):
        method = "POST" if path else "GET"
        refused(await counter.call(method, f"/v1/holds/hold_{'0' * 26}{path}"), 403, "scope-missing")


async def test_sixteen_tills_at_once_never_set_aside_nor_capture_a_point_twice(desk: Desk, anna: Any) -> None:
    tried = await asyncio.gather(*(desk.call("POST", HOLDS, {"amount": 9}) for _ in range(TILLS)))
    assert Counter(answer.status_code for answer in tried) == {201: 11, 409: 5}
    assert await desk.balance(anna["id"]) == 1

    opened = next(answer.json()["id"] for answer in tried if answer.status_code == 201)
    body = {"amount": 4}
    closed = await asyncio.gather(
        *(desk.call("POST", f"/v1/holds/{opened}/capture", body, once=f"till {n}") for n in range(TILLS))
    )
    assert Counter(answer.status_code for answer in closed) == {200: 1, 409: TILLS - 1}
    assert await desk.balance(anna["id"]) == 6


async def test_a_members_holds_are_listed_the_newest_first_by_their_state(desk: Desk, anna: Any) -> None:
    opened = [await hold(desk, amount) for amount in (10, 20, 30)]
    captured = done(await desk.call("POST", f"/v1/holds/{opened[1]['id']}/capture", {}), 200)

    async def listed(query: str) -> Any:
        page = done(await desk.call("GET", f"/v1/members/{anna['id']}/holds{query}"), 200)
        HoldPage.model_validate(page)
        return page

    assert [each["id"] for each in (await listed("?state=open"))["items"]] == [opened[2]["id"], opened[0]["id"]]
    assert (await listed("?state=captured"))["items"] == [captured]
    assert (await listed("?state=released"))["items"] == []
    first = await listed("?limit=2")
    rest = await listed(f"?limit=2&cursor={first['next']}")
    assert [each["id"] for each in first["items"] + rest["items"]] == [each["id"] for each in opened[::-1]]
    refused(await desk.call("GET", f"/v1/members/{anna['id']}/holds?state=lost"), 422, "invalid-request")


async def test_what_a_hold_took_is_undone_once_it_was_captured(desk: Desk, anna: Any) -> None:
    opened = await hold(desk, 80)
    path = f"/v1/members/{anna['id']}/entries/{opened['entry']}/reversal"
    refused(await desk.call("POST", path, {}), 409, "hold-open")
    done(await desk.call("POST", f"/v1/holds/{opened['id']}/capture", {"amount": 60}), 200)

    back = done(await desk.call("POST", path, {"amount": 45}), 201)

    assert (back["kind"], back["amount"], back["balance"], back["undoes"]) == ("reversed", 45, 85, opened["entry"])
    assert refused(await desk.call("POST", path, {"amount": 16}), 409, "already-reversed")["left"] == 15
    assert done(await desk.call("POST", path, {}), 201)["balance"] == 100
