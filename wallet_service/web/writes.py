"""The hot writes of one process, grouped: whoever writes at the same moment shares one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self, TypeVar

from wallet_service.cards.devices import (
    Asked,
    Fetched,
    Registered,
    Registration,
    note_asked,
    note_fetched,
    note_handed,
    register_devices,
)
from wallet_service.database.seam import Database, Transaction
from wallet_service.engine.grouping import Grouped
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.ledger.balances import Posting, Render, post_entries
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.sales.purchases import Render as RenderPurchase
from wallet_service.loyalty.sales.purchases import record_purchases
from wallet_service.loyalty.sales.receipts import Receipt
from wallet_service.settings import LimitSettings

In = TypeVar("In")
Out = TypeVar("Out")


FULL = 500
"""Submissions of one transaction."""

POSTING_FLIGHTS = 2
"""A full batch need not wait for another: one is decided while the database writes the other. Batches that are not full
rather wait and grow, since each costs the same statements."""


@dataclass(frozen=True, slots=True)
class Writes:
    """One queue for each kind of hot write. Replies come after the commit."""

    postings: Grouped[Posting, Reply]
    purchases: Grouped[Receipt, Reply]
    registrations: Grouped[Registration, Registered]
    asked: Grouped[Asked, None]
    fetched: Grouped[Fetched, None]
    handed: Grouped[tuple[str, int], None]

    @classmethod
    def to(
        cls,
        database: Database,
        limits: LimitSettings,
        rulebooks: Rulebooks,
        render: Render,
        render_purchase: RenderPurchase,
    ) -> Self:
        """Queues that write to this database; answers that are kept with idempotency keys are worded by these."""

        def grouped(
            write: Callable[[Transaction, Sequence[In]], Awaitable[Sequence[Out]]], flights: int = 1
        ) -> Grouped[In, Out]:
            async def in_one_transaction(items: Sequence[In]) -> Sequence[Out]:
                async with database.begin() as tx:
                    return await write(tx, items)

            return Grouped(in_one_transaction, most=FULL, waiting=limits.waiting, flights=flights, queue=FULL)

        def traced(note: Callable[[Transaction, Sequence[In]], Awaitable[Sequence[Out]]]) -> Grouped[In, Out]:
            async def in_one_statement(items: Sequence[In]) -> Sequence[Out]:
                async with database.singly() as tx:
                    return await note(tx, items)

            return Grouped(in_one_statement, most=FULL, waiting=limits.waiting)

        return cls(
            postings=grouped(lambda tx, items: post_entries(tx, items, render), POSTING_FLIGHTS),
            purchases=grouped(
                lambda tx, items: record_purchases(tx, rulebooks, items, render_purchase), POSTING_FLIGHTS
            ),
            registrations=grouped(lambda tx, items: register_devices(tx, items, limits.devices_per_card)),
            asked=traced(note_asked),
            fetched=traced(note_fetched),
            handed=traced(note_handed),
        )

    def groups(self) -> dict[str, Grouped[Any, Any]]:
        """The queues by their names."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    async def aclose(self) -> None:
        """Write what still waits."""
        for group in self.groups().values():
            await group.aclose()
