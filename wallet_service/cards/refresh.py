"""A card's version grows when, and only when, something it shows has changed; its phones are then due to be told."""

from collections import defaultdict
from collections.abc import Sequence

from wallet_service.cards import sql
from wallet_service.cards.facts import CardChanged
from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.facts import MemberChanged


async def refresh_cards(tx: Transaction, facts: Sequence[MemberChanged], interval: float) -> None:
    """New versions for the cards that show what changed; one statement for each set of fields.

    `interval` is the least number of seconds between two pushes for one card.
    """
    members: dict[frozenset[str], list[str]] = defaultdict(list)
    for fact in facts:
        members[fact.fields].append(fact.member_id)
    for fields, ids in members.items():
        values = {"members": ids, "fields": sorted(fields), "interval": interval, "now": tx.now}
        _record(tx, await tx.all(sql.TOUCH_SHOWING, values))


async def refresh_these(tx: Transaction, card_ids: Sequence[str], interval: float) -> None:
    """New versions for these very cards."""
    _record(tx, await tx.all(sql.TOUCH_THESE, {"cards": list(card_ids), "interval": interval, "now": tx.now}))


def _record(tx: Transaction, rows: Sequence[Row]) -> None:
    for row in rows:
        tx.record(CardChanged(row.card_id))
