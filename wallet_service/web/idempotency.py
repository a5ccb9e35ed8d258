"""`Idempotency-Key` at the door: the same request twice has one effect, and one answer."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from wallet_service.database.seam import Database, Transaction
from wallet_service.errors import Invalid, WalletServiceError
from wallet_service.loyalty.keys import Caller
from wallet_service.loyalty.once import KeyInProgress, KeyReused, OnceKey, Reply, claim, keep
from wallet_service.web.callers import KnownCaller
from wallet_service.web.problems import MEDIA_TYPE as PROBLEM
from wallet_service.web.render import refusal_reply
from wallet_service.web.strict_route import JSON

REPLAYED = "Idempotency-Replayed"

Act = Callable[[Transaction], Awaitable[Reply]]
"""What a request does, in its transaction."""


class KeyInvalid(Invalid):
    """An Idempotency-Key is 1 to 255 printable ASCII characters, such as a UUID: a new one for each thing to be done."""

    slug = "idempotency-key-invalid"
    title = "This cannot be an Idempotency-Key"


def once_key(caller: Caller, key: str, *parts: bytes) -> OnceKey:
    """The key with the fingerprint of its request. Raises `KeyInvalid`."""
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise KeyInvalid("The key is empty, too long, or not printable ASCII.")
    return OnceKey(caller.brand_id, key, hashlib.sha256(b"\0".join(parts)).digest())


async def once_of(request: Request, caller: Caller) -> OnceKey | None:
    """The key of this request, if it came with one. Raises `KeyInvalid`."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    return once_key(caller, key, request.method.encode(), request.scope["path"].encode(), await request.body())


async def key_of(
    request: Request,
    caller: KnownCaller,
    _shown: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="makes a repeated request harmless; kept for 30 days",
            examples=["4711-1"],
            json_schema_extra={
                "pattern": "^[ -~]{1,255}$"
            },  # only described here: `KeyInvalid` says it in its own words
        ),
    ] = None,
) -> OnceKey | None:
    """The key of this request, if it came with one, for a handler."""
    return await once_of(request, caller)


Once = Annotated[OnceKey | None, Depends(key_of)]


async def do_once(database: Database, once: OnceKey | None, act: Act) -> Response:
    """Act in one transaction, unless this key has done so before; then say the same again.

    A refusal is an answer too: what the act wrote before it is undone, and the refusal kept. Our own trouble (5xx)
    is not, so that a repeated request can still succeed.
    """
    if once is None:
        async with database.begin() as tx:
            return answer(await act(tx))
    try:
        return answer(await _first_time(database, once, act))
    except (KeyReused, KeyInProgress):
        raise
    except WalletServiceError as refusal:
        if refusal.status >= 500:
            raise
        return answer(await _first_time(database, once, _refusing(refusal)))


async def _first_time(database: Database, once: OnceKey, act: Act) -> Reply:
    async with database.begin() as tx:
        (before,) = await claim(tx, [once])
        if isinstance(before, WalletServiceError):
            raise before
        if before is not None:
            return before
        reply = await act(tx)
        await keep(tx, once, reply)
        return reply


def _refusing(refusal: WalletServiceError) -> Act:
    async def act(_tx: Transaction) -> Reply:
        return refusal_reply(refusal)

    return act


def answer(reply: Reply) -> Response:
    """The response for a reply."""
    media_type = JSON if reply.status < 400 else PROBLEM
    headers = {REPLAYED: "true"} if reply.replayed else {}
    return Response(reply.body, reply.status, headers, media_type=media_type)
