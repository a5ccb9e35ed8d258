"""One access token for all who need it, renewed before it runs out."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import jwt
import pytest

from tests.wallets.google.accounts import EMAIL, account, rsa_key
from wallet_service.clock import SetClock
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_script import Drop, Fail, Stall, first
from wallet_service.wallets.google.access_token import SCOPE, AccessToken, TokenDesk, assertion, token_of
from wallet_service.wallets.google.verdict import NotAllowed, Trouble

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    return SetClock(NOW)


@pytest.fixture
async def google(clock):
    async with GoogleSimulator(now=clock.now) as simulator:
        simulator.open_account(EMAIL, key=rsa_key())
        yield simulator


@pytest.fixture
async def desk(google, clock):
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        opened = TokenDesk(account(google.token_uri), session, clock)
        yield opened
        await opened.aclose()


async def renewed(google, exchanges):
    async with asyncio.timeout(30):
        while google.accounts.exchanges < exchanges:
            await asyncio.sleep(0.005)


def test_an_assertion_says_who_we_are_and_what_for():
    ours = account("https://google/token")
    text = assertion(ours, NOW)
    claims = jwt.decode(
        text,
        rsa_key().public_key(),
        ["RS256"],
        audience="https://google/token",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (claims["iss"], claims["scope"], claims["exp"] - claims["iat"]) == (EMAIL, SCOPE, 3600)
    assert claims["iat"] == int(NOW.timestamp())
    assert jwt.get_unverified_header(text) == {"alg": "RS256", "typ": "JWT", "kid": "5d1f"}


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b'{"access_token":"t","expires_in":3600}', AccessToken("t", NOW + HOUR * 11 / 12, NOW + HOUR)),
        (200, b'{"access_token":"t"}', AccessToken("t", NOW + HOUR * 11 / 12, NOW + HOUR)),
        (200, b'{"access_token":"t","expires_in":60}', AccessToken("t", NOW + HOUR / 120, NOW + HOUR / 60)),
        (200, b'{"access_token":"t","expires_in":9e9}', Trouble("no access token: 200", arrived=False)),
        (
            200,
            b'{"access_token":"t","expires_in":99999999999999}',
            AccessToken("t", NOW + HOUR * 143 / 12, NOW + HOUR * 12),
        ),
        (200, b'{"access_token":"","expires_in":60}', Trouble("no access token: 200", arrived=False)),
        (200, b'{"access_token":"t","expires_in":0}', Trouble("no access token: 200", arrived=False)),
        (200, b'{"access_token":"t","expires_in":"x"}', Trouble("no access token: 200", arrived=False)),
        (200, b"[]", Trouble("no access token: 200", arrived=False)),
        (400, b'{"error":"invalid_grant"}', NotAllowed("no access token: 400 invalid_grant")),
        (401, b"<html>", NotAllowed("no access token: 401")),
        (429, b"", Trouble("no access token: 429", arrived=False)),
        (302, b"", Trouble("no access token: 302", arrived=False)),
        (503, b"{}", Trouble("no access token: 503", arrived=False)),
    ],
)
def test_an_answer_of_the_token_endpoint_is_a_token_or_the_reason_why_not(status, body, told):
    assert token_of(status, body, NOW) == told


async def test_however_many_ask_there_is_one_exchange(google, desk):
    tokens = await asyncio.gather(*(desk.token() for _ in range(50)))
    assert (len(set(tokens)), google.accounts.exchanges) == (1, 1)
    assert tokens[0] in google.accounts.tokens
    assert tokens[0] not in repr(desk._held)


async def test_who_gives_up_waiting_ends_nobody_elses_exchange(google, desk):
    google.token_script = first(1, Stall(0.2))
    hasty, patient = asyncio.create_task(desk.token()), asyncio.create_task(desk.token())
    await asyncio.sleep(0)
    hasty.cancel()
    assert await patient in google.accounts.tokens
    assert google.accounts.exchanges == 1


async def test_an_exchange_that_hung_before_somebody_asked_is_not_his_answer(google, clock):
    google.token_script = first(1, Stall(3600))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        desk = TokenDesk(account(google.token_uri), session, clock)
        early, late = asyncio.create_task(desk.token()), asyncio.create_task(desk.token())
        assert await early == Trouble("no access token: TimeoutError", arrived=False)
        assert await late in google.accounts.tokens
        await desk.aclose()


async def test_a_token_is_renewed_five_minutes_early_while_the_old_one_is_used(google, desk, clock):
    old = await desk.token()
    clock.forward(timedelta(minutes=54))
    assert await desk.token() == old
    assert desk._exchange.done()
    clock.forward(timedelta(minutes=2))
    assert await desk.token() == old
    await renewed(google, 2)
    await desk._exchange
    new = await desk.token()
    assert new != old
    assert new in google.accounts.tokens


async def test_a_renewal_that_fails_leaves_the_old_token_and_rests(google, desk, clock):
    old = await desk.token()
    clock.forward(timedelta(minutes=56))
    google.token_script = first(1, Fail(503))
    assert await desk.token() == old
    assert await desk._exchange == Trouble("no access token: 503", arrived=False)
    assert await desk.token() == old
    assert desk._exchange.done()
    clock.forward(timedelta(seconds=11))
    assert await desk.token() == old
    await renewed(google, 2)


async def test_a_token_that_ran_out_is_waited_for(google, desk, clock):
    old = await desk.token()
    clock.forward(HOUR)
    assert await desk.token() != old


async def test_a_forgotten_token_is_replaced_once_and_a_late_complaint_is_ignored(google, desk):
    old = await desk.token()
    desk.forget(old)
    new = await desk.token()
    desk.forget(old)
    assert await desk.token() == new != old
    assert google.accounts.exchanges == 2


@pytest.mark.parametrize("trouble", [Fail(500), Drop()], ids=["500", "dropped"])
async def test_without_any_token_the_trouble_is_told_and_the_next_asks_again(google, desk, trouble):
    google.token_script = first(1, trouble)
    told = await desk.token()
    assert isinstance(told, Trouble)
    assert not told.arrived
    assert await desk.token() in google.accounts.tokens


async def test_an_account_that_google_does_not_know_is_not_allowed(google, desk):
    google.accounts.by_email.clear()
    told = await desk.token()
    assert isinstance(told, NotAllowed)
    assert "invalid_grant" in told.reason


async def test_a_desk_that_was_never_asked_closes_too(desk):
    await desk.aclose()
    assert desk._exchange is None
