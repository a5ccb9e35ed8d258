"""Calls that make no sense: each gets a clear answer, none of them stops the door from serving the next."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from tests.people import PASS_TYPE
from tests.web.phones.scene import IPHONE, PUSH_TOKEN, Card, Door, shows
from wallet_service.web.http import Call, ClientGone, TurnedAway

REGISTRATION = ("devices", IPHONE, "registrations", PASS_TYPE)
BAD_BODIES = [
    b"",
    b"pushToken=abc",
    b"null",
    b"[]",
    b'"pushToken"',
    b"{",
    b'{"pushToken": }',
    b"\xff\xfe{\x00",
    b"[" * 4_000,
    b"{}",
    b'{"pushToken": null}',
    b'{"pushToken": 7}',
    b'{"pushToken": ["%s"]}' % PUSH_TOKEN.encode(),
    b'{"pushToken": ""}',
    b'{"pushToken": "%s"}' % (b"ab" * 31),
    b'{"pushToken": "%s"}' % (b"ab" * 101),
    b'{"pushToken": "%sa"}' % PUSH_TOKEN.encode(),
    b'{"pushToken": "%s\\n"}' % PUSH_TOKEN.encode(),
    b'{"pushToken": "%s"}' % ("٣" * 64).encode(),
    b'{"pushtoken": "%s"}' % PUSH_TOKEN.encode(),
]


async def test_a_registration_without_a_push_token_is_400_and_says_what_is_wanted(door: Door, anna: Card) -> None:
    answers = [
        await door.call("POST", *REGISTRATION, anna.id, headers=shows(anna), content=body) for body in BAD_BODIES
    ]

    assert [answer.status_code for answer in answers] == [400] * len(BAD_BODIES)
    assert {answer.json()["message"] for answer in answers} == {
        'The body must be {"pushToken": "<32 or more bytes in hexadecimal>"}.'
    }
    assert (await door.register(anna)).status_code == 201


async def test_a_log_that_is_none_is_400(door: Door) -> None:
    bodies = [b"", b"{", b"[]", b"{}", b'{"logs": "a line"}', b'{"logs": {"a": 1}}', b"\x00", b"[" * 8_000]

    answers = [await door.call("POST", "log", content=body) for body in bodies]

    assert [answer.status_code for answer in answers] == [400] * len(bodies)
    assert (await door.complain("sound")).status_code == 200


async def test_a_huge_body_is_413_and_is_not_read_to_its_end(door: Door, anna: Card) -> None:
    """The server hangs up: `say` returns although most of the body was never sent."""
    addresses = [f"/apple/v1/{'/'.join(REGISTRATION)}/{anna.id}", "/apple/v1/log"]
    begun = [
        b"Content-Length: 100000000\r\n\r\n" + b" " * 10_000,
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n%s\r\n" % (b" " * 4_096) * 3,
    ]

    answers = [
        await door.say(f"POST {address} HTTP/1.1\r\nHost: x\r\n{authorised(anna)}".encode() + body)
        for address in addresses
        for body in begun
    ]

    assert [answer.split(b" ", 2)[1] for answer in answers] == [b"413"] * 4


def authorised(card: Card) -> str:
    """The header line by which a phone shows that it holds the card."""
    return f"Authorization: {shows(card)['Authorization']}\r\n"


async def test_a_body_that_is_cut_off_registers_nothing(door: Door, anna: Card) -> None:
    whole = f'{{"pushToken": "{PUSH_TOKEN}"}}'
    head = f"POST /apple/v1/{'/'.join(REGISTRATION)}/{anna.id} HTTP/1.1\r\nHost: x\r\n{authorised(anna)}"
    rest = [
        f"Content-Length: 500\r\n\r\n{whole}",
        f"Transfer-Encoding: chunked\r\n\r\n{len(whole):x}\r\n{whole}\r\n",
    ]

    said = [await door.say((head + each).encode(), hang_up=True) for each in rest]

    assert said == [b"", b""]
    assert (await door.changes()).status_code == 204
    assert (await door.register(anna)).status_code == 201


async def test_a_method_that_is_not_taken_is_405_with_those_that_are(door: Door, anna: Card) -> None:
    addresses = {
        (*REGISTRATION, anna.id): "POST, DELETE",
        REGISTRATION: "GET, HEAD",
        ("passes", anna.pass_type, anna.id): "GET, HEAD",
        ("log",): "POST",
    }

    for path, allowed in addresses.items():
        wrong = [name for name in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH") if name not in allowed.split(", ")]
        answers = [await door.call(method, *path, headers=shows(anna)) for method in wrong]
        assert {(answer.status_code, answer.headers["Allow"]) for answer in answers} == {(405, allowed)}


async def test_an_address_that_is_no_endpoint_is_404(door: Door) -> None:
    paths = [(), ("passes",), ("devices",), ("devices", IPHONE), ("logs",), ("passes", "a", "b", "personalize")]

    answers = [await door.call(method, *path) for path in paths for method in ("GET", "POST", "DELETE")]

    assert {answer.status_code for answer in answers} == {404}


async def test_what_is_no_http_is_refused_and_the_door_goes_on(door: Door, anna: Card) -> None:
    """Whatever these bytes are answered with, it is not a trouble of ours, and the next phone is served."""
    noises = [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET /apple/v1/passes/\xff\xfe/x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /apple/v1/log\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
        b"BREW /apple/v1/log HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /apple/v1/log HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /apple/v1/log HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnothex\r\n",
        b"GET /apple/v1/log HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ]

    said = [await answer_to(door, noise) for noise in noises]

    assert {answer[:10] for answer in said} <= {b"", b"HTTP/1.1 4"}
    assert (await door.fetch(anna)).status_code == 200


async def answer_to(door: Door, noise: bytes) -> bytes:
    """What the server says before it hangs up; nothing when it cuts the connection."""
    try:
        return await door.say(noise, hang_up=True)
    except ConnectionError:
        return b""


async def test_a_client_that_never_sends_its_body_is_given_up() -> None:
    async def silence() -> MutableMapping[str, Any]:
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nothing ever comes")

    with pytest.raises(TurnedAway) as refusal:
        await Call({}, silence).body(100, seconds=0.01)

    assert refusal.value.answer.status == 408


async def test_a_client_that_goes_away_is_owed_no_answer() -> None:
    messages: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    with pytest.raises(ClientGone):
        await Call({}, receive).body(100)
