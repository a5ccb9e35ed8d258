"""What the doors share: the service, its grouped writes and reads, and who may come in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from wallet_service.cards.design import CardState
from wallet_service.cards.devices import Changes, Glance, Question, changed_since, glance
from wallet_service.cards.faces import Faces, Shelf, states
from wallet_service.cards.google_callbacks import our_issuers
from wallet_service.database.seam import Database, Transaction
from wallet_service.engine.grouping import Grouped
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.service import Service
from wallet_service.web.callers import Callers
from wallet_service.web.guesses import Guesses
from wallet_service.web.render import render_posting
from wallet_service.web.render_purchases import render_purchase
from wallet_service.web.writes import Writes

In = TypeVar("In")
Out = TypeVar("Out")

READING_FLIGHTS = 2
"""Batches of look-ups under way at once: one travels while the other is answered."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything a request may need."""

    service: Service
    faces: Faces
    glance: Grouped[str, Glance | None]
    """Whether a phone already shows a card; look-ups of the same moment share one statement."""
    look: Grouped[str, CardState | None]
    """The whole state of a card; likewise."""
    ask: Grouped[Question, Changes]
    """What changed for a device; likewise."""
    issuers: Grouped[None, frozenset[str]]
    """Which Google issuers are ours; likewise."""
    writes: Writes
    callers: Callers
    rulebooks: Rulebooks
    guesses: Guesses = field(default_factory=Guesses)
    """Wrong codes that keys have shown."""

    @classmethod
    def of(cls, service: Service) -> Self:
        """The doors of a service."""
        faces, rulebooks = Faces(service.database, Shelf(), service.wallet), Rulebooks()
        waiting = service.settings.limits.waiting

        def grouped(read: Callable[[Transaction, Sequence[In]], Awaitable[Sequence[Out]]]) -> Grouped[In, Out]:
            async def in_one_statement(items: Sequence[In]) -> Sequence[Out]:
                async with service.database.read() as tx:
                    return await read(tx, items)

            return Grouped(in_one_statement, flights=READING_FLIGHTS, waiting=waiting)

        doors = cls(
            service,
            faces,
            grouped(glance),
            grouped(states),
            grouped(changed_since),
            grouped(our_issuers),
            Writes.to(service.database, service.settings.limits, rulebooks, render_posting, render_purchase),
            Callers(service.database),
            rulebooks,
        )
        for name, group in (doors.reads() | doors.writes.groups()).items():
            service.metrics.watch_group(name, group)
        return doors

    def reads(self) -> dict[str, Grouped[Any, Any]]:
        """The queues of look-ups by their names."""
        return {"glance": self.glance, "look": self.look, "ask": self.ask, "issuers": self.issuers}

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.service.database

    async def aclose(self) -> None:
        """Let what waits be written."""
        await self.writes.aclose()
        for group in self.reads().values():
            await group.aclose()
