"""Reversals over REST: what was bought goes back, and its points with it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.web.api.ledger_answers import EntryOut


async def reverse(desk: Desk, entry: Any, amount: int | None = None, *, once: str | None = None, **words: str) -> Any:
    """Ask for a reversal; the answer as it came."""
    body = words | ({} if amount is None else {"amount": amount})
    return await desk.call("POST", f"/v1/members/{entry['member']}/entries/{entry['id']}/reversal", body, once=once)


async def posted(desk: Desk, amount: int, **wishes: str) -> Any:
    """Anna's points moved."""
    return done(await desk.call("POST", "/v1/members/external:BH-1/entries", {"amount": amount, **wishes}), 201)


@pytest.fixture(autouse=True)
async def anna(desk: Desk) -> Any:
    """Anna, who is enrolled."""
    return await desk.enrol(**ANNA)


async def test_points_that_were_spent_come_back_to_the_lots_they_were_taken_from(desk: Desk, anna: Any) -> None:
    first, second = await posted(desk, 30), await posted(desk, 50)
    spent = await posted(desk, -60)

    entry = done(await reverse(desk, spent, reason="Sent back", reference="refund 81"), 201)

    EntryOut.model_validate(entry)
    assert entry == {
        "id": entry["id"],
        "member": anna["id"],
        "kind": "reversed",
        "amount": 60,
        "balance": 80,
        "reason": "Sent back",
        "reference": "refund 81",
        "lots": [{"lot": second["id"], "points": 30}, {"lot": first["id"], "points": 30}],
        "undoes": spent["id"],
        "created_at": entry["created_at"],
    }
    assert await desk.balance(anna["id"]) == 80


async def test_points_that_were_added_are_taken_back_and_the_next_points_pay_what_is_missing(
    desk: Desk, anna: Any
) -> None:
    granted = await posted(desk, 100)
    await posted(desk, -70)

    entry = done(await reverse(desk, granted), 201)

    assert (entry["amount"], entry["balance"]) == (-100, -70)
    assert entry["lots"] == [{"lot": granted["id"], "points": -30}]
    refused(await desk.post(anna["id"], -1), 409, "insufficient-points")
    assert (await posted(desk, 90))["balance"] == 20


async def test_an_entry_is_undone_in_parts_but_never_by_more_than_it_moved(desk: Desk, anna: Any) -> None:
    await posted(desk, 100)
    spent = await posted(desk, -100)

    assert done(await reverse(desk, spent, 30), 201)["balance"] == 30
    assert refused(await reverse(desk, spent, 71), 409, "already-reversed")["left"] == 70
    assert done(await reverse(desk, spent), 201)["amount"] == 70
    assert refused(await reverse(desk, spent), 409, "already-reversed")["left"] == 0
    assert await desk.balance(anna["id"]) == 100


async def test_of_ten_reversals_at_once_as_many_succeed_as_there_is_to_undo(desk: Desk, anna: Any) -> None:
    await posted(desk, 100)
    spent = await posted(desk, -100)

    answers = await asyncio.gather(*(reverse(desk, spent, 30) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 7
    assert await desk.balance(anna["id"]) == 90


async def test_the_same_reversal_asked_for_twice_has_one_effect(desk: Desk, anna: Any) -> None:
    granted = await posted(desk, 100)

    first, again = [await reverse(desk, granted, 40, once="refund 81") for _ in range(2)]

    assert (done(first, 201), again.headers["idempotency-replayed"]) == (again.json(), "true")
    refused(await reverse(desk, granted, 41, once="refund 81"), 422, "idempotency-key-reused")
    assert await desk.balance(anna["id"]) == 60


async def test_a_promise_that_has_not_come_due_is_called_off(desk: Desk, service: Service, anna: Any) -> None:
    soon = (service.clock.now() + timedelta(days=14)).isoformat()
    promised = await posted(desk, 100, activates_at=soon)

    entry = done(await reverse(desk, promised, 60), 201)

    assert (entry["kind"], entry["amount"], entry["balance"]) == ("reversed", 0, 0)
    assert entry["lots"] == [{"lot": promised["id"], "points": -60}]
    assert refused(await reverse(desk, promised, 41), 409, "already-reversed")["left"] == 40
    done(await reverse(desk, promised), 201)
    assert refused(await reverse(desk, promised), 409, "already-reversed")["left"] == 0
    assert await desk.balance(anna["id"]) == 0


async def test_what_undid_an_entry_stands(desk: Desk) -> None:
    granted = await posted(desk, 100)
    undone = done(await reverse(desk, granted), 201)
    same = done(await desk.call("PUT", "/v1/members/external:BH-1/balance", {"balance": 0}), 201)

    refused(await reverse(desk, undone), 409, "not-reversible")
    refused(await reverse(desk, same), 409, "not-reversible")


async def test_only_entries_of_this_member_of_this_brand_are_found(desk: Desk, other_desk: Desk, anna: Any) -> None:
    boris = await desk.enrol(**BORIS)
    stranger = await other_desk.enrol(**ANNA)
    granted = await posted(desk, 100)

    refused(await reverse(other_desk, granted), 404, "member-not-found")
    refused(await reverse(other_desk, granted | {"member": stranger["id"]}), 404, "entry-not-found")
    refused(await reverse(desk, granted | {"member": boris["id"]}), 404, "entry-not-found")
    refused(await reverse(desk, granted | {"id": granted["id"] + 1000}), 404, "entry-not-found")
    assert [await desk.balance(each["id"]) for each in (anna, boris)] == [100, 0]


async def test_a_key_that_may_only_add_points_takes_none_by_a_reversal_nor_the_other_way(
    desk: Desk, service: Service
) -> None:
    async with service.database.begin() as tx:
        keys = {scope: await create_key(tx, desk.brand.id, scope, frozenset({scope})) for scope in Scope}
    adding, taking, reading = (
        Desk(desk.client, keys[each], desk.brand) for each in (Scope.EARN, Scope.SPEND, Scope.READ)
    )
    granted, spent = await posted(desk, 100), await posted(desk, -60)

    for wrong, entry in ((adding, granted), (taking, spent), (reading, granted), (reading, spent)):
        refused(await reverse(wrong, entry, once="refund"), 403, "scope-missing")

    assert done(await reverse(adding, spent, once="refund"), 201)["balance"] == 100
    assert done(await reverse(taking, granted), 201)["balance"] == 0


async def test_a_whole_number_of_points_of_an_entry_named_by_its_number_is_undone(desk: Desk, anna: Any) -> None:
    granted = await posted(desk, 100)

    amounts: tuple[Any, ...] = (0, -1, 1.0, 0.5, "5", True, [], {}, 10**9 + 1, 10**30)
    for amount in amounts:
        problem = refused(await reverse(desk, granted, amount), 422, "invalid-request")
        assert {mistake["pointer"] for mistake in problem["errors"]} == {"#/amount"}
    for entry in ("0", "-1", "+1", "1.0", "x", "1_0", "９", "9" * 19):
        refused(await reverse(desk, granted | {"id": entry}), 422, "invalid-request")

    assert await desk.balance(anna["id"]) == 100
