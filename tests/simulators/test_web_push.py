"""The simulated push service against the documents' own examples, and against a sender that others wrote."""

import json
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import http_ece  # type: ignore[import-untyped]  # ships no types
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import Vapid, WebPushException, webpush_async  # type: ignore[import-untyped]  # ships no types

from wallet_service.simulators.pki import SimulatedPki
from wallet_service.simulators.web_push import Reply, WebPushSimulator
from wallet_service.simulators.web_push_browser import Browser, Unreadable, decoded
from wallet_service.simulators.web_push_rules import Refusal, check_headers, check_sender

RFC_8291_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RFC_8291_BODY = decoded(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
RFC_8292_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
RFC_8292_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1h"
    "aWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA"
)
ORIGIN = "https://push.example.net"
EXPIRES = datetime.fromtimestamp(1453523768, UTC)


@pytest.fixture
def watermelon() -> Browser:
    """The receiver in the example of RFC 8291."""
    key = ec.derive_private_key(int.from_bytes(decoded(RFC_8291_PRIVATE)), ec.SECP256R1())
    return Browser("", key=key, auth=decoded("BTBZMqHH6r4Tts7J_aSIgg"))


def test_a_browser_opens_the_example_of_rfc_8291(watermelon: Browser) -> None:
    assert watermelon.open(RFC_8291_BODY) == b"When I grow up, I want to be a watermelon"


def test_a_body_with_any_byte_altered_stays_closed(watermelon: Browser) -> None:
    for place in range(len(RFC_8291_BODY)):
        if 16 <= place < 20:
            continue  # the record size: only one that is too small for the record matters
        altered = bytearray(RFC_8291_BODY)
        altered[place] ^= 1
        with pytest.raises(Unreadable):
            watermelon.open(bytes(altered))


@pytest.mark.parametrize("body", [b"", RFC_8291_BODY[:20], RFC_8291_BODY[:86], RFC_8291_BODY[:-1]])
def test_a_body_cut_short_stays_closed(watermelon: Browser, body: bytes) -> None:
    with pytest.raises(Unreadable):
        watermelon.open(body)


def test_a_record_that_does_not_end_as_the_last_one_must_is_refused(watermelon: Browser) -> None:
    """Sealed by http-ece with a record size that makes two records of it, which RFC 8291 forbids."""
    sender = ec.generate_private_key(ec.SECP256R1())
    sealed = http_ece.encrypt(
        b"x" * 100, private_key=sender, dh=watermelon.key.public_key(), auth_secret=watermelon.auth, rs=80
    )
    with pytest.raises(Unreadable, match="one record"):
        watermelon.open(sealed)
    with pytest.raises(Unreadable, match="ends with 2"):
        watermelon.open(sealed[: 21 + 65 + 80])


def authorization(token: str = RFC_8292_TOKEN, key: str = RFC_8292_KEY) -> str:
    return f"vapid t={token}, k={key}"


def test_the_example_of_rfc_8292_is_believed() -> None:
    check_sender(authorization(), ORIGIN, RFC_8292_KEY, EXPIRES - timedelta(hours=24))
    check_sender(authorization(), ORIGIN, RFC_8292_KEY, EXPIRES - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("said", "origin", "now", "status", "reason"),
    [
        ("", ORIGIN, EXPIRES - timedelta(hours=1), 401, "no VAPID"),
        ("Bearer x", ORIGIN, EXPIRES - timedelta(hours=1), 401, "no VAPID"),
        (authorization(key=RFC_8292_KEY[:-1] + "A"), ORIGIN, EXPIRES - timedelta(hours=1), 403, "another key"),
        (authorization(), "https://push.example.org", EXPIRES - timedelta(hours=1), 403, "aud is"),
        (authorization(), ORIGIN, EXPIRES, 403, "expired"),
        (authorization(), ORIGIN, EXPIRES - timedelta(hours=24, seconds=1), 403, "more than 24 hours"),
        (authorization(RFC_8292_TOKEN[:-3] + "AAA"), ORIGIN, EXPIRES - timedelta(hours=1), 403, "not signed"),
        (authorization("e30.e30."), ORIGIN, EXPIRES - timedelta(hours=1), 403, "not signed"),
    ],
    ids=["nothing", "bearer", "another-key", "another-service", "expired", "too-long", "forged", "unsigned"],
)
def test_a_sender_who_is_not_the_one_is_refused(
    said: str, origin: str, now: datetime, status: int, reason: str
) -> None:
    with pytest.raises(Refusal, match=reason) as refusal:
        check_sender(said, origin, RFC_8292_KEY, now)
    assert refusal.value.status == status


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({}, 4097, 413),
        ({"TTL": ""}, 10, 400),
        ({"TTL": "-1"}, 10, 400),
        ({"Content-Encoding": "aesgcm"}, 10, 415),
        ({"Urgency": "now"}, 10, 400),
        ({"Topic": "x" * 33}, 10, 400),
        ({"Topic": "a.b"}, 10, 400),
    ],
    ids=["size", "no-ttl", "past", "encoding", "urgency", "long-topic", "bad-topic"],
)
def test_a_message_that_breaks_rfc_8030_is_refused(headers: dict[str, str], size: int, status: int) -> None:
    usual = {"TTL": "0", "Content-Encoding": "aes128gcm"}
    check_headers(usual, 10)
    with pytest.raises(Refusal) as refusal:
        check_headers({**usual, **headers}, size)
    assert refusal.value.status == status


