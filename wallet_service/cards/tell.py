"""Tell phones that their cards changed: drain `push_due`, wake each device once, write what became of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wallet_service.cards import devices_sql as sql
from wallet_service.cards.due import DueCards, describe, next_wait
from wallet_service.clock import Clock
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.outcomes import Dead, Outcome
from wallet_service.settings import PushSettings
from wallet_service.wallets.seam import Wake, Wallet


@dataclass(slots=True)
class Telling:
    """The drain of `push_due`."""

    database: Database
    wallet: Wallet
    clock: Clock
    settings: PushSettings
    noted: Callable[[Sequence[Outcome]], object] = len
    """Told the outcomes of every batch, for whoever counts them."""
    _due: DueCards = field(init=False)

    def __post_init__(self) -> None:
        """Apple's part of the queue."""
        wish = self.settings
        self._due = DueCards(self.database, self.clock, "apple", wish.batch, wish.lease, wish.interval)

    async def take(self) -> float:
        """Tell one batch of changed cards; in how many seconds to look again."""
        due, listeners = await self._claim()
        if not due:
            return await self._due.idle()
        told = await self._wake(listeners)
        await self._settle(due, listeners, told)
        return 0.0

    async def _claim(self) -> tuple[Sequence[Row], Sequence[Row]]:
        async with self.database.singly() as tx:
            due = await self._due.claim(tx)
            return due, await tx.all(sql.LISTENERS, {"cards": [row.card_id for row in due]}) if due else ()

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
            await self._due.settle(tx, due, [next_wait(outcomes[row.card_id], row.attempt) for row in due])

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
