"""The same request twice has one effect and one answer, whatever happens in between."""

import asyncio
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.conftest import plain
from tests.people import ANNA, BORIS, open_brand
from tests.web.api.desk import Desk, done, refused
from wallet_service.app import open_service
from wallet_service.loyalty.once import OnceKey, claim
from wallet_service.service import Service
from wallet_service.settings import Settings
from wallet_service.web.doors import Doors
from wallet_service.web.site import Site

REPLAYED = "idempotency-replayed"


async def rows(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(plain(url))
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


async def test_a_repeated_request_has_no_second_effect_and_the_same_answer(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])
    calls = (
        ("POST", "/v1/members", dict(BORIS)),
        ("PATCH", f"/v1/members/{anna['id']}", {"name": "Anna K."}),
        ("POST", f"/v1/members/{anna['id']}/entries", {"amount": 100}),
        ("PUT", f"/v1/members/{anna['id']}/balance", {"balance": 70}),
        ("POST", f"/v1/cards/{card['id']}/void", None),
        ("POST", "/v1/cards", {"member": anna["id"]}),
    )

    for number, (method, path, body) in enumerate(calls):
        first, second = [await desk.call(method, path, body, once=f"try-{number}") for _ in range(2)]
        assert first.is_success, first.text
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert (REPLAYED in first.headers, second.headers[REPLAYED]) == (False, "true")

    assert await desk.balance(anna["id"]) == 70


async def test_a_refusal_is_repeated_too_even_if_it_would_not_be_refused_any_more(desk: Desk) -> None:
    await desk.enrol(**ANNA)

    async def spend() -> httpx2.Response:
        return await desk.post("external:BH-1", -50, once="lunch")

    first = await spend()
    await desk.post("external:BH-1", 1000)
    second = await spend()

    refused(first, 409, "insufficient-points")
    assert (second.status_code, second.content, second.headers[REPLAYED]) == (409, first.content, "true")
    assert await desk.balance("external:BH-1") == 1000


async def test_what_was_not_there_the_first_time_is_not_there_when_repeated(desk: Desk) -> None:
    first = await desk.call("POST", "/v1/cards", {"member": "external:BH-1"}, once="card")
    await desk.enrol(**ANNA)
    second = await desk.call("POST", "/v1/cards", {"member": "external:BH-1"}, once="card")

    refused(first, 404, "member-not-found")
    assert (second.status_code, second.content, second.headers[REPLAYED]) == (404, first.content, "true")


async def test_our_own_trouble_is_not_kept_so_that_a_repeated_request_can_succeed(
    desk: Desk, service: Service, database_url: str
) -> None:
    uncertified = await open_brand(service, "Tea House", "pass.com.example.no-certificate")
    counter = Desk(desk.client, uncertified.key, uncertified)
    member = await counter.enrol()

    answer = await counter.call("POST", "/v1/cards", {"member": member["id"]}, once="card")

    refused(answer, 503, "certificate-unusable")
    assert await rows(database_url, "SELECT key FROM idempotency") == []
    assert await rows(database_url, "SELECT id FROM card") == []


async def test_a_key_belongs_to_one_request(desk: Desk) -> None:
    anna, boris = await desk.enrol(**ANNA), await desk.enrol(**BORIS)
    await desk.post(anna["id"], 100, once="4711")

    for other in (
        await desk.post(anna["id"], 101, once="4711"),
        await desk.post(boris["id"], 100, once="4711"),
        await desk.call("PATCH", f"/v1/members/{anna['id']}", {"name": "A."}, once="4711"),
    ):
        refused(other, 422, "idempotency-key-reused")

    assert (await desk.balance(anna["id"]), await desk.balance(boris["id"])) == (100, 0)


async def test_two_brands_may_use_the_same_key(desk: Desk, other_desk: Desk) -> None:
    for counter in (desk, other_desk):
        member = await counter.enrol()
        assert REPLAYED not in (await counter.post(member["id"], 5, once="1")).headers


async def test_a_key_at_work_elsewhere_is_in_progress_and_free_again_when_that_was_given_up(
    desk: Desk, service: Service
) -> None:
    anna = await desk.enrol(**ANNA)
    path = f"/v1/members/{anna['id']}"

    async with service.database.begin() as tx:
        await claim(tx, [OnceKey(desk.brand.id, "busy", b"")])
        refused(await desk.post(anna["id"], 5, once="busy"), 409, "idempotency-in-progress")
        refused(await desk.call("PATCH", path, {"name": "A."}, once="busy"), 409, "idempotency-in-progress")

    assert done(await desk.post(anna["id"], 5, once="busy"), 201)["balance"] == 5


async def test_two_processes_racing_on_one_key_have_one_effect_between_them(desk: Desk, settings: Settings) -> None:
    anna = await desk.enrol(**ANNA)
    async with open_service(settings) as elsewhere:
        doors = Doors.of(elsewhere)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(Site(doors)), base_url="http://rest") as client:
            desks = (desk, Desk(client, desk.key, desk.brand))
            answers = await asyncio.gather(*(each.post(anna["id"], 7, once="race") for each in desks * 10))
            await doors.aclose()

    winners = [answer for answer in answers if answer.status_code == 201]
    for loser in [answer for answer in answers if answer.status_code != 201]:
        refused(loser, 409, "idempotency-in-progress")
    assert len({winner.content for winner in winners}) == 1
    assert await desk.balance(anna["id"]) == 7


SAME_TRANSACTION = """
SELECT i.key FROM idempotency AS i JOIN (
    SELECT 'enrol' AS key, xmin::text FROM member UNION ALL SELECT 'earn', xmin::text FROM ledger_entry
) AS effect ON effect.key = i.key AND effect.xmin = i.xmin::text
"""


@pytest.mark.parametrize("key", ["enrol", "earn"])
async def test_the_key_is_kept_in_the_transaction_of_its_effect(desk: Desk, database_url: str, key: str) -> None:
    anna = done(await desk.call("POST", "/v1/members", dict(ANNA), once="enrol"), 201)
    if key == "earn":
        await desk.post(anna["id"], 5, once="earn")

    assert [row["key"] for row in await rows(database_url, SAME_TRANSACTION)] == [key]


async def test_what_cannot_be_a_key_is_refused(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)

    for key in (b"", b"x" * 256, "ключ".encode(), b"tab\tbed", "naïve".encode("latin-1")):
        answer = await desk.call(
            "POST", f"/v1/members/{anna['id']}/entries", {"amount": 5}, headers={"Idempotency-Key": key}
        )
        refused(answer, 422, "idempotency-key-invalid")

    assert await desk.balance(anna["id"]) == 0
