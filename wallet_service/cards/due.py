"""The queue of changed cards: what is due to be told in a wallet is claimed for a while, and settled by what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from wallet_service.cards import devices_sql as sql
from wallet_service.clock import Clock
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BEHIND = timedelta(seconds=1)
"""How far behind the last claim a claim begins."""

SWEEP = 2.0
"""Seconds between two claims that begin at the very beginning, for stragglers and expired leases."""

SOON = 0.02
"""Least seconds between two looks that found nothing (what is overdue may be in another worker's hands)."""

LONGEST_WAIT = 300.0
"""Seconds between two tries, however long the trouble lasts: a change is never given up."""

LONGEST_ASKED = 3600.0
"""Most seconds the other side may ask us to wait."""


def next_wait(outcomes: Sequence[Outcome], attempt: int) -> float | None:
    """Seconds until a card must be told again; None when it is settled. PURE.

    What may yet succeed (TryLater, Unknown: a push for a card carries nothing, so a second one does no harm) is tried
    again, waiting longer each time, for as long as it takes; what succeeded, is dead or was refused is settled.
    """
    asked = [outcome.seconds for outcome in outcomes if isinstance(outcome, TryLater)]
    asked += [0.0 for outcome in outcomes if isinstance(outcome, Unknown)]
    return min(LONGEST_ASKED, max(min(LONGEST_WAIT, 2.0 ** min(attempt, 16)), *asked)) if asked else None


def describe(outcome: Outcome) -> str:
    """The outcome in the words of the trace. PURE."""
    match outcome:
        case Delivered():
            return "accepted"
        case Dead():
            return "dead token"
        case Refused(reason):
            return f"refused: {reason}"
        case TryLater(_, reason):
            return f"later: {reason}"
        case Unknown(reason):
            return f"unknown: {reason}"


def until(seconds: float | None) -> float:
    """In how many seconds to look again, where something is due in so many, or nothing is (None). PURE."""
    return SWEEP if seconds is None else max(SOON, seconds)


@dataclass(slots=True)
class Floor:
    """Where the next claim begins: just behind the last, and every so often at the very beginning."""

    last: datetime = LONG_AGO
    swept_at: datetime = LONG_AGO

    def begin(self, now: datetime) -> datetime:
        """The earliest due time worth looking at."""
        if abs((now - self.swept_at).total_seconds()) >= SWEEP:  # a clock may leap back
            self.swept_at = now
            return LONG_AGO
        return self.last - BEHIND

    def reached(self, due: Sequence[datetime]) -> None:
        """A claim took rows due at these times."""
        self.last = max([self.last, *due])


@dataclass(slots=True)
class DueCards:
    """A queue: what is due in one wallet and, at Google, with one issuer."""

    database: Database
    clock: Clock
    wallet: Literal["apple", "google", "web"]
    batch: int
    """Cards claimed at once."""
    lease: float
    """Seconds a worker has for a batch before another may take it over."""
    interval: float
    """Seconds until a card that changed again meanwhile is due again."""
    issuer: str = ""
    """At Google, whose cards."""
    restyled: bool = False
    """Only cards whose design changed, and nothing else; else only the others."""
    floor: Floor = field(default_factory=Floor)

    async def claim(self, tx: Transaction, most: int | None = None) -> Sequence[Row]:
        """The next batch, or `most` cards of it: card_id, seq, attempt of each."""
        queue = {"wallet": self.wallet, "issuer": self.issuer, "restyled": self.restyled}
        floor = self.floor.begin(self.clock.now())
        if floor == LONG_AGO:
            await tx.run(sql.CALL_BACK, queue | {"beyond": LONGEST_ASKED + self.lease + self.interval})
        wish = {"floor": floor, "most": self.batch if most is None else most, "lease": self.lease}
        due = await tx.all(sql.CLAIM_DUE, queue | wish)
        self.floor.reached([row.was_due_at for row in due])
        return due

    async def idle(self) -> float:
        """Seconds until something may be due."""
        async with self.database.read() as tx:
            row = await tx.first(sql.NEXT_DUE, {"wallet": self.wallet})
        return until(None if row is None else row.seconds)

    async def settle(
        self,
        tx: Transaction,
        due: Sequence[Row],
        waits: Sequence[float | None],
        seen: Mapping[str, int | None] | None = None,
    ) -> None:
        """Told, unless a card is to wait for another try (seconds), or has changed meanwhile.

        Meanwhile is since it was claimed or, where it was looked at later, since what was due had the `seen` number.
        """
        seen = seen or {}
        values = {
            "wallet": self.wallet,
            "cards": [row.card_id for row in due],
            "seqs": [seen.get(row.card_id) or row.seq for row in due],
            "waits": list(waits),
            "interval": self.interval,
        }
        await tx.run(sql.SETTLE_DUE, values)
