"""Every refusal is a problem document (RFC 9457), whoever notices: the business, the framework, the database."""

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx2

from tests.conftest import plain
from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from wallet_service.clock import SystemClock
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.engine.grouping import Overloaded
from wallet_service.service import Service
from wallet_service.settings import LimitSettings
from wallet_service.web.doors import Doors
from wallet_service.web.problems import problem_response
from wallet_service.web.site import Site

LARGE = LimitSettings().body_bytes + 1


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    while size > 0:
        yield b" " * min(size, 65_536)
        size -= 65_536


async def test_a_path_that_leads_nowhere_is_not_found(desk: Desk) -> None:
    for path in ("/", "/v1", "/v2/members", "/v1/members/", "/v1/members//entries", "/v1/members/a/b/c", "/v1/%00"):
        refused(await desk.call("GET", path), 404, "not-found")


async def test_a_method_that_is_not_allowed_is_told_which_ones_are(desk: Desk) -> None:
    allowed = {
        "/v1/members": "GET, POST",
        "/v1/members/external:BH-1": "GET, PATCH",
        "/v1/members/external:BH-1/entries": "GET, POST",
        "/v1/members/external:BH-1/balance": "PUT",
        "/v1/entries/bulk": "POST",
        "/v1/cards": "POST",
        "/v1/cards/card_1": "GET",
        "/v1/cards/card_1/void": "POST",
        "/problems/conflict": "GET",
    }

    for path, methods in allowed.items():
        for method in ("DELETE", "OPTIONS", "TRACE", "BREW"):
            answer = await desk.call(method, path)
            refused(answer, 405, "method-not-allowed")
            assert answer.headers["allow"] == methods
    answer = await desk.call("PUT", "/v1/offers/validate")  # which `/v1/offers/{offer}` fits too
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_body_that_is_too_large_is_refused_whether_its_length_was_declared_or_not(desk: Desk) -> None:
    for content in (b" " * LARGE, in_pieces(LARGE)):
        problem = refused(await desk.call("POST", "/v1/members", content=content), 413, "too-large")
        assert problem["limit"] == LARGE - 1


async def test_a_body_just_small_enough_is_read(desk: Desk) -> None:
    done(await desk.call("POST", "/v1/members", content=b"{}" + b" " * (LARGE - 3)), 201)


async def test_a_body_that_nobody_asked_for_is_bounded_too(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])

    answer = await desk.call("POST", f"/v1/cards/{card['id']}/void", content=in_pieces(LARGE), once="void")

    refused(answer, 413, "too-large")


async def test_a_body_of_another_media_type_is_unsupported(desk: Desk) -> None:
    for media_type in ("", "text/plain", "application/x-www-form-urlencoded", "application/xml", "json", "multipart/x"):
        answer = await desk.call("POST", "/v1/members", content=b"{}", headers={"Content-Type": media_type})
        assert "application/json" in refused(answer, 415, "media-type-unsupported")["remedy"]

    with_charset = {"Content-Type": "Application/JSON; charset=utf-8"}
    done(await desk.call("POST", "/v1/members", content=b"{}", headers=with_charset), 201)


async def test_while_the_database_is_down_the_answer_is_503_and_when_to_come_back(service: Service) -> None:
    nowhere = PostgresDatabase("postgresql://nobody@127.0.0.1:1/nothing", SystemClock())
    site = Site(Doors.of(replace(service, database=nowhere)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://rest") as client:
        key = "wsk_live_01k9z8w4ekf4p8q2v7r5t3y1xa_" + "x" * 32
        answer = await client.get("/v1/members", headers={"Authorization": f"Bearer {key}"})

    refused(answer, 503, "database-unavailable")
    assert answer.headers["retry-after"] == "1"
    await nowhere.aclose()


async def test_connections_that_the_database_dropped_cost_503s_and_are_made_again(
    desk: Desk, database_url: str
) -> None:
    anna = await desk.enrol(**ANNA)
    administrator = await asyncpg.connect(plain(database_url))
    await administrator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    await administrator.close()

    statuses = [(await desk.post(anna["id"], 1, once=f"purchase {attempt}")).status_code for attempt in range(10)]

    assert set(statuses) <= {201, 503}
    assert statuses[-1] == 201
    assert await desk.balance(anna["id"]) == statuses.count(201)


async def test_trouble_that_passes_says_when_to_come_back() -> None:
    assert problem_response(Overloaded(5000)).headers["retry-after"] == "1"


async def test_the_type_of_a_problem_is_a_page_that_explains_it(desk: Desk) -> None:
    problem = refused(await desk.post("external:nobody", 5), 404, "member-not-found")

    page = await desk.client.get(problem["type"])

    assert (page.status_code, page.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
    assert page.text.startswith(f"# {problem['title']}\n\n`member-not-found` · HTTP 404\n\n")
    refused(await desk.client.get("/problems/no-such-problem"), 404, "not-found")