class Scene:
    """A push service, and pywebpush whole: sealing, signing and sending."""

    def __init__(self, push: WebPushSimulator, session: aiohttp.ClientSession) -> None:
        self.push, self.session = push, session
        self.vapid = Vapid()
        self.vapid.generate_keys()
        numbers = self.vapid.public_key.public_numbers()
        point = b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
        self.browser = push.subscribe(jwt.utils.base64url_encode(point).decode())

    async def send(self, text: str, **rest: Any) -> int:
        claims = {"sub": "mailto:push@burgers.example"}
        options = {"vapid_private_key": self.vapid, "vapid_claims": claims, "ttl": 60, "timeout": None, **rest}
        try:
            answer = await webpush_async(
                self.browser.subscription, json.dumps({"title": text}), aiohttp_session=self.session, **options
            )
        except WebPushException as error:
            return int(error.status_code or 0)
        return int(answer.status)


@pytest.fixture
async def scene(pki: SimulatedPki) -> AsyncIterator[Scene]:
    push = await WebPushSimulator.start(pki)
    tls = ssl.create_default_context(cafile=str(pki.roots))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
        yield Scene(push, session)
    await push.aclose()


async def test_a_sender_that_others_wrote_is_understood(scene: Scene) -> None:
    assert await scene.send("Hello") == 201
    assert scene.browser.told == [{"title": "Hello"}]


async def test_a_browser_that_is_away_is_told_the_newest_of_each_topic(scene: Scene) -> None:
    scene.browser.online = False
    for text, topic in (("old", "a"), ("other", "b"), ("new", "a")):
        assert await scene.send(text, headers={"Topic": topic}) == 201
    assert scene.browser.told == []
    scene.push.wake(scene.browser)
    assert scene.browser.screen == [{"title": "other"}, {"title": "new"}]


async def test_the_service_answers_as_it_was_told_to(scene: Scene) -> None:
    scene.push.answer(scene.browser, Reply(429, {"Retry-After": "7"}))
    assert await scene.send("Hello") == 429
    scene.push.answer(scene.browser, None)
    assert await scene.send("Hello") == 201
    scene.push.unsubscribe(scene.browser)
    assert await scene.send("Hello") == 410
    assert [push.status for push in scene.push.journal] == [429, 201, 410]
    assert len(scene.browser.told) == 1


async def test_nobody_else_is_let_in(scene: Scene) -> None:
    stranger = Vapid()
    stranger.generate_keys()
    assert await scene.send("Hello", vapid_private_key=stranger) == 403
    assert await scene.send("Hello", vapid_claims=None) == 401
    scene.browser.endpoint += "0"
    assert await scene.send("Hello") == 404
    assert scene.browser.told == []


async def test_what_a_browser_cannot_read_is_taken_and_noted(scene: Scene) -> None:
    scene.browser.auth = b"0" * 16
    body = Browser(scene.browser.endpoint, key=scene.browser.key)
    scene.browser, taken = body, scene.browser
    assert await scene.send("Hello") == 201
    assert taken.told == []
    assert scene.push.journal[-1].reason.startswith("unreadable")
