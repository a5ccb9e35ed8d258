"""What the doors share: the service, its grouped writes and reads, and who may come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from wallet_service.cards.design import CardState
from wallet_service.cards.devices import Changes, Question, changed_since
from wallet_service.cards.faces import Faces, Shelf
from wallet_service.database.seam import Database
from wallet_service.engine.grouping import Grouped
from wallet_service.service import Service
from wallet_service.web.callers import Callers
from wallet_service.web.render import render_posting
from wallet_service.web.writes import Writes

READING_FLIGHTS = 2
"""Batches of look-ups under way at once: one travels while the other is answered."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything a request may need."""

    service: Service
    faces: Faces
    look: Grouped[str, CardState | None]
    """The state of a card; look-ups of the same moment share one statement."""
    ask: Grouped[Question, Changes]
    """What changed for a device; likewise."""
    writes: Writes
    callers: Callers

    @classmethod
    def of(cls, service: Service) -> Self:
        """The doors of a service."""
        faces = Faces(service.database, Shelf(), service.wallet)
        waiting = service.settings.limits.waiting

        async def changes(questions: Sequence[Question]) -> Sequence[Changes]:
            async with service.database.read() as tx:
                return await changed_since(tx, questions)

        return cls(
            service,
            faces,
            Grouped(faces.look, flights=READING_FLIGHTS, waiting=waiting),
            Grouped(changes, flights=READING_FLIGHTS, waiting=waiting),
            Writes.to(service.database, service.settings.limits, render_posting),
            Callers(service.database),
        )

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.service.database

    async def aclose(self) -> None:
        """Let what waits be written."""
        await self.writes.aclose()
        await self.look.aclose()
        await self.ask.aclose()
