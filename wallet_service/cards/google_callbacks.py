"""What Google's phones told us of a card: it was saved, it was removed. Each callback counts once, however often it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from wallet_service.cards import google_callbacks_sql as sql
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.facts import CardInstalled
from wallet_service.wallets.callback import Callback

SAVED = "save"
"""The event of an object that came into a wallet."""

DAYS_KEPT = 90
"""How long a callback is listed after it expired (from then on, no copy of it is believed anyway); corrections likewise."""


class Heard(StrEnum):
    """What became of a callback that was believed, as it is counted."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    """It had been accepted before."""
    NO_CARD = "no-card"
    """It tells of objects that we do not know: from before a restored backup, or made by another program."""


@dataclass(frozen=True, slots=True)
class CallbackTrace:
    """A callback that was accepted for a card."""

    event: str
    received_at: datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class CorrectionTrace:
    """Something that no callback had told of a card, and Google said when it was asked (`cards.google_reconcile`)."""

    event: str
    """`save` or `del`."""
    found_at: datetime


@dataclass(frozen=True, slots=True)
class GoogleTrace:
    """What Google was told of a card, and what it told us."""

    object_id: str
    saved_at: datetime | None
    removed_at: datetime | None
    shown_version: int | None
    shown_at: datetime | None
    last_outcome: str | None
    callbacks: Sequence[CallbackTrace]
    corrections: Sequence[CorrectionTrace]


async def trace_google(tx: Transaction, card_id: str) -> GoogleTrace | None:
    """The card's object in Google Wallet; None where nobody has asked for one."""
    row = await tx.first(sql.OBJECT_OF, {"card": card_id})
    if row is None:
        return None
    return GoogleTrace(
        row.object_id,
        row.saved_at,
        row.removed_at,
        row.shown_version,
        row.shown_at,
        row.last_outcome,
        await google_callbacks_of(tx, card_id),
        [CorrectionTrace(*found) for found in await tx.all(sql.CORRECTIONS_OF, {"card": card_id})],
    )


async def our_issuers(tx: Transaction, askers: Sequence[object]) -> list[frozenset[str]]:
    """The Google issuers of all our brands, to everybody who asks at this moment; one statement."""
    issuers = frozenset(row.issuer_id for row in await tx.all(sql.ISSUERS))
    return [issuers] * len(askers)


async def note_callback(tx: Transaction, callback: Callback) -> Heard:
    """Write down a verified callback, and whether its cards are in somebody's wallet now.

    Events other than `save` and `del` are kept, and change nothing.
    """
    cards = [row.card_id for row in await tx.all(sql.LOCK_OBJECTS, {"objects": list(callback.object_ids)})]
    if not cards:
        return Heard.NO_CARD
    values = {
        "cards": cards,
        "nonce": callback.nonce,
        "event": callback.event,
        "expires_at": callback.expires_at,
        "now": tx.now,
    }
    if not await tx.all(sql.NOTE_CALLBACK, values):
        return Heard.REPEATED
    if callback.event == SAVED:
        for card in cards:
            tx.record(CardInstalled(card))
    return Heard.ACCEPTED


async def google_callbacks_of(tx: Transaction, card_id: str) -> Sequence[CallbackTrace]:
    """The callbacks accepted for a card, in the order they came."""
    return [CallbackTrace(*row) for row in await tx.all(sql.CALLBACKS_OF, {"card": card_id})]


async def forget_old_callbacks(tx: Transaction) -> int:
    """Drop a portion of what is older than `DAYS_KEPT` days, corrections too; how many there were."""
    before = {"before": tx.now - timedelta(days=DAYS_KEPT)}
    return await tx.run(sql.FORGET, before) + await tx.run(sql.FORGET_CORRECTIONS, before)
