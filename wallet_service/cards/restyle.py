"""The drain of cards that still have an older version of their template: each moves to the newest, some at a time."""

from dataclasses import dataclass, field
from typing import Any

from wallet_service.cards import restyle_sql as sql
from wallet_service.cards.faces import Shelf
from wallet_service.cards.facts import CardsRestyled
from wallet_service.database.seam import Database, Row, Transaction

IDLE = 60.0
"""Seconds between two looks: publishing wakes this drain, so it need hardly look by itself."""

BESIDE = 1.0
"""Seconds between two looks while another worker is at it, who may die."""

CHUNK = 250
"""Cards moved in one transaction: small, so that nobody waits long for the lock of the pass type."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next chunk begins: cards of `old`, behind this id, are to take `new`."""

    new: str
    old: str
    after: str = ""


@dataclass(slots=True)
class Restyling:
    """The drain. How far it is stands in the cards; the place only spares it a walk over those that have moved."""

    database: Database
    chunk: int = CHUNK
    shelf: Shelf = field(default_factory=Shelf)
    place: Place | None = None

    async def take(self) -> float:
        """Move one chunk; in how many seconds to look again."""
        async with self.database.begin() as tx:
            new = await tx.first(sql.NEXT_MOVE)
            if new is None:
                return await _idle(tx)
            place = await self._find(tx, new)
            if place is None:
                await tx.run(sql.ALL_MOVED, {"id": new.id})
                tx.record(CardsRestyled(new.id))
            else:
                self.place = await self._move(tx, place)
        return 0.0

    async def _find(self, tx: Transaction, new: Row) -> Place | None:
        if self.place is not None and self.place.new == new.id:
            return self.place
        behind = {"brand": new.brand_id, "name": new.name, "number": new.number}
        old = await tx.first(sql.BEHIND, behind)
        return Place(new.id, old.id) if old else None

    async def _move(self, tx: Transaction, place: Place) -> Place | None:
        """Move the cards at this place; the next one, if it is known to have any."""
        where = {"to": place.new, "old": place.old, "after": place.after, "most": self.chunk}
        (moved,) = await tx.all(sql.MOVE, where | await self._news(tx, place) | {"now": tx.now})
        await tx.run(sql.NOTE_MOVED, {"id": place.new, "cards": moved.cards})
        return Place(place.new, place.old, moved.last) if moved.cards == self.chunk else None

    async def _news(self, tx: Transaction, place: Place) -> dict[str, Any]:
        """To whom it is news: an edit of one language, or one tier, is none to the others."""
        news = await self.shelf.news(tx, place.old, place.new)
        seen = [f"{looks.language}/{looks.tier}" for looks in news.seen]
        return {"everyone": news.is_everyones, "tags": list(news.languages), "tiers": list(news.tiers), "news": seen}


async def _idle(tx: Transaction) -> float:
    if await tx.run(sql.CATCH_UP):
        return 0.0
    return BESIDE if await tx.all(sql.MOVING) else IDLE
