"""Points over REST: posted, spent, set, read back."""

from tests.people import ANNA, BORIS, OTHER_PASS_TYPE, open_brand
from tests.web.api.desk import Desk, done, refused
from wallet_service.amounts import MOST
from wallet_service.service import Service
from wallet_service.web.api.ledger_answers import EntryOut, EntryPage


async def test_one_call_of_the_till_changes_the_balance(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    body = {"amount": 250, "reason": "Hero Menu", "reference": "receipt 4711"}

    entry = done(await desk.call("POST", "/v1/members/external:BH-1/entries", body), 201)

    EntryOut.model_validate(entry)
    assert entry == body | {
        "id": entry["id"],
        "member": anna["id"],
        "kind": "posted",
        "balance": 250,
        "lots": [{"lot": entry["id"], "points": 250}],
        "undoes": None,
        "created_at": entry["created_at"],
    }
    assert await desk.balance(anna["id"]) == 250


async def test_a_till_may_name_the_member_by_id_external_id_phone_or_scanned_card(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])

    for reference in (anna["id"], "external:BH-1", "phone:+79161234567", card["id"]):
        assert done(await desk.post(reference, 1), 201)["member"] == anna["id"]

    assert await desk.balance(anna["id"]) == 4


async def test_more_than_there_is_cannot_be_spent(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await desk.post("external:BH-1", 100)

    problem = refused(await desk.post("external:BH-1", -101), 409, "insufficient-points")

    assert (problem["balance"], problem["wanted"]) == (100, 101)
    assert done(await desk.post("external:BH-1", -100), 201)["balance"] == 0


async def test_a_programme_may_allow_a_negative_balance(service: Service, desk: Desk) -> None:
    generous = await open_brand(service, "Coffee Corner", OTHER_PASS_TYPE, may_go_negative=True)
    counter = Desk(desk.client, generous.key, generous)
    member = await counter.enrol()

    assert done(await counter.post(member["id"], -30), 201)["balance"] == -30


async def test_a_balance_is_set_by_the_entry_that_makes_the_difference(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    await desk.post("external:BH-1", 120)

    for target, amount in ((500, 380), (500, 0), (20, -480)):
        entry = done(await desk.call("PUT", "/v1/members/external:BH-1/balance", {"balance": target}), 201)
        EntryOut.model_validate(entry)
        assert (entry["amount"], entry["balance"]) == (amount, target)

    assert await desk.balance(anna["id"]) == 20


async def test_a_balance_cannot_be_set_below_0_nor_beyond_the_limit(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    await desk.post(anna["id"], MOST)

    put = f"/v1/members/{anna['id']}/balance"
    refused(await desk.call("PUT", put, {"balance": -1}), 409, "insufficient-points")
    refused(await desk.call("PUT", put, {"balance": MOST + 1}), 422, "invalid-request")
    refused(await desk.post(anna["id"], 1), 422, "balance-out-of-range")


async def test_an_entry_moves_a_whole_number_of_points_other_than_0(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)

    wrong: tuple[object, ...] = (0, 1.0, 0.5, "5", True, None, [], {}, MOST + 1, -MOST - 1, 10**30)
    for body in ({"amount": amount} for amount in wrong):
        problem = refused(await desk.call("POST", f"/v1/members/{anna['id']}/entries", body), 422, "invalid-request")
        assert [mistake["pointer"] for mistake in problem["errors"]] == ["#/amount"]

    assert await desk.balance(anna["id"]) == 0


async def test_the_ledger_is_read_newest_first_by_cursors(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await desk.enrol(**BORIS)
    posted = []
    for amount in (1, 2, 3, 4, 5):
        posted.append(done(await desk.post("external:BH-1", amount), 201))
        await desk.post("external:BH-2", 1000)

    first = done(await desk.call("GET", "/v1/members/external:BH-1/entries?limit=3"), 200)
    second = done(await desk.call("GET", f"/v1/members/external:BH-1/entries?limit=3&cursor={first['next']}"), 200)

    EntryPage.model_validate(first)
    assert first["items"] + second["items"] == posted[::-1]
    assert second["next"] is None
