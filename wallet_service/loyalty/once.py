"""Doing a thing once: an idempotency key is kept in the transaction of its effect, with the answer that was given.

Same key and same request: the same answer again. Another request under the key: `KeyReused`. Still being worked on:
`KeyInProgress`. Keys belong to the brand (not to one API key), so that a retry survives a key rotation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, Invalid
from wallet_service.loyalty import sql

DAYS_KEPT = 30


class KeyReused(Invalid):
    """This Idempotency-Key was already used for a different request; the first one stands."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key belongs to another request"


class KeyInProgress(Conflict):
    """A request with this Idempotency-Key is being worked on at this moment; ask again shortly."""

    slug = "idempotency-in-progress"
    title = "The same request is still in progress"


@dataclass(frozen=True, slots=True)
class OnceKey:
    """A caller's promise that equal keys mean one and the same request."""

    brand_id: str
    key: str
    fingerprint: bytes
    """Digest of method, path and body."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request, as it goes out and as it is kept."""

    status: int
    body: bytes
    replayed: bool = False
    about: str | None = None
    """The member whose personal data it holds: when they are erased, it is forgotten."""


Claim = Reply | KeyReused | KeyInProgress | None


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as the statements of a batch take them. PURE."""
    return orjson.dumps(rows).decode()


async def claim(tx: Transaction, keys: Sequence[OnceKey | None]) -> list[Claim]:
    """For each key: the answer already given, the reason it may not be used, or None when the way is free.

    A free key stays locked until the transaction ends; the second use of a key in one batch is in progress.
    """
    used = [key for key in keys if key]
    if not used:
        return [None] * len(keys)
    asked = {"keys": as_json([{"brand_id": key.brand_id, "key": key.key} for key in used])}
    busy = {(row.brand_id, row.key) for row in await tx.all(sql.KEYS_IN_USE, asked)}
    # a second statement, hence a newer snapshot: whoever held a lock before us has committed and is seen here
    kept = {(row.brand_id, row.key): row for row in await tx.all(sql.KEPT_ANSWERS, asked)}
    return [_claim(key, kept.get((key.brand_id, key.key)), busy) if key else None for key in keys]


def _claim(key: OnceKey, kept: Row | None, busy: set[tuple[str, str]]) -> Claim:
    name = (key.brand_id, key.key)
    if kept is not None:
        if kept.fingerprint != key.fingerprint:
            return KeyReused("The earlier request under this key was a different one.", remedy="Use a new key.")
        return Reply(kept.status, kept.body, replayed=True)
    if name in busy:
        return KeyInProgress("Wait for the first answer.", remedy="Repeat the same request in a second.")
    busy.add(name)
    return None


async def keep(tx: Transaction, key: OnceKey, reply: Reply) -> None:
    """Keep the answer with its effect."""
    kept = replace(reply, replayed=False)
    values = {"brand": key.brand_id, "key": key.key, "fingerprint": key.fingerprint}
    await tx.run(
        sql.KEEP_ANSWER, values | {"status": kept.status, "body": kept.body, "about": kept.about, "now": tx.now}
    )


async def forget_old_keys(tx: Transaction) -> int:
    """Drop a portion of the keys older than `DAYS_KEPT`; how many there were."""
    return await tx.run(sql.FORGET_KEYS, {"before": tx.now - timedelta(days=DAYS_KEPT)})
