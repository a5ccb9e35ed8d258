"""The simulated Google in trouble: failures, late answers, lost answers, and a quota of requests."""

import asyncio
from datetime import timedelta
from itertools import count

import httpx2
import pytest

from tests.simulators.google_world import NOON, OBJECT_ID, Issuer, google_world
from wallet_service.clock import SetClock
from wallet_service.simulators.google_script import (
    RATE,
    STALE_TOKEN,
    Drop,
    Fail,
    Stall,
    calm,
    every,
    first,
    for_method,
    in_order,
)

PATH = f"loyaltyObject/{OBJECT_ID}"


def points(number: int) -> dict[str, object]:
    return {"loyaltyPoints": {"balance": {"int": number}}}


def balance(issuer: Issuer) -> int:
    return int(issuer.google.card(OBJECT_ID)["loyaltyPoints"]["balance"]["int"])


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [(RATE, 429, "rateLimitExceeded"), (STALE_TOKEN, 401, "authError"), (Fail(500), 500, "backendError")],
    ids=["rate", "token", "broken"],
)
async def test_the_next_requests_fail_and_do_nothing(issuer: Issuer, trouble, status, reason):
    issuer.google.script = first(2, trouble)
    for _ in range(2):
        answer = await issuer.call("PATCH", PATH, points(1))
        assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (status, reason)
    assert balance(issuer) == 300
    assert (await issuer.call("PATCH", PATH, points(1))).status_code == 200
    assert [entry.status for entry in issuer.google.journal.of("PATCH")] == [status, status, 200]


async def test_a_failure_may_say_when_to_come_again_or_be_a_page(issuer: Issuer):
    issuer.google.script = in_order([Fail(503, retry_after=7), None, Fail(502, page=b"<html>Bad Gateway</html>")])
    said = [await issuer.call("GET", PATH) for _ in range(3)]
    assert [answer.status_code for answer in said] == [503, 200, 502]
    assert said[0].headers["Retry-After"] == "7"
    assert said[2].text == "<html>Bad Gateway</html>"
    assert issuer.google.journal.entries[-1].reason is None


async def test_a_calm_google_has_no_script_but_calm(issuer: Issuer):
    assert issuer.google.script is calm


async def test_a_lost_answer_leaves_the_deed_done(issuer: Issuer):
    issuer.google.script = first(1, Drop())
    with pytest.raises(httpx2.TransportError):
        await issuer.call("PATCH", PATH, points(7))
    assert balance(issuer) == 7


async def test_a_stalled_answer_leaves_the_deed_done(issuer: Issuer):
    issuer.google.script = first(1, Stall(60))
    waiting = asyncio.create_task(issuer.call("PATCH", PATH, points(7)))
    async with asyncio.timeout(60):
        while balance(issuer) != 7:
            await asyncio.sleep(0.01)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])


async def test_a_lost_part_loses_the_whole_batch(issuer: Issuer):
    issuer.google.script = for_method("GET", first(1, Drop()))
    part = f"--b\r\nContent-Type: application/http\r\n\r\nGET /walletobjects/v1/{PATH} HTTP/1.1\r\n\r\n\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b", "Authorization": f"Bearer {issuer.token}"}
    with pytest.raises(httpx2.TransportError):
        await issuer.client.post(f"{issuer.google.root}/batch", content=part.encode(), headers=headers)
    answer = await issuer.client.post(f"{issuer.google.root}/batch", content=part.encode(), headers=headers)
    assert "HTTP/1.1 200 OK" in answer.text


async def test_a_batch_that_is_none_is_refused(issuer: Issuer):
    answer = await issuer.client.post(f"{issuer.google.root}/batch", content=b"{}")
    assert answer.status_code == 400


async def test_every_second_request_and_only_with_one_method(issuer: Issuer):
    issuer.google.script = for_method("PATCH", every(2, Fail(500)))
    statuses = [
        (await issuer.call(method, PATH, points(1))).status_code for method in ("PATCH", "GET", "PATCH", "PATCH")
    ]
    assert statuses == [200, 200, 500, 200]


async def test_a_project_has_twenty_requests_a_second_and_every_part_of_a_batch_counts():
    clock = SetClock(NOON)
    async with google_world(clock.now, rate=20) as issuer:
        await issuer.issue()
        clock.forward(timedelta(seconds=5))
        numbers = count(1)
        part = "--b\r\nContent-Type: application/http\r\n\r\nGET /walletobjects/v1/{path}?n={n} HTTP/1.1\r\n\r\n\r\n"
        body = "".join(part.format(path=PATH, n=next(numbers)) for _ in range(19)) + "--b--\r\n"
        headers = {"Content-Type": "multipart/mixed; boundary=b", "Authorization": f"Bearer {issuer.token}"}
        answer = await issuer.client.post(f"{issuer.google.root}/batch", content=body.encode(), headers=headers)
        assert answer.text.count("HTTP/1.1 200 OK") == 19
        assert (await issuer.call("GET", PATH)).status_code == 200
        refused = await issuer.call("GET", PATH)
        assert (refused.status_code, refused.json()["error"]["errors"][0]["reason"]) == (429, "rateLimitExceeded")
        clock.forward(timedelta(milliseconds=51))
        assert (await issuer.call("GET", PATH)).status_code == 200
        assert issuer.google.journal.peak_per_second == 22
