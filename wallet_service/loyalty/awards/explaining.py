"""Explaining: why an entry is in a member's ledger, by the rules that were in force when it came there."""

from zoneinfo import ZoneInfo

from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.awards import explaining_sql as sql
from wallet_service.loyalty.awards.explain import Told, explain
from wallet_service.loyalty.awards.rulebooks import Rulebooks, rulebook_at
from wallet_service.loyalty.brands import known_language
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.expiring import last_day
from wallet_service.loyalty.ledger.reversals import EntryNotFound
from wallet_service.loyalty.people.members import Member


async def explain_entry(
    tx: Transaction, rulebooks: Rulebooks, member: Member, entry_id: int, language: str | None = None
) -> str:
    """Why this entry is there, in a language, or in the member's own. Raises `EntryNotFound` or `LanguageUnknown`."""
    spoken = known_language(language) if language else member.language
    row = await tx.first(sql.ENTRY_TO_EXPLAIN, {"entry": entry_id, "member": member.id})
    if row is None:
        raise EntryNotFound("This member's ledger has no such entry.")
    rules = await rulebooks.of(tx, await rulebook_at(tx, row.programme_id, row.ruled_at))
    kind = Kind(row.kind)
    points = row.granted if kind is Kind.PROMISED else row.amount
    return explain(kind, row.origin or "", points, spoken, rules.book, told_of(row))


def told_of(row: Row) -> Told:
    """What is known of an entry, by the calendar of its member. PURE."""
    zone = ZoneInfo(row.time_zone)
    return Told(
        row.receipt or "",
        row.reason or "",
        row.activates_at.astimezone(zone).date() if row.activates_at else None,
        last_day(row.expires_at, zone) if row.expires_at else None,
    )
