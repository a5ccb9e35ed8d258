"""The simulated FCM, driven by Google's own client as it comes (but for addresses), and by requests no client makes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import firebase_admin  # type: ignore[import-untyped]  # ships no types
import httpx2
import jwt
import pytest
from firebase_admin import credentials, exceptions, messaging

from wallet_service.simulators.fcm import FcmSimulator, Notice
from wallet_service.simulators.fcm_tokens import GRANT, SCOPES


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[FcmSimulator]:
    simulator = await FcmSimulator.start()
    yield simulator
    await simulator.aclose()


@pytest.fixture
def fcm(running: FcmSimulator) -> FcmSimulator:
    """A project of which nothing has been asked yet."""
    running.journal.clear()
    running.screens.clear()
    running.desk.granted = 0
    return running


@pytest.fixture(scope="module")
def app(running: FcmSimulator) -> Iterator[firebase_admin.App]:
    """firebase-admin as it comes, but for an address of ours."""
    app = firebase_admin.initialize_app(credentials.Certificate(running.account), {"httpTimeout": 5}, "simulated")
    service = messaging._get_messaging_service(app)
    service._fcm_url = f"{running.root}/v1/projects/{running.project}/messages:send"
    yield app
    firebase_admin.delete_app(app)


async def send(app: firebase_admin.App, address: str, *, dry_run: bool = False, **rest: Any) -> str:
    """Send by the blocking client, in a thread."""
    message = messaging.Message(fid=address, notification=messaging.Notification("Hello", "300"), **rest)
    return str(await asyncio.to_thread(messaging.send, message, dry_run, app))


async def test_googles_own_client_delivers(fcm: FcmSimulator, app: firebase_admin.App) -> None:
    name = await send(app, "anna", data={"key": "k1"})
    assert name == "projects/burger-heroes/messages/1"
    assert fcm.screen("anna") == [Notice("Hello", "300", None)]
    assert fcm.attempts("k1") == 1


async def test_a_dry_run_is_checked_and_not_shown(fcm: FcmSimulator, app: firebase_admin.App) -> None:
    await send(app, "anna", dry_run=True)
    with pytest.raises(messaging.UnregisteredError):
        await send(app, "unreg-anna", dry_run=True)
    assert fcm.screen("anna") == []
    assert [attempt.validate_only for attempt in fcm.journal] == [True, True]


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("unreg", messaging.UnregisteredError),
        ("lost", exceptions.NotFoundError),
        ("malformed", exceptions.InvalidArgumentError),
        ("blamed", exceptions.InvalidArgumentError),
        ("payload", exceptions.InvalidArgumentError),
        ("mismatch", messaging.SenderIdMismatchError),
        ("denied", exceptions.PermissionDeniedError),
        ("quota", messaging.QuotaExceededError),
        ("html", exceptions.UnknownError),
    ],
)
async def test_googles_own_client_reads_every_refusal(
    fcm: FcmSimulator, app: firebase_admin.App, address: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as refusal:
        await send(app, address)
    assert type(refusal.value) is error
    assert len(fcm.journal) == 1


async def test_googles_own_client_repeats_by_itself_what_we_must_not(
    fcm: FcmSimulator, app: firebase_admin.App
) -> None:
    with pytest.raises(messaging.ThirdPartyAuthError):
        await send(app, "apnskey", data={"key": "k1"})
    with pytest.raises(exceptions.UnavailableError):
        await send(app, "drop", data={"key": "k2"})
    assert (fcm.attempts("k1"), fcm.attempts("k2")) == (3, 2)


@asynccontextmanager
async def caller(fcm: FcmSimulator, *, token: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a token."""
    async with httpx2.AsyncClient(base_url=fcm.root) as client:
        token = token or await granted(fcm, client)
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


async def granted(fcm: FcmSimulator, client: httpx2.AsyncClient) -> str:
    return str((await ask(fcm, client)).json()["access_token"])


async def ask(fcm: FcmSimulator, client: httpx2.AsyncClient, grant: str = GRANT, **claims: Any) -> httpx2.Response:
    """Ask for a token with these claims in the place of the right ones."""
    account = fcm.account
    usual = {
        "iss": account["client_email"],
        "aud": account["token_uri"],
        "iat": 1_700_000_000,
        "exp": 4_000_000_000,
        "scope": " ".join(SCOPES),
    }
    assertion = jwt.encode({**usual, **claims}, account["private_key"], "RS256")
    return await client.post("/token", data={"grant_type": grant, "assertion": assertion})


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": "someone@else.example"}, "invalid_grant"),
        ({"aud": "https://else.example"}, "invalid_grant"),
        ({"exp": 1_700_000_001}, "invalid_grant"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
        ({"grant": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_token_is_given_to_the_right_assertion_only(
    fcm: FcmSimulator, claims: dict[str, Any], error: str
) -> None:
    async with httpx2.AsyncClient(base_url=fcm.root) as client:
        response = await ask(fcm, client, **claims)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert fcm.desk.granted == 0


async def test_nothing_is_sent_without_a_token_or_to_another_project(fcm: FcmSimulator) -> None:
    path, body = "/v1/projects/{}/messages:send", {"message": {"fid": "anna"}}
    async with caller(fcm, token="stranger") as stranger, caller(fcm) as known:
        unknown = await stranger.post(path.format(fcm.project), json=body)
        elsewhere = await known.post(path.format("coffee-corner"), json=body)
        fcm.desk.revoke()
        revoked = await known.post(path.format(fcm.project), json=body)
    assert [unknown.status_code, elsewhere.status_code, revoked.status_code] == [401, 404, 401]
    assert "details" not in elsewhere.json()["error"]
    assert fcm.journal == []


@pytest.mark.parametrize("body", ["{", "[]", "null", '{"message": 3}', '{"message": {"fid": "a", "fits": 1}}'])
async def test_a_body_that_is_no_message_is_refused(fcm: FcmSimulator, body: str) -> None:
    async with caller(fcm) as client:
        response = await client.post(f"/v1/projects/{fcm.project}/messages:send", content=body)
    assert response.status_code == 400
    assert fcm.screen("a") == []
