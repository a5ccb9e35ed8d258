"""Google's root keys are fetched once for all who ask, kept as long as Google says, and longer when it is away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web

from tests.wallets.google.notary import ISSUER, NOW, Notary, saved
from wallet_service.clock import SetClock
from wallet_service.serving import listening
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_callbacks import message_about
from wallet_service.wallets.callback import Callback, Reason, Refusal
from wallet_service.wallets.google.callback_keys import RootKey
from wallet_service.wallets.google.root_keys import RootKeys, RootKeysUnavailable, lifetime
from wallet_service.wallets.google.verifier import CallbackVerifier

DAY = timedelta(days=1)


@dataclass(slots=True)
class KeyServer:
    """A page of root keys, and how often it was asked for."""

    document: bytes
    status: int = 200
    max_age: int = 86_400
    url: str = ""
    asked: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        await self.open.wait()
        return web.Response(
            body=self.document, status=self.status, headers={"Cache-Control": f"public, max-age={self.max_age}"}
        )


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def google() -> Notary:
    return Notary()


@pytest.fixture
async def server(google: Notary) -> AsyncIterator[KeyServer]:
    server = KeyServer(google.keys())
    server.open.set()
    app = web.Application()
    app.router.add_get("/keys", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    with listening(0) as listener:
        await web.SockSite(runner, listener).start()
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
        yield server
        server.open.set()
        await runner.cleanup()


@pytest.fixture
async def roots(server: KeyServer, clock: SetClock) -> AsyncIterator[RootKeys]:
    roots = RootKeys(clock, server.url, deadline=20)
    yield roots
    await roots.aclose()


async def until_asked(server: KeyServer) -> None:
    async with asyncio.timeout(15):
        while not server.asked:
            await asyncio.sleep(0.01)


async def until_other(roots: RootKeys, than: tuple[RootKey, ...]) -> tuple[RootKey, ...]:
    """The keys, once they are other than these."""
    async with asyncio.timeout(15):
        while (now := await roots.current()) is than:
            await asyncio.sleep(0.01)
    return now


async def test_they_are_fetched_once_for_all_who_ask_whoever_hangs_up(roots: RootKeys, server: KeyServer):
    server.open.clear()
    asking = [asyncio.create_task(roots.current()) for _ in range(20)]
    await until_asked(server)
    asking[0].cancel()
    server.open.set()
    first, *others = await asyncio.gather(*asking, return_exceptions=True)
    assert server.asked == 1
    assert isinstance(first, asyncio.CancelledError)
    assert [keys for keys in others if not isinstance(keys, tuple) or len(keys) != 1] == []


async def test_they_are_kept_for_half_of_their_time(roots: RootKeys, server: KeyServer, clock: SetClock):
    keys = await roots.current()
    clock.forward(DAY / 2 - timedelta(seconds=1))
    assert await roots.current() is keys
    assert server.asked == 1


async def test_at_half_of_their_time_they_are_renewed_and_nobody_waits(
    roots: RootKeys, server: KeyServer, clock: SetClock
):
    keys = await roots.current()
    clock.forward(DAY / 2)
    server.open.clear()
    assert await roots.current() is keys
    server.open.set()
    assert len(await until_other(roots, keys)) == 1
    assert server.asked == 2


@pytest.mark.parametrize(("status", "document"), [(503, b""), (302, b""), (200, b"{}"), (200, b"<html>")])
async def test_while_google_is_away_the_old_ones_are_kept(
    roots: RootKeys, server: KeyServer, clock: SetClock, status: int, document: bytes
):
    keys, good = await roots.current(), server.document
    server.status, server.document = status, document
    clock.forward(30 * DAY)
    assert await roots.renewed() is keys
    assert await roots.current() is keys
    assert server.asked == 2

    server.status, server.document = 200, good
    clock.forward(timedelta(minutes=1))
    assert await until_other(roots, keys) != ()


async def test_keys_that_were_never_asked_for_need_no_closing(clock: SetClock):
    await RootKeys(clock, "http://127.0.0.1:1").aclose()


async def test_without_any_the_caller_is_told_to_come_again(roots: RootKeys, server: KeyServer, clock: SetClock):
    server.status = 500
    for _ in range(3):
        with pytest.raises(RootKeysUnavailable):
            await roots.current()
    assert server.asked == 1

    server.status = 200
    clock.forward(timedelta(seconds=5))
    assert len(await roots.current()) == 1


async def test_a_google_that_does_not_answer_is_waited_for_no_longer_than_the_deadline(
    server: KeyServer, clock: SetClock
):
    server.open.clear()
    with pytest.raises(RootKeysUnavailable):
        await RootKeys(clock, server.url, deadline=0.05).current()


async def test_a_fetch_under_way_ends_with_us(server: KeyServer, clock: SetClock):
    server.open.clear()
    roots = RootKeys(clock, server.url)
    asking = asyncio.create_task(roots.current())
    await until_asked(server)
    await roots.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_new_root_is_fetched_when_a_callback_comes_that_none_vouches_for(
    roots: RootKeys, server: KeyServer, clock: SetClock, google: Notary
):
    verify, renewed = CallbackVerifier(roots), Notary()
    assert isinstance(await verify(google.callback(saved()), {ISSUER}, NOW), Callback)
    server.document = renewed.keys()
    clock.forward(timedelta(minutes=1))
    assert isinstance(await verify(renewed.callback(saved()), {ISSUER}, NOW), Callback)
    assert server.asked == 2


async def test_callbacks_of_the_simulated_google_are_verified_with_the_keys_it_publishes_old_and_new(clock: SetClock):
    async with GoogleSimulator(now=clock.now) as google:
        roots = RootKeys(clock, google.keys_url)
        verify = CallbackVerifier(roots)
        for _ in range(2):
            message = message_about("del", f"{ISSUER}.burger-heroes", f"{ISSUER}.card_1", clock.now())
            told = await verify(google.signer.sign(ISSUER, message, clock.now()), {ISSUER}, clock.now())
            assert isinstance(told, Callback)
            assert (told.event, told.nonce) == ("del", message["nonce"])
            clock.forward(timedelta(minutes=1))
            google.signer.rotate(clock.now())
        assert google.key_fetches == 2
        await roots.aclose()


async def test_strangers_cannot_make_us_ask_again_and_again(roots: RootKeys, server: KeyServer, clock: SetClock):
    verify, stranger = CallbackVerifier(roots), Notary().callback(saved())
    for _ in range(5):
        assert await verify(stranger, {ISSUER}, NOW) == Refusal(Reason.UNKNOWN_ROOT)
    assert server.asked == 1
    clock.forward(timedelta(minutes=1))
    for _ in range(5):
        assert await verify(stranger, {ISSUER}, NOW) == Refusal(Reason.UNKNOWN_ROOT)
    assert server.asked == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "private, Max-Age=20000"}, 20_000),
        ({"Cache-Control": 'max-age="20000"', "Age": "5000"}, 15_000),
        ({"Cache-Control": "max-age=20000", "Age": "x"}, 20_000),
        ({"Cache-Control": "max-age=20000", "Age": "30000"}, 300),
        ({"Cache-Control": "max-age=0"}, 300),
        ({"Cache-Control": "no-store"}, 3_600),
        ({}, 3_600),
        ({"Cache-Control": "max-age=99999999"}, 7 * 86_400),
    ],
)
def test_how_long_an_answer_stays_fresh(headers: dict[str, str], seconds: int):
    assert lifetime(headers) == timedelta(seconds=seconds)
