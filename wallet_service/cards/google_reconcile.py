"""What lost callbacks would have told: once a night, Google is asked which cards are in somebody's wallet.

Google delivers a callback for about a minute. Whatever is saved or removed while we cannot be reached is not told again,
but stands in the objects.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from wallet_service.cards import google_reconcile_sql as sql
from wallet_service.cards.due import SOON, describe, next_wait
from wallet_service.clock import Clock
from wallet_service.database.seam import Database, Row
from wallet_service.outcomes import Outcome
from wallet_service.wallets.holding import HolderPage, Holders

LOG = structlog.get_logger()

BEGINS = timedelta(hours=2, minutes=30)
"""When a night's walk begins, by UTC. Where nobody worked then, it begins as soon as somebody does."""

TRUSTED = timedelta(hours=1)
"""How old what a callback told must be to be doubted: one that is on its way, or an answer that lags, does no harm."""

IDLE = 3600.0
"""Most seconds between two looks: the clockwork wakes this drain, so it need hardly look by itself."""

LEASE = 60.0
"""Seconds that a worker has for a page before another may take it over."""


@dataclass(slots=True)
class GoogleReconciling:
    """The drain of the walk over all classes, a page at a time, by turns: an issuer in trouble holds up no other."""

    database: Database
    holders: Holders
    clock: Clock
    noted: Callable[[Sequence[str]], object] = len
    """Told of each page which events no callback had told, for whoever counts them."""
    night: date = date.min
    """The night that this process knows to have begun."""

    async def take(self) -> float:
        """Compare one page; in how many seconds to look again."""
        await self._begin(night_of(self.clock.now()))
        async with self.database.begin() as tx:
            place, asked_at = await tx.first(sql.CLAIM, {"lease": LEASE}), tx.now
        if place is None:
            return await self._idle()
        page = await self.holders(place.issuer_id, place.class_id, place.page)
        if isinstance(page, HolderPage):
            await self._correct(place, page, asked_at)
        else:
            await self._put_off(place, page)
        return 0.0

    async def _begin(self, night: date) -> None:
        """Let every class that has cards be walked, once in a night, whichever process comes first."""
        if night != self.night:
            async with self.database.begin() as tx:
                await tx.run(sql.BEGIN, {"night": night})
            self.night = night

    async def _correct(self, place: Row, page: HolderPage, asked_at: datetime) -> None:
        answer = {"objects": list(page.held), "held": list(page.held.values()), "issuer": place.issuer_id}
        async with self.database.begin() as tx:
            wrong = await tx.all(sql.CORRECT, answer | {"asked_at": asked_at, "doubtful": asked_at - TRUSTED})
            await tx.run(sql.TURN_PAGE, _at(place) | {"following": page.following})
        self.noted([row.event for row in wrong])

    async def _put_off(self, place: Row, outcome: Outcome) -> None:
        """Try again, for as long as the night lasts; what Google refuses is left to the next night."""
        LOG.warning("google does not say who holds its cards", issuer=place.issuer_id, why=describe(outcome))
        async with self.database.begin() as tx:
            await tx.run(sql.PUT_OFF, _at(place) | {"wait": next_wait([outcome], place.attempt)})

    async def _idle(self) -> float:
        async with self.database.read() as tx:
            row = await tx.first(sql.WAIT)
        return IDLE if row is None or row.seconds is None else min(max(SOON, row.seconds), IDLE)


def night_of(now: datetime) -> date:
    """The night that has begun last. PURE."""
    return (now - BEGINS).date()


def _at(place: Row) -> dict[str, object]:
    return {"class": place.class_id, "night": place.night, "page": place.page}
