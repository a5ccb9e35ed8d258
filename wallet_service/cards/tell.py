"""Tell phones that their cards changed: drain `push_due`, wake each device once, write what became of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from wallet_service.cards import devices_sql as sql
from wallet_service.clock import Clock
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown
from wallet_service.settings import PushSettings
from wallet_service.wallets.seam import Wake, Wallet

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
class Telling:
    """The drain of `push_due`."""

    database: Database
    wallet: Wallet
    clock: Clock
    settings: PushSettings
    floor: Floor = field(default_factory=Floor)
    noted: Callable[[Sequence[Outcome]], object] = len
    """Told the outcomes of every batch, for whoever counts them."""

    async def take(self) -> float:
        """Tell one batch of changed cards; in how many seconds to look again."""
        due, listeners = await self._claim()
        if not due:
            return await self._idle()
        told = await self._wake(listeners)
        await self._settle(due, listeners, told)
        return 0.0

    async def _claim(self) -> tuple[Sequence[Row], Sequence[Row]]:
        floor = self.floor.begin(self.clock.now())
        async with self.database.singly() as tx:
            values = {"floor": floor, "most": self.settings.batch, "lease": self.settings.lease}
            if floor == LONG_AGO:
                await tx.run(sql.CALL_BACK, {"beyond": LONGEST_ASKED + self.settings.lease + self.settings.interval})
            due = await tx.all(sql.CLAIM_DUE, values)
            listeners = await tx.all(sql.LISTENERS, {"cards": [row.card_id for row in due]}) if due else ()
        self.floor.reached([row.was_due_at for row in due])
        return due, listeners

    async def _idle(self) -> float:
        async with self.database.read() as tx:
            row = await tx.first(sql.NEXT_DUE)
        return SWEEP if row is None or row.seconds is None else max(SOON, row.seconds)

    async def _wake(self, listeners: Sequence[Row]) -> Mapping[Wake, Outcome]:
        """One push for each token and pass type, however many cards it stands for."""
        wakes = list({Wake(row.pass_type, row.push_token) for row in listeners})
        outcomes = await self.wallet.publish(wakes)
        self.noted(outcomes)
        return dict(zip(wakes, outcomes, strict=True))

    async def _settle(self, due: Sequence[Row], listeners: Sequence[Row], told: Mapping[Wake, Outcome]) -> None:
        outcomes: dict[str, list[Outcome]] = defaultdict(list)
        for row in listeners:
            outcomes[row.card_id].append(told[Wake(row.pass_type, row.push_token)])
        await self._forget_dead(told)
        async with self.database.singly() as tx:
            if listeners:
                await _note_told(tx, listeners, told)
            await tx.run(
                sql.SETTLE_DUE,
                {
                    "cards": [row.card_id for row in due],
                    "seqs": [row.seq for row in due],
                    "waits": [next_wait(outcomes[row.card_id], row.attempt) for row in due],
                    "interval": self.settings.interval,
                },
            )

    async def _forget_dead(self, told: Mapping[Wake, Outcome]) -> None:
        """In a transaction of its own: it locks all cards of a token, not only those of the batch."""
        dead = [(wake, outcome.since_ms) for wake, outcome in told.items() if isinstance(outcome, Dead)]
        if dead:
            values = {
                "types": [wake.pass_type for wake, _ in dead],
                "tokens": [wake.push_token for wake, _ in dead],
                "since": [since and datetime.fromtimestamp(since / 1000, UTC) for _, since in dead],
            }
            async with self.database.begin() as tx:
                await tx.run(sql.FORGET_DEAD, values)


async def _note_told(tx: Transaction, listeners: Sequence[Row], told: Mapping[Wake, Outcome]) -> None:
    values = {
        "devices": [row.device_id for row in listeners],
        "cards": [row.card_id for row in listeners],
        "versions": [row.version for row in listeners],
        "outcomes": [describe(told[Wake(row.pass_type, row.push_token)]) for row in listeners],
    }
    await tx.run(sql.NOTE_TOLD, values)
