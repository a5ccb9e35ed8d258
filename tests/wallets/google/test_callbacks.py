"""A callback is believed when Google signed it, for us, and lately; whatever else comes is refused by name."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from tests.wallets.google.notary import (
    ACTIVATED,
    GENUINE_ROOT,
    ISSUER,
    NOW,
    OTHER_ISSUER,
    REMOVED,
    Genuine,
    Notary,
    in_ms,
    new_key,
    saved,
    sign,
    written,
)
from wallet_service.wallets.callback import MOST_BYTES, Callback, Reason, Refusal
from wallet_service.wallets.google.callback_keys import PROTOCOL, read_root_keys
from wallet_service.wallets.google.callbacks import SENDER, verify

NOTARY = Notary()
ROOTS = read_root_keys(NOTARY.keys())
STRANGER = Notary()
FAR = NOW + timedelta(days=3650)
GENUINE_ROOTS = read_root_keys(
    orjson.dumps({"keys": [{"keyValue": GENUINE_ROOT, "protocolVersion": PROTOCOL, "keyExpiration": str(in_ms(FAR))}]})
)


def judged(body: bytes, now: datetime = NOW, **more: Any) -> Callback | Refusal:
    return verify(body, more.pop("roots", ROOTS), more.pop("issuers", {ISSUER}), now, **more)


def genuinely(real: Genuine, body: bytes | None = None, **more: Any) -> Callback | Refusal:
    body = real.body if body is None else body
    return verify(body, GENUINE_ROOTS, more.get("issuers", {real.issuer}), more.get("now", real.now))


def test_googles_own_callback_of_a_removal_is_believed():
    told = genuinely(REMOVED)
    assert isinstance(told, Callback)
    assert (told.event, told.nonce) == ("del", "1a9e3df0-ec10-4a17-8b39-89d2d7f48e3b")
    assert told.class_id == "3388000000022141777.lib.edutap.eu"
    assert told.object_ids == ("3388000000022141777.6b4cbd15-0de7-4fe8-95f6-995a51b4595e.object",)
    assert told.expires_at - REMOVED.now == timedelta(minutes=1)


def test_googles_own_callback_of_an_event_we_do_not_know_is_believed():
    told = genuinely(ACTIVATED)
    assert isinstance(told, Callback)
    assert (told.issuer, told.event) == (ACTIVATED.issuer, "activate")
    assert told.object_ids == ("3388000000022335801.efd427a7-05a4-439d-b314-e4b999c8509b",)


@pytest.mark.parametrize("real", [REMOVED, ACTIVATED], ids=["removed", "activated"])
def test_a_genuine_callback_is_refused_a_minute_later_and_to_anybody_else(real: Genuine):
    assert genuinely(real, now=real.now + timedelta(minutes=1)) == Refusal(Reason.EXPIRED)
    assert genuinely(real, now=real.now + timedelta(days=8)) == Refusal(Reason.KEY_EXPIRED)
    assert genuinely(real, issuers={ISSUER}) == Refusal(Reason.FOREIGN_ISSUER)
    assert genuinely(real, issuers=()) == Refusal(Reason.FOREIGN_ISSUER)
    assert verify(real.body, (), {real.issuer}, real.now) == Refusal(Reason.UNKNOWN_ROOT)


@pytest.mark.parametrize("real", [REMOVED, ACTIVATED], ids=["removed", "activated"])
def test_a_genuine_callback_altered_anywhere_is_refused(real: Genuine):
    assert isinstance(genuinely(real), Callback)
    body = bytearray(real.body)
    for place, byte in enumerate(real.body):
        for other in {byte + 1, byte ^ 1, byte ^ 0x20, ord("A"), ord('"'), 0} - {byte}:
            body[place] = other
            assert isinstance(genuinely(real, bytes(body)), Refusal), (place, other)
        body[place] = byte


def test_a_callback_is_believed_whatever_language_it_speaks():
    told = judged(NOTARY.callback(saved(note="Привет, Анна ☕")))
    assert isinstance(told, Callback)
    assert (told.event, told.issuer, told.nonce) == ("save", ISSUER, "nonce-of-card_1")


def test_one_good_signature_of_a_root_among_others_is_enough():
    key = NOTARY.signed_key()
    vouchers = [sign(STRANGER.root, SENDER, PROTOCOL, key), "no base64!", sign(NOTARY.root, SENDER, PROTOCOL, key)]
    told = judged(
        NOTARY.callback(saved(), signed_key=key, signatures=vouchers),
        roots=read_root_keys(STRANGER.keys(keyValue=written(new_key()))) + ROOTS,
    )
    assert isinstance(told, Callback)


def test_more_members_in_the_intermediate_key_are_allowed():
    assert isinstance(judged(NOTARY.callback(saved(), signed_key=NOTARY.signed_key(colour="red"))), Callback)


def test_another_name_of_the_sender_can_be_set():
    other = Notary(NOTARY.root, NOTARY.intermediate, sender="GoogleWalletPasses")
    assert isinstance(judged(other.callback(saved()), sender="GoogleWalletPasses"), Callback)


def test_of_several_issuers_it_is_the_one_it_was_signed_for():
    told = judged(NOTARY.callback(saved(issuer=OTHER_ISSUER), issuer=OTHER_ISSUER), issuers=[ISSUER, OTHER_ISSUER])
    assert isinstance(told, Callback)
    assert told.issuer == OTHER_ISSUER


def expired_key() -> bytes:
    return NOTARY.callback(saved(), signed_key=NOTARY.signed_key(expires=NOW))


def key_of_another_root() -> bytes:
    return Notary(STRANGER.root, NOTARY.intermediate).callback(saved())


def changed_key() -> bytes:
    vouched, changed = NOTARY.signed_key(), NOTARY.signed_key(expires=FAR)
    return NOTARY.callback(saved(), signed_key=changed, signatures=[sign(NOTARY.root, SENDER, PROTOCOL, vouched)])


def signed_by_another_key() -> bytes:
    return NOTARY.callback(saved(), signature=sign(new_key(), SENDER, ISSUER, PROTOCOL, orjson.dumps(saved()).decode()))


def changed_message() -> bytes:
    return NOTARY.callback(saved(), signedMessage=orjson.dumps(saved(eventType="del")).decode())


BAD: dict[str, tuple[bytes, Reason]] = {
    "another sender": (
        Notary(NOTARY.root, NOTARY.intermediate, sender="Somebody").callback(saved()),
        Reason.UNKNOWN_ROOT,
    ),
    "another protocol": (
        Notary(NOTARY.root, NOTARY.intermediate, protocol="ECv2").callback(saved()),
        Reason.PROTOCOL,
    ),
    "a changed intermediate key": (changed_key(), Reason.UNKNOWN_ROOT),
    "another root": (key_of_another_root(), Reason.UNKNOWN_ROOT),
    "no signature of a root": (NOTARY.callback(saved(), signatures=[]), Reason.UNKNOWN_ROOT),
    "an expired intermediate key": (expired_key(), Reason.KEY_EXPIRED),
    "another key": (signed_by_another_key(), Reason.SIGNATURE),
    "a changed message": (changed_message(), Reason.SIGNATURE),
    "another issuer": (NOTARY.callback(saved(issuer=OTHER_ISSUER), issuer=OTHER_ISSUER), Reason.FOREIGN_ISSUER),
    "signed for another issuer": (NOTARY.callback(saved(), issuer=OTHER_ISSUER), Reason.SIGNATURE),
    "an expired message": (NOTARY.callback(saved(expTimeMillis=in_ms(NOW))), Reason.EXPIRED),
    "another's class": (NOTARY.callback(saved(classId=f"{OTHER_ISSUER}.x")), Reason.FOREIGN_ID),
    "another's object": (NOTARY.callback(saved(objectIds=[f"{ISSUER}.x", f"{OTHER_ISSUER}.x"])), Reason.FOREIGN_ID),
    "an issuer that only begins like ours": (NOTARY.callback(saved(classId=f"{ISSUER}1.x")), Reason.FOREIGN_ID),
}


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_for(what: str):
    body, reason = BAD[what]
    assert judged(body) == Refusal(reason)


@pytest.mark.parametrize(
    "keys",
    [NOTARY.keys(expires=NOW), NOTARY.keys(expires=None), NOTARY.keys(protocolVersion="ECv1"), b'{"keys":[]}'],
    ids=["expired", "without expiration", "of another protocol", "none"],
)
def test_root_keys_that_cannot_vouch(keys: bytes):
    assert judged(NOTARY.callback(saved()), roots=read_root_keys(keys)) == Refusal(Reason.UNKNOWN_ROOT)


GOOD = orjson.loads(NOTARY.callback(saved()))
SIX = [GOOD["intermediateSigningKey"]["signatures"][0]] * 6


@pytest.mark.parametrize(
    "whole",
    [
        GOOD | {"extra": 1},
        {name: value for name, value in GOOD.items() if name != "signature"},
        GOOD | {"signature": 1},
        GOOD | {"signature": "no base64!"},
        GOOD | {"signedMessage": {}},
        GOOD | {"intermediateSigningKey": "x"},
        GOOD | {"intermediateSigningKey": GOOD["intermediateSigningKey"] | {"extra": 1}},
        GOOD | {"intermediateSigningKey": {"signedKey": 1, "signatures": []}},
        GOOD | {"intermediateSigningKey": {"signedKey": "x", "signatures": "x"}},
        GOOD | {"intermediateSigningKey": {"signedKey": "x", "signatures": SIX}},
        [],
    ],
)
def test_what_is_no_callback_is_malformed(whole: Any):
    assert judged(orjson.dumps(whole)) == Refusal(Reason.MALFORMED)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 5000, b" " * MOST_BYTES + orjson.dumps(GOOD)],
    ids=["nothing", "half", "no text", "too deep", "too much"],
)
def test_what_is_no_json_or_too_much_is_malformed(body: bytes):
    assert judged(body) == Refusal(Reason.MALFORMED)


@pytest.mark.parametrize(
    "key",
    ["", "[]", "{}", NOTARY.signed_key(keyValue="x"), NOTARY.signed_key(keyExpiration=None)],
    ids=["nothing", "a list", "no members", "no key", "no expiration"],
)
def test_an_intermediate_key_that_cannot_be_read_is_malformed(key: str):
    assert judged(NOTARY.callback(saved(), signed_key=key)) == Refusal(Reason.MALFORMED)


@pytest.mark.parametrize(
    "said",
    [
        f'"{ISSUER}.x"',
        saved(classId=None),
        saved(objectId=None),
        saved(objectId=f"{ISSUER}.no spaces"),
        saved(objectIds=[]),
        saved(objectIds="x"),
        saved(eventType=None),
        saved(nonce="two words"),
        saved(nonce="x" * 101),
        saved(expTimeMillis=None),
        saved(expTimeMillis=1e18),
        saved(expTimeMillis=True),
    ],
)
def test_a_message_that_cannot_be_read_is_malformed(said: Any):
    assert judged(NOTARY.callback(said)) == Refusal(Reason.MALFORMED)
