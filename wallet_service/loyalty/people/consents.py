"""Consents: each word that a member gives is kept for ever; the newest one counts."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Invalid
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.people import consents_sql as sql
from wallet_service.loyalty.people.consent import Channel, Consent, Purpose
from wallet_service.loyalty.people.members import Member, lock_member

AHEAD = timedelta(minutes=5)
"""By how much the caller's clock may be ahead of ours."""


class ConsentAhead(Invalid):
    """A consent was given at a moment that has come: not later than five minutes from now, by our clock."""

    slug = "consent-ahead"
    title = "This consent was not given yet"


async def note_consents(tx: Transaction, member: Member, consents: Sequence[Consent]) -> list[Consent]:
    """Keep these words of a member; how all of theirs stand then. Raises `ConsentAhead` or `MemberGone`."""
    if any(consent.at > tx.now + AHEAD for consent in consents):
        raise ConsentAhead("Its moment lies ahead.", remedy="Send `at` in UTC, or leave it out.")
    await lock_member(tx, member.id)
    values = {"member": member.id, "brand": member.brand_id, "now": tx.now}
    await tx.run(sql.WRITE, values | {"consents": as_json([asdict(consent) for consent in consents])})
    return await present_consents(tx, member)


async def present_consents(tx: Transaction, member: Member) -> list[Consent]:
    """The newest word for each channel and purpose."""
    return [_consent(row) for row in await tx.all(sql.PRESENT, {"member": member.id})]


async def list_consents(tx: Transaction, member: Member, before: int | None, limit: int) -> list[tuple[int, Consent]]:
    """Every word a member gave with its number, the last that was noted first, those before a number."""
    rows = await tx.all(sql.HISTORY, {"member": member.id, "before": before or 2**62, "limit": limit})
    return [(row.id, _consent(row)) for row in rows]


def _consent(row: Row) -> Consent:
    return Consent(
        Channel(row.channel),
        Purpose(row.purpose),
        row.granted,
        row.text_version,
        row.at,
        row.text_hash,
        row.source,
    )
