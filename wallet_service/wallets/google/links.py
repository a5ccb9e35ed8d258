"""Save links: the address that puts objects of ours into somebody's Google Wallet (Google: JWTs for Google Wallet). PURE.

The JWT is skinny: it names objects that were inserted over REST before, and says nothing of their holder, because links
are passed on. A link is not used up by being opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import jwt

from wallet_service.outcomes import Refused
from wallet_service.wallets.google.service_account import ServiceAccount

ROOT = "https://pay.google.com/gp/v/save"
TOO_LONG = 1800
"""Characters at which a JWT no longer survives every browser and message."""


@dataclass(frozen=True, slots=True)
class Saved:
    """An object that a link saves, and its class; both exist at Google already."""

    object_id: str
    class_id: str


def save_link(account: ServiceAccount, objects: Sequence[Saved], now: datetime, *, root: str = ROOT) -> str | Refused:
    """The address to send a customer to, made at the click; `Refused` when it would be too long to arrive."""
    claims = {
        "iss": account.email,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(now.timestamp()),
        "origins": [],  # sites with Google's own button on them: a plain link needs none
        "payload": {"loyaltyObjects": [{"id": each.object_id, "classId": each.class_id} for each in objects]},
    }
    token = jwt.encode(claims, account.key, algorithm="RS256", headers={"kid": account.key_id})
    if len(token) >= TOO_LONG:
        return Refused(f"the save link's JWT has {len(token)} characters, and {TOO_LONG} is too long")
    return f"{root}/{token}"
