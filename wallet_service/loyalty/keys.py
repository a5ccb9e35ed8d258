"""API keys: `wsk_live_<id>_<secret>`; shown once, kept as a hash, revocable."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wallet_service.database.seam import Transaction
from wallet_service.errors import NotFound, Unauthorized
from wallet_service.ids import new_id
from wallet_service.loyalty import sql
from wallet_service.loyalty.brands import known_brand

FORM = re.compile(r"wsk_live_([0-9a-z]{26})_([0-9A-Za-z_-]{32})")


class Scope(StrEnum):
    """What a key may do. A till needs `earn` and `spend`; a leaked till key can then read no member lists."""

    READ = "read"
    MEMBERS = "members"
    EARN = "earn"
    SPEND = "spend"
    CARDS = "cards"
    RULES = "rules"


class KeyNotFound(NotFound):
    """The brand has no such API key."""

    slug = "key-not-found"
    title = "There is no such API key"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the brand behind a valid key, and what the key may do."""

    key_id: str
    brand_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the brand sees it; never its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


async def create_key(tx: Transaction, brand_id: str, name: str, scopes: frozenset[Scope]) -> str:
    """Make a key; the text returned is the only copy there will ever be. Raises `BrandNotFound`."""
    await known_brand(tx, brand_id)
    key_id, secret = new_id("key", tx.now), secrets.token_urlsafe(24)
    values = {"id": key_id, "brand": brand_id, "name": name, "scopes": sorted(scopes), "now": tx.now}
    await tx.run(sql.INSERT_KEY, values | {"hash": _hash(secret)})
    return f"wsk_live_{key_id.removeprefix('key_')}_{secret}"


async def recognise(tx: Transaction, text: str) -> Caller:
    """Who this key belongs to. Raises `Unauthorized` for anything but a living key."""
    match = FORM.fullmatch(text)
    row = await tx.first(sql.USE_KEY, {"id": f"key_{match[1]}", "now": tx.now}) if match else None
    if match is None or row is None or not hmac.compare_digest(row.secret_hash, _hash(match[2])):
        raise Unauthorized("The API key is unknown or revoked.", remedy="Send `Authorization: Bearer wsk_live_…`.")
    return Caller(row.id, row.brand_id, frozenset(row.scopes))


async def list_keys(tx: Transaction, brand_id: str) -> list[ApiKey]:
    """All keys of a brand, oldest first."""
    return [
        ApiKey(row.id, row.name, tuple(row.scopes), *row[3:]) for row in await tx.all(sql.KEYS, {"brand": brand_id})
    ]


async def revoke_key(tx: Transaction, brand_id: str, key_id: str) -> None:
    """End a key. Raises `KeyNotFound`."""
    if not await tx.run(sql.REVOKE_KEY, {"brand": brand_id, "id": key_id, "now": tx.now}):
        raise KeyNotFound(f"No living key {key_id} in this brand.")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
