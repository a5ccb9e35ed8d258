"""One pace for all processes that ask a Google project: the seats of its second stand in a table, by its clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from wallet_service.cards import google_sql as sql
from wallet_service.database.seam import Database, Transaction
from wallet_service.errors import Unavailable
from wallet_service.wallets.sharing import WINDOW, Reserve, Share, share

LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SharedPace:
    """What all processes together may ask of Google projects."""

    database: Database
    per_s: int
    """Requests a second of each project; the same in every process."""

    def of(self, project: str) -> Reserve:
        """The shares of one project, for those who ask it."""
        return partial(self.reserve, project)

    async def reserve(self, project: str, most: int, urgent: bool) -> Share | None:
        """Book what may be sent now or, where a customer waits, in a moment; None while the database is away."""
        try:
            async with self.database.begin() as tx:
                return await self._book(tx, project, most, urgent=urgent)
        except Unavailable as trouble:
            LOG.warning("google is not asked: its pace cannot be known", project=project, why=trouble.detail)
            return None

    async def _book(self, tx: Transaction, project: str, most: int, *, urgent: bool) -> Share:
        await tx.run(sql.LOCK_PACE, {"project": project})
        seats = [f"{project}/{number}" for number in range(self.per_s)]
        rows = await tx.all(sql.PACE, {"names": [project, *seats]})
        ahead = {row.project: row.seconds for row in rows}
        seats.sort(key=lambda seat: ahead.get(seat, 0.0))
        booked = share([ahead.get(seat, 0.0) for seat in seats], ahead.get(project, 0.0), most, urgent=urgent)
        taken: Mapping[str, float] = dict.fromkeys(seats[: booked.requests], booked.wait + WINDOW)
        pause = {} if urgent else {project: booked.requests * WINDOW / self.per_s}
        if booked.requests:
            await tx.run(sql.BOOK, {"names": [*taken, *pause], "seconds": [*taken.values(), *pause.values()]})
        return booked
