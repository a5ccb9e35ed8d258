"""Requests that no client of ours would send, over bare sockets to a real process: never a 5xx, never a hang."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import TEMPLATES, plain
from tests.people import PASS_TYPE, open_brand
from tests.processes import Program, Programs, free_port
from tests.web.raw import Line
from wallet_service.app import open_service
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.settings import Settings
from wallet_service.tokens import make_master_keys

KEY = b"$KEY"
"""Stands for the API key."""
HOST = b"Host: x\r\n"
CLOSE = HOST + b"Connection: close\r\n"
LOG = b"GET /apple/v1/log HTTP/1.1\r\n"
ENROL = b"POST /v1/members HTTP/1.1\r\nAuthorization: Bearer $KEY\r\nContent-Type: application/json\r\n" + CLOSE
BUY = ENROL.replace(b"/members", b"/members/external:BH-1/entries")
BULK = ENROL.replace(b"/members", b"/entries/bulk").replace(b"application/json", b"application/x-ndjson")
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
TOO_MUCH = (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 2 + b"0\r\n\r\n"


def ask(target: bytes, *lines: bytes) -> bytes:
    """A GET with the key, after which the server hangs up."""
    heads = b"".join(line + b"\r\n" for line in (b"Authorization: Bearer $KEY", *lines))
    return b"GET " + target + b" HTTP/1.1\r\n" + heads + CLOSE + b"\r\n"


ONE_END: Mapping[str, tuple[bytes, Sequence[int]]] = {
    "two lengths": (ENROL + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", [400]),
    "the same length twice": (ENROL + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", [400]),
    "a list of lengths": (ENROL + b"Content-Length: 2, 2\r\n\r\n{}", [400]),
    "a length, then chunks": (ENROL + b"Content-Length: 2\r\n" + CHUNKED + b"0\r\n\r\n", [400]),
    "chunks, and a length": (ENROL + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", [400]),
    "a blank before the colon": (ENROL + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400]),
    "an encoding nobody knows": (ENROL + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [400]),
    "chunks that are not the last encoding": (ENROL + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", [400]),
    "chunked twice": (ENROL + b"Transfer-Encoding: chunked\r\n" + CHUNKED + b"0\r\n\r\n", [400]),
    "a length below zero": (ENROL + b"Content-Length: -1\r\n\r\n", [400]),
    "a length with a sign": (ENROL + b"Content-Length: +2\r\n\r\n{}", [400]),
    "a length in hexadecimal": (ENROL + b"Content-Length: 0x2\r\n\r\n{}", [400]),
    "a length beyond 64 bits": (ENROL + b"Content-Length: 99999999999999999999\r\n\r\n{}", [400]),
    "a chunk beyond 64 bits": (ENROL + CHUNKED + b"FFFFFFFFFFFFFFFFF\r\n{}", [400]),
    "a chunk below zero": (ENROL + CHUNKED + b"-1\r\n{}", [400]),
    "a chunk longer than it says": (ENROL + CHUNKED + b"2\r\n{}X0\r\n\r\n", [400]),
    "chunks that end in bare line feeds": (ENROL + CHUNKED + b"2\n{}\n0\n\n", [400]),
    "lines that end in bare line feeds": (b"GET /v1/members HTTP/1.1\nHost: x\n\n", [400]),
    "a folded header": (LOG + CLOSE + b"X: a\r\n b\r\n\r\n", [400]),
    "NUL in a header": (LOG + CLOSE + b"X: a\0b\r\n\r\n", [400]),
    "a header without a name": (LOG + CLOSE + b": b\r\n\r\n", [400]),
    "a blank in a header's name": (LOG + CLOSE + b"X Y: b\r\n\r\n", [400]),
}
"""Requests whose end two readers could see in two places (RFC 9112, 6.3): they are refused, and the line is cut."""

ODD: Mapping[str, tuple[bytes, Sequence[int]]] = {
    "a chunk with an extension": (ENROL + CHUNKED + b"2;a=b\r\n{}\r\n0\r\n\r\n", [201]),
    "a trailer that would be somebody else": (
        ENROL + CHUNKED + b"2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n",
        [201],
    ),
    "a body announced as too long": (ENROL + b"Content-Length: 9999999999\r\n\r\n{}", [413]),
    "chunks that are too much": (ENROL + CHUNKED + TOO_MUCH, [413]),
    "chunks that are too much for a till": (BUY + CHUNKED + TOO_MUCH, [413]),
    "one endless line": (BULK + CHUNKED + TOO_MUCH.replace(b" ", b"x"), [200]),
    "a body that may come": (ENROL + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}", [100, 201]),
    "something impossible expected": (ENROL + b"Content-Length: 2\r\nExpect: a miracle\r\n\r\n{}", [201]),
    "three at once": (LOG + HOST + b"\r\n" + LOG + HOST + b"\r\n" + LOG + CLOSE + b"\r\n", [405, 405, 405]),
    "another after a body": (
        ENROL.replace(b"Connection: close\r\n", b"") + b"Content-Length: 2\r\n\r\n{}" + ask(b"/c/x"),
        [201, 404],
    ),
    "HTTP/1.0": (b"GET /v1/members HTTP/1.0\r\n\r\n", [401]),
    "HTTP/1.2": (b"GET /v1/members HTTP/1.2\r\n" + CLOSE + b"\r\n", [400]),
    "HTTP/2 by prior knowledge": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    "HTTP/2 by upgrade": (LOG + HOST + b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n", [405]),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
    "an absolute target": (ask(b"http://elsewhere.example/v1/members"), [200]),
    "an absolute target at the phones' door": (ask(b"http://elsewhere.example/apple/v1/log"), [405]),
    "an absolute target without a path": (ask(b"http://elsewhere.example"), [400]),
    "the server itself": (b"OPTIONS * HTTP/1.1\r\n" + CLOSE + b"\r\n", [404]),
    "a tunnel": (b"CONNECT elsewhere.example:443 HTTP/1.1\r\n" + CLOSE + b"\r\n", [400]),
    "a target that is no text": (ask(b"/apple/v1/\xff"), [400]),
    "a name that is no text": (ask(b"/v1/members/%ff"), [422]),
    "a percent sign alone": (ask(b"/v1/members/%zz"), [422]),
    "NUL in a name": (ask(b"/v1/members/%00"), [422]),
    "a way round": (ask(b"/c/../v1/members"), [404]),
    "a way round, disguised": (ask(b"/c/%2e%2e/v1/members"), [404]),
    "two slashes": (ask(b"//v1/members"), [404]),
    "a host that is none": (ask(b"/docs", b"Host: \xff<script>"), [200]),
    "five thousand headers": (ask(b"/apple/v1/log", *(b"X%d: y" % number for number in range(5_000))), [405]),
    "a body where none belongs": (ask(b"/v1/members", b"Content-Length: 2") + b"{}", [200]),
    "a method nobody knows": (b"BREW /v1/members HTTP/1.1\r\n" + CLOSE + b"\r\n", [400]),
    "a method we have not": (b"PROPFIND /v1/members HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
}
"""Requests that are odd, and what is answered."""

BROKEN_OFF: Mapping[str, bytes] = {
    "nothing": b"",
    "empty lines": b"\r\n\r\n\r\n",
    "half a head": b"GET /v1/members HT",
    "half a body": ENROL + b"Content-Length: 20\r\n\r\n{}",
    "half a body for a till": BUY + b"Content-Length: 20\r\n\r\n{",
    "half a chunk": ENROL + CHUNKED + b"5\r\n{",
    "half a line": BULK + CHUNKED + b"5\r\n{",
}


@pytest.fixture(scope="module")
async def settings_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, empty_database: str, certs: Path
) -> Settings:
    """Settings for all tests of this module: they change nothing that another would notice."""
    connection = await asyncpg.connect(plain(postgres.database_url("postgres")))
    await connection.execute(f'CREATE DATABASE "raw_requests" TEMPLATE "{empty_database}"')
    await connection.close()
    folder = tmp_path_factory.mktemp("raw")
    make_master_keys(folder / "master-keys.json")
    url = postgres.database_url("raw_requests")
    return Settings(data_dir=folder, database_url=url, certs_dir=certs, templates_dir=TEMPLATES, port=free_port())


@pytest.fixture(scope="module")
async def key(settings_of_its_own: Settings) -> bytes:
    """The key of a brand."""
    async with open_service(settings_of_its_own) as service:
        return (await open_brand(service, "Burger Heroes", PASS_TYPE)).key.encode()


@pytest.fixture(scope="module")
async def server(settings_of_its_own: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    """A process that serves."""
    async with Programs(tmp_path_factory.mktemp("programs"), settings_of_its_own) as programs:
        yield await programs.serve("--no-worker")


@pytest.fixture
def line(server: Program, settings_of_its_own: Settings) -> Line:
    """A way to it."""
    return Line(settings_of_its_own.port)


@pytest.mark.parametrize(("request_", "statuses"), [*ONE_END.values(), *ODD.values()], ids=[*ONE_END, *ODD])
async def test_whatever_is_sent_is_answered_and_the_line_closed(
    line: Line, key: bytes, request_: bytes, statuses: Sequence[int]
) -> None:
    assert await line.statuses(request_.replace(KEY, key)) == statuses


@pytest.mark.parametrize("request_", BROKEN_OFF.values(), ids=BROKEN_OFF)
async def test_what_breaks_off_is_owed_no_answer(line: Line, key: bytes, request_: bytes) -> None:
    assert await line.statuses(request_.replace(KEY, key), hang_up=True) == []


@pytest.mark.parametrize(
    "head", [LOG + b"X: " + b"a" * 5_000_000, b"GET /" + b"a" * 5_000_000], ids=["header", "target"]
)
async def test_a_head_without_end_is_cut_off(line: Line, head: bytes) -> None:
    """Whether we still hear why depends on how much of it was on its way."""
    assert await line.statuses(head) in ([400], [431], [])


async def test_a_request_in_single_bytes_is_a_request(line: Line, key: bytes) -> None:
    whole = ask(b"/v1/members").replace(KEY, key)

    assert await line.statuses(*(whole[at : at + 1] for at in range(len(whole)))) == [200]


async def test_after_all_that_the_door_is_open_and_nothing_was_a_bug(line: Line, key: bytes, server: Program) -> None:
    for raw, _ in (*ONE_END.values(), *ODD.values()):
        await line.say(raw.replace(KEY, key))

    assert await line.statuses(ask(b"/v1/members").replace(KEY, key)) == [200]
    assert "Traceback" not in server.said
