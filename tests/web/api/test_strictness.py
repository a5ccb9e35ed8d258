"""Whatever is sent, the answer is a 4xx that says what was wrong, and the process lives."""

from typing import Any

from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused

BODIES: dict[str, tuple[bytes, int, str]] = {
    "a lone surrogate": (rb'{"amount":5,"reason":"\ud800"}', 400, "json-invalid"),
    "NUL": (rb'{"amount":5,"reason":"\u0000"}', 400, "json-invalid"),
    "NaN": (b'{"amount":NaN}', 400, "json-invalid"),
    "Infinity": (b'{"amount":-Infinity}', 400, "json-invalid"),
    "1e400": (b'{"amount":1e400}', 400, "json-invalid"),
    "two amounts": (b'{"amount":5,"amount":500}', 400, "json-invalid"),
    "depth 1,000": (b'{"amount":' + b"[" * 1000 + b"]" * 1000 + b"}", 400, "json-invalid"),
    "5,000 digits": (b'{"amount":' + b"5" * 5000 + b"}", 400, "json-invalid"),
    "a byte order mark": (b'\xef\xbb\xbf{"amount":5}', 400, "json-invalid"),
    "not JSON": (b"amount=5", 400, "json-invalid"),
    "half an object": (b'{"amount":5', 400, "json-invalid"),
    "nothing": (b"", 422, "invalid-request"),
    "null": (b"null", 422, "invalid-request"),
    "a list": (b'[{"amount":5}]', 422, "invalid-request"),
    "a number": (b"5", 422, "invalid-request"),
    "true as an amount": (b'{"amount":true}', 422, "invalid-request"),
    "1.0 as an amount": (b'{"amount":1.0}', 422, "invalid-request"),
    "1e2 as an amount": (b'{"amount":1e2}', 422, "invalid-request"),
    "a text as an amount": (b'{"amount":"5"}', 422, "invalid-request"),
    "40 digits": (b'{"amount":' + b"5" * 40 + b"}", 422, "invalid-request"),
    "an unknown field": (b'{"amount":5,"balance":1000000}', 422, "invalid-request"),
    "a number as a text": (b'{"amount":5,"reason":5}', 422, "invalid-request"),
    "a control character": (rb'{"amount":5,"reason":"a\nb"}', 422, "invalid-request"),
    "an escape sequence": (rb'{"amount":5,"reason":"\u001b[31m"}', 422, "invalid-request"),
    "a line separator": (rb'{"amount":5,"reason":"a\u2028b"}', 422, "invalid-request"),
    "blanks": (b'{"amount":5,"reason":"   "}', 422, "invalid-request"),
    "an over-long text": (b'{"amount":5,"reason":"' + b"x" * 201 + b'"}', 422, "invalid-request"),
    "an over-long field name": (b'{"amount":5,"' + b"x" * 9000 + b'":1}', 422, "invalid-request"),
}


async def test_a_body_that_is_not_strictly_right_is_refused_and_changes_nothing(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)

    for name, (raw, status, code) in BODIES.items():
        answer = await desk.call("POST", f"/v1/members/{anna['id']}/entries", content=raw)
        assert (name, answer.status_code) == (name, status)
        assert len(refused(answer, status, code)["detail"]) < 200

    assert await desk.balance(anna["id"]) == 0


QUERIES: dict[str, str] = {
    "limit=0": "invalid-request",
    "limit=1001": "invalid-request",
    "limit=abc": "invalid-request",
    "limit=": "invalid-request",
    "limit=-1": "invalid-request",
    "limit=1e3": "invalid-request",
    "limit=" + "9" * 5000: "invalid-request",
    "limt=5": "invalid-request",
    "cursor=" + "A" * 60_000: "invalid-request",
    "q=" + "A" * 60_000: "invalid-request",
    "cursor=": "cursor-invalid",
    "cursor=AA": "cursor-invalid",
    "cursor=AAA": "cursor-invalid",
    "cursor=%00": "cursor-invalid",
    "cursor=!!!!": "cursor-invalid",
    "cursor=%F0%9F%8D%94": "cursor-invalid",
    "cursor=LTE": "cursor-invalid",
    "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk": "cursor-invalid",
}


async def test_a_question_that_makes_no_sense_is_refused(desk: Desk) -> None:
    await desk.enrol(**ANNA)

    for path in ("/v1/members", "/v1/members/external:BH-1/entries"):
        for query, code in QUERIES.items():
            refused(await desk.call("GET", f"{path}?{query}"), 422, code)


async def test_the_cursor_of_one_list_does_not_fit_another(desk: Desk) -> None:
    members = ("/v1/members", "/v1/members/external:BH-1/entries")
    await desk.enrol(**ANNA)
    await desk.enrol()
    for amount in (1, 2):
        await desk.post("external:BH-1", amount)

    cursors = [done(await desk.call("GET", f"{path}?limit=1"), 200)["next"] for path in members]

    for path, cursor in zip(members, reversed(cursors), strict=True):
        refused(await desk.call("GET", f"{path}?cursor={cursor}"), 422, "cursor-invalid")


async def test_a_refusal_points_at_every_mistake_and_never_repeats_a_value(desk: Desk) -> None:
    body: dict[str, Any] = {
        "phone": 4915112345678,
        "email": "secret-at-example",
        "name": "\x07secret",
        "a/b~c": "secret",
    }

    answer = await desk.call("POST", "/v1/members", body)

    problem = refused(answer, 422, "invalid-request")
    assert sorted(mistake["pointer"] for mistake in problem["errors"]) == ["#/a~1b~0c", "#/email", "#/name", "#/phone"]
    assert "secret" not in answer.text
    assert "4915112345678" not in answer.text


async def test_a_body_with_a_thousand_mistakes_gets_a_short_answer(desk: Desk) -> None:
    answer = await desk.call("POST", "/v1/members", {f"{number}" * 10: 1 for number in range(1000)})

    assert len(refused(answer, 422, "invalid-request")["errors"]) == 20
    assert len(answer.content) < 5000
