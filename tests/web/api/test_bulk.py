"""Many entries in one request: a result for every line, in order, whatever the lines are."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from tests.people import ANNA
from tests.web.api.desk import Content, Desk, refused
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.web.api.answers import LineResult
from wallet_service.web.api.bulk import MOST_LINES
from wallet_service.web.api.importing import BATCH

ANNAS: dict[str, Any] = {"member": "external:BH-1", "amount": 1}


def ndjson(lines: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


async def send(desk: Desk, content: Content) -> list[Any]:
    """The results, each of which is what the document promises."""
    answer = await desk.bulk(content)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.text
    results = [json.loads(line) for line in answer.text.splitlines()]
    for result in results:
        LineResult.model_validate(result)
        assert result["result"].get("status", 201) == result["status"]
    return results


def outcomes(results: list[Any]) -> list[tuple[int, Any]]:
    """Line and what became of it: the balance after it, or the code of the refusal."""
    return [(each["line"], each["result"].get("code", each["result"].get("balance"))) for each in results]


async def test_every_line_gets_its_result_in_the_order_of_the_lines(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await desk.enrol(external_id="BH-2")
    lines = [
        ANNAS | {"amount": 100, "reason": "Lunch", "reference": "4711"},
        {"member": "external:BH-2", "amount": 7},
        ANNAS | {"amount": -30},
        {"member": "external:BH-2", "amount": -8},
        {"member": "external:nobody", "amount": 5},
        ANNAS | {"amount": -70},
    ]

    results = await send(desk, ndjson(lines))

    assert outcomes(results) == [(1, 100), (2, 7), (3, 70), (4, "insufficient-points"), (5, "member-not-found"), (6, 0)]
    assert (results[0]["result"]["reason"], results[0]["result"]["reference"]) == ("Lunch", "4711")


async def test_a_bad_line_is_refused_by_its_number_and_the_others_are_written(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    good = json.dumps(ANNAS).encode()
    bad = {
        b'{"member":"external:BH-1"}': "invalid-request",
        b'{"member":"external:BH-1","amount":0}': "invalid-request",
        b'{"member":"external:BH-1","amount":1.0}': "invalid-request",
        b'{"member":"external:BH-1","amount":1,"balance":9}': "invalid-request",
        b"[]": "invalid-request",
        b'{"member":"external:BH-1","amount":1': "json-invalid",
        b'{"member":"external:BH-1","amount":1,"amount":2}': "json-invalid",
        b'{"member":"external:BH-1","amount":1,"reason":"\xff"}': "json-invalid",
        rb'{"member":"external:BH-1","amount":1,"reason":"\ud800"}': "json-invalid",
        rb'{"member":"external:\u0000","amount":1}': "json-invalid",
        b'{"member":"Anna","amount":1}': "member-reference-invalid",
        b'{"member":"phone:1","amount":1}': "phone-invalid",
        '{"member":"external:BH-1","amount":1,"key":"ключ"}'.encode(): "idempotency-key-invalid",
    }

    results = await send(desk, b"\n".join([line for each in bad for line in (each, good)]))

    assert [each["line"] for each in results] == list(range(1, 2 * len(bad) + 1))
    assert [each["result"]["code"] for each in results[::2]] == list(bad.values())
    assert await desk.balance("external:BH-1") == len(bad)


async def test_a_refused_line_says_where_it_is_wrong_and_not_what_it_said(desk: Desk) -> None:
    (result,) = await send(desk, ndjson([{"member": "secret" * 30, "amount": "secret"}]))

    pointers = [mistake["pointer"] for mistake in result["result"]["errors"]]
    assert sorted(pointers) == ["#/amount", "#/member"]
    assert "secret" not in json.dumps(result)


async def test_blank_lines_are_skipped_and_counted(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    line = json.dumps(ANNAS).encode()

    results = await send(desk, b"\n\r\n" + line + b"\r\n   \n" + line + b"\n\n" + line)

    assert outcomes(results) == [(3, 1), (5, 2), (7, 3)]


async def test_a_body_without_lines_has_no_results(desk: Desk) -> None:
    assert await send(desk, b"") == []
    assert await send(desk, b"\n \n") == []


async def test_a_line_that_is_too_long_is_refused_alone_however_it_arrives(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    body = ndjson([ANNAS, ANNAS | {"reason": "x" * 40_000}, ANNAS, ANNAS | {"reason": "x" * 17_000}])

    async def in_pieces(size: int) -> AsyncIterator[bytes]:
        for place in range(0, len(body), size):
            yield body[place : place + size]

    ways: tuple[Content, ...] = (body, in_pieces(1000), in_pieces(70_000))
    for number, content in enumerate(ways):
        results = await send(desk, content)
        balance = 2 * number
        assert outcomes(results) == [(1, balance + 1), (2, "line-too-long"), (3, balance + 2), (4, "line-too-long")]


async def test_an_import_ends_after_a_million_lines_and_says_so(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    last, beyond = (json.dumps(ANNAS).encode() for _ in range(2))

    results = await send(desk, b"\n" * (MOST_LINES - 1) + last + b"\n" + beyond)

    assert outcomes(results) == [(MOST_LINES, 1), (MOST_LINES + 1, "too-many-lines")]
    assert await desk.balance("external:BH-1") == 1


async def test_lines_may_be_cut_anywhere_on_their_way(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    body = ndjson(ANNAS | {"reason": "Ж\N{HAMBURGER}"} for _ in range(5))

    async def byte_by_byte() -> AsyncIterator[bytes]:
        for byte in body:
            yield bytes([byte])

    assert outcomes(await send(desk, byte_by_byte())) == [(number, number) for number in range(1, 6)]


async def test_an_import_with_keys_can_be_sent_again(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    lines = [ANNAS | {"key": f"2026-11-22/{number}"} for number in range(3)] + [ANNAS | {"amount": -99, "key": "spend"}]
    first = await send(desk, ndjson(lines))

    second = await send(desk, ndjson([*lines, ANNAS | {"amount": 2, "key": "2026-11-22/0"}]))

    assert [each["replayed"] for each in first] == [False] * 4
    assert second[:4] == [each | {"replayed": True} for each in first]
    assert second[4]["result"]["code"] == "idempotency-key-reused"
    assert await desk.balance("external:BH-1") == 3


async def test_a_key_that_stands_twice_in_an_import_has_one_effect(desk: Desk) -> None:
    await desk.enrol(**ANNA)

    results = await send(desk, ndjson([ANNAS | {"key": "same"}] * 2))

    assert outcomes(results) == [(1, 1), (2, "idempotency-in-progress")]


async def test_lines_beyond_one_batch_are_written_like_the_others(desk: Desk) -> None:
    await desk.enrol(**ANNA)

    results = await send(desk, ndjson([ANNAS] * (2 * BATCH + 1)))

    assert outcomes(results) == [(number, number) for number in range(1, 2 * BATCH + 2)]


async def test_each_line_needs_the_scope_of_what_it_does(desk: Desk, service: Service) -> None:
    await desk.enrol(**ANNA)
    async with service.database.begin() as tx:
        earner = Desk(desk.client, await create_key(tx, desk.brand.id, "earner", frozenset({Scope.EARN})), desk.brand)

    results = await send(earner, ndjson([ANNAS, ANNAS | {"amount": -1}, ANNAS]))

    assert outcomes(results) == [(1, 1), (2, "scope-missing"), (3, 2)]


async def test_only_ndjson_is_taken(desk: Desk) -> None:
    answer = await desk.call("POST", "/v1/entries/bulk", [ANNAS])

    refused(answer, 415, "media-type-unsupported")


async def test_without_a_key_nothing_is_read(desk: Desk) -> None:
    refused(await desk.client.post("/v1/entries/bulk", content=b"{}"), 401, "unauthorized")
