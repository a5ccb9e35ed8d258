"""How far mass refreshes are: one frozen record for each, from one statement; for the command line and for metrics."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from wallet_service.cards import restyle_sql as sql
from wallet_service.database.seam import Transaction


class Phase(Enum):
    """What a mass refresh is doing."""

    RESTYLING = "restyling"
    TELLING = "telling"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the cards of a template are on their way to its newest version."""

    template_version_id: str
    brand_id: str
    template: str
    number: int
    cards: int
    """Living cards of older versions when it was published."""
    moved: int
    """Cards that have taken the new version."""
    passed: int
    """Cards whose phones, if there are any, have been told or are about to be; those that know already among them."""
    pushed: int
    """Those of them that were told because of this refresh, and no other change."""
    waiting: int
    """Cards of this version whose phones are about to be told, for whatever reason."""
    per_s: float
    """Cards a second whose phones are told."""
    started_at: datetime
    is_moved: bool
    """Whether all its cards have."""
    is_ended: bool
    """Whether all have been passed, or a newer version has superseded this one."""

    @property
    def phase(self) -> Phase:
        """What it is doing."""
        if self.is_ended and not self.waiting:
            return Phase.DONE
        return Phase.TELLING if self.is_moved else Phase.RESTYLING

    @property
    def told(self) -> int:
        """Cards whose phones, if there are any, have been told."""
        return max(self.passed - self.waiting, 0)

    @property
    def left(self) -> int:
        """Cards whose phones, if there are any, are yet to be told."""
        return self.waiting if self.is_ended else max(self.cards - self.told, 0)


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many cards on phones show their present version."""

    on_phones: int
    fetched: int


async def progress(tx: Transaction, per_s: float, brand_id: str | None = None) -> list[Progress]:
    """The latest refresh of each template, of one brand or of all; `per_s` is the pace where none was given."""
    rows = await tx.all(sql.PROGRESS, {"brand": brand_id, "per_s": per_s})
    return [Progress(*row) for row in rows]


async def fetched(tx: Transaction, template_version_id: str) -> Fetched:
    """How many phones have followed. Walks over all cards of the version: not for every second."""
    (row,) = await tx.all(sql.FETCHED, {"id": template_version_id})
    return Fetched(*row)
