"""The pace of a mass refresh: the phones of restyled cards are told some a second, so that they do not all come at once."""

from dataclasses import dataclass

from wallet_service.cards import restyle_sql as sql
from wallet_service.cards.facts import CardsChanged
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.settings import PushSettings

IDLE = 60.0
"""Seconds between two looks: the end of a restyling wakes this drain, so it need hardly look by itself."""

TICK = 0.1
"""Least seconds between two looks of one worker: at a high pace, several cards are due at each."""

BESIDE = 1.0
"""Most seconds between two looks while cards wait: another worker, who may die, can be at them."""

UNUSED = 1.0
"""Seconds of pace that can be made up for: what an outage has held up longer does not come as a flood."""

MOST = 1000
"""Most cards due at once."""

WALK = 500
"""Most cards looked at for a phone that is behind, unless more are due at once."""


@dataclass(frozen=True, slots=True)
class Ration:
    """How many cards may be told now, and what that costs."""

    cards: int
    unused: float
    """Seconds of the pace not yet used."""
    per_s: float

    def next_in(self, used: int) -> float:
        """In how many seconds the next card may be told, when so many have been; negative if it may be already."""
        return used / self.per_s - self.unused


def ration(since: float, per_s: float) -> Ration:
    """What is due `since` seconds after the time at which the next card was due, at so many a second. PURE.

    A negative time is none: the clock of the database has leapt back.
    """
    unused = min(max(since, 0.0), UNUSED)
    return Ration(min(int(unused * per_s) + 1, MOST), unused, per_s)


@dataclass(frozen=True, slots=True)
class Pacing:
    """The drain of restyled cards whose phones have not been told. The clock stands in the table, for all workers."""

    database: Database
    settings: PushSettings

    async def take(self) -> float:
        """Let the next cards be told; in how many seconds to look again."""
        async with self.database.begin() as tx:
            refresh = await tx.first(sql.NEXT_PACE, {"per_s": self.settings.refresh_per_s})
            if refresh is None:
                return await _wait(tx)
            due = ration(refresh.since, refresh.per_s)
            next_in = await self._pass(tx, refresh, due)
        return 0.0 if next_in <= 0.0 else TICK

    async def _pass(self, tx: Transaction, refresh: Row, due: Ration) -> float:
        values = {"id": refresh.id, "after": refresh.passed_to, "most": due.cards, "walk": max(WALK, due.cards)}
        (passed,) = await tx.all(sql.PASS, values | {"interval": self.settings.interval})
        if not passed.cards:
            await tx.run(sql.END, {"id": refresh.id})
            return 0.0
        next_in = due.next_in(len(passed.due))
        note = {"cards": passed.cards, "reached": passed.reached, "pushed": len(passed.due), "next_in": next_in}
        await tx.run(sql.NOTE_PASSED, {"id": refresh.id} | note)
        if passed.due:
            tx.record(CardsChanged())
        return next_in


async def _wait(tx: Transaction) -> float:
    (soonest,) = await tx.all(sql.WAIT)
    return IDLE if soonest.seconds is None else min(max(TICK, soonest.seconds), BESIDE)
