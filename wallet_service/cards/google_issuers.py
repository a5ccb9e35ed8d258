"""Whose an issuer id at Google is."""

import re

from wallet_service.cards import google_sql as sql
from wallet_service.database.seam import Transaction
from wallet_service.errors import Conflict, Invalid
from wallet_service.loyalty.brands import known_brand

ISSUER = re.compile(r"[0-9]{1,20}")


class IssuerInvalid(Invalid):
    """An issuer id is a number of up to 20 digits, as the Google Pay & Wallet console shows it."""

    slug = "issuer-invalid"
    title = "This is no issuer id"


class IssuerTaken(Conflict):
    """The issuer belongs to another brand here. Google wants each brand to have its own."""

    slug = "issuer-taken"
    title = "Another brand has this issuer"


def require_issuer(issuer: str) -> str:
    """The id, if it has the form of one. Raises `IssuerInvalid`."""
    if ISSUER.fullmatch(issuer) is None:
        raise IssuerInvalid(f"{issuer[:40]!a} is no issuer id.", remedy="Copy it from the Google Pay & Wallet console.")
    return issuer


async def claim_issuer(tx: Transaction, brand_id: str, issuer: str) -> None:
    """Give the brand an issuer; again changes nothing. Raises `BrandNotFound`, `IssuerInvalid`, `IssuerTaken`."""
    await known_brand(tx, brand_id)
    await tx.run(sql.CLAIM_ISSUER, {"issuer": require_issuer(issuer), "brand": brand_id, "now": tx.now})
    row = await tx.first(sql.BRAND_OF_ISSUER, {"issuer": issuer})
    if row is None or row.brand_id != brand_id:
        raise IssuerTaken(f"{issuer} belongs to another brand.", remedy="Open an issuer account for each brand.")


async def issuers_of(tx: Transaction, brand_id: str) -> list[str]:
    """The brand's issuers."""
    return [row.issuer_id for row in await tx.all(sql.ISSUERS_OF_BRAND, {"brand": brand_id})]
