"""Callbacks of the simulated Google: a stranger's verifier believes them, and they come twice or late when told to."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from edutap.wallet_google.handlers import validate
from edutap.wallet_google.models.handlers import CallbackData

from tests.simulators.google_world import CLASS_ID, ISSUER, NOON, OBJECT_ID, STRANGER
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_callbacks import CallbackSigner, framed, message_about
from wallet_service.simulators.google_postman import Letter, Postman
from wallet_service.simulators.google_script import Fail, first


@pytest.fixture
def signer() -> CallbackSigner:
    signer = CallbackSigner()
    signer.rotate(NOON)
    return signer


def public(key_value: str) -> ec.EllipticCurvePublicKey:
    key = load_der_public_key(base64.b64decode(key_value))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def verify(roots: dict[str, Any], issuer_id: str, body: bytes) -> None:
    """The two signatures, by the book. Raises `InvalidSignature`."""
    callback = json.loads(body)
    signed_key = callback["intermediateSigningKey"]["signedKey"]
    (by_root,) = callback["intermediateSigningKey"]["signatures"]
    intermediate = public(json.loads(signed_key)["keyValue"])
    said = framed("GooglePayPasses", issuer_id, "ECv2SigningOnly", callback["signedMessage"])
    root = public(roots["keys"][-1]["keyValue"])
    root.verify(base64.b64decode(by_root), framed("GooglePayPasses", "ECv2SigningOnly", signed_key), SHA)
    intermediate.verify(base64.b64decode(callback["signature"]), said, SHA)


SHA = ec.ECDSA(hashes.SHA256())


def test_frames_count_bytes_and_not_characters():
    assert framed("ab", "я") == b"\x02\0\0\0ab\x02\0\0\0\xd1\x8f"


def test_a_callback_has_four_members_and_two_good_signatures(signer: CallbackSigner):
    message = message_about("save", CLASS_ID, OBJECT_ID, NOON)
    body = signer.sign(ISSUER, message, NOON)
    assert json.loads(body).keys() == {"signature", "intermediateSigningKey", "protocolVersion", "signedMessage"}
    assert json.loads(json.loads(body)["signedMessage"]) == message
    verify(signer.published(), ISSUER, body)


def test_a_callback_is_good_for_its_issuer_only(signer: CallbackSigner):
    body = signer.sign(ISSUER, message_about("del", CLASS_ID, OBJECT_ID, NOON), NOON)
    with pytest.raises(InvalidSignature):
        verify(signer.published(), STRANGER, body)


def test_a_rotated_key_signs_and_the_old_one_is_still_published(signer: CallbackSigner):
    signer.rotate(NOON)
    body = signer.sign(ISSUER, message_about("save", CLASS_ID, OBJECT_ID, NOON), NOON)
    assert len(signer.published()["keys"]) == 2
    verify(signer.published(), ISSUER, body)


def test_the_signed_key_is_escaped_as_googles_so_that_only_its_raw_text_verifies(signer: CallbackSigner):
    body = signer.sign(ISSUER, message_about("save", CLASS_ID, OBJECT_ID, NOON), NOON)
    signed_key = json.loads(body)["intermediateSigningKey"]["signedKey"]
    assert json.dumps(json.loads(signed_key), separators=(",", ":")) != signed_key


def test_every_message_has_its_own_nonce_and_lives_a_minute():
    one, two = (message_about("save", CLASS_ID, OBJECT_ID, NOON) for _ in range(2))
    assert one["nonce"] != two["nonce"]
    assert one["expTimeMillis"] == int(NOON.timestamp() * 1000) + 60_000


async def test_edutap_believes_a_callback(monkeypatch: pytest.MonkeyPatch):
    now = datetime.now(UTC)  # noqa: TID251 - edutap knows no other clock
    async with GoogleSimulator() as google:
        monkeypatch.setitem(validate.GOOGLE_ROOT_SIGNING_PUBLIC_KEYS_URL, "testing", google.keys_url)
        validate.GOOGLE_ROOT_SIGNING_PUBLIC_KEYS_VALUE.clear()
        body = google.signer.sign(ISSUER, message_about("save", CLASS_ID, OBJECT_ID, now), now)
        believed = await validate.verified_signed_message(CallbackData.model_validate_json(body))
        assert (believed.eventType.value, believed.objectId) == ("save", OBJECT_ID)
        altered = json.loads(body)
        altered["signedMessage"] = altered["signedMessage"].replace('"save"', '"del"')
        with pytest.raises(ValueError, match="Invalid message signature"):
            await validate.verified_signed_message(CallbackData.model_validate(altered))
    validate.GOOGLE_ROOT_SIGNING_PUBLIC_KEYS_VALUE.clear()


async def test_the_root_keys_say_how_long_they_may_be_cached():
    async with GoogleSimulator(max_age=900) as google, httpx2.AsyncClient() as client:
        google.keys_script = first(1, Fail(503))
        assert (await client.get(google.keys_url)).status_code == 503
        answer = await client.get(google.keys_url)
        assert answer.headers["Cache-Control"] == "public, max-age=900"
        assert answer.json() == google.signer.published()
        assert google.key_fetches == 2


class Mailbox:
    """An issuer's door that answers what it is told to, and keeps what came."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.came: list[bytes] = []

    async def take(self, request: web.Request) -> web.Response:
        self.came.append(await request.read())
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def url(mailbox: Mailbox) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/", mailbox.take)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def postman() -> AsyncIterator[Postman]:
    async with httpx2.AsyncClient() as client:
        yield Postman(client, waits=(0, 0))


async def test_a_callback_comes_once_when_it_is_taken(postman: Postman, mailbox: Mailbox, url: str):
    await postman.post(Letter(url, b"one"))
    assert (mailbox.came, postman.deliveries[0].status) == ([b"one"], 200)


async def test_a_callback_comes_again_while_the_issuer_is_out_of_order(postman: Postman, mailbox: Mailbox, url: str):
    mailbox.statuses = [500, 503]
    await postman.post(Letter(url, b"one"))
    assert (len(mailbox.came), postman.deliveries[0].status) == (3, 200)


async def test_a_refused_callback_does_not_come_again(postman: Postman, mailbox: Mailbox, url: str):
    mailbox.statuses = [400]
    await postman.post(Letter(url, b"one"))
    assert (len(mailbox.came), postman.deliveries[0].status) == (1, 400)


async def test_a_callback_to_nobody_is_given_up(postman: Postman):
    await postman.post(Letter("http://127.0.0.1:1/", b"one"))
    assert postman.deliveries[0].status is None


async def test_callbacks_come_twice_or_late_and_in_the_wrong_order(postman: Postman, mailbox: Mailbox, url: str):
    postman.copies = 2
    await postman.post(Letter(url, b"one"))
    postman.is_late = True
    await postman.post(Letter(url, b"two"))
    await postman.post(Letter(url, b"three"))
    assert mailbox.came == [b"one", b"one"]
    await postman.deliver_held()
    assert mailbox.came[2:] == [b"three", b"two"]
