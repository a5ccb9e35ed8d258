"""Cards in Google Wallet: entered when somebody wants one, and shown as they are now whenever they are due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wallet_service.cards import google_sql as sql
from wallet_service.cards.design import CardState, compose
from wallet_service.cards.due import DueCards, describe, next_wait
from wallet_service.cards.faces import Shelf, states
from wallet_service.cards.notices import Notice, balance_notice
from wallet_service.clock import Clock
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.outcomes import Delivered, Unknown
from wallet_service.settings import PushSettings
from wallet_service.wallets.seam import GoogleCard, ObjectWallet, Shown

BATCH = 10
"""Cards read and sent at once: half of what Google takes in a second, so that what is sent is never old."""


@dataclass(frozen=True, slots=True)
class SaveLinks:
    """Makes the links that put cards into Google Wallet, at the click."""

    database: Database
    shelf: Shelf
    wallet: ObjectWallet

    async def offered(self, state: CardState) -> bool:
        """Whether the card's brand has an issuer at Google."""
        async with self.database.read() as tx:
            return await _issuer_of(tx, state.serial) is not None

    async def make(self, state: CardState) -> str | None:
        """The link of this card; None where its brand has no issuer. Raises what `ObjectWallet.save_link` does.

        The card is entered first and looked at then, so that no change is missed in between.
        """
        async with self.database.begin() as tx:
            found = await _issuer_of(tx, state.serial)
            if found is None:
                return None
            names = self.wallet.names(found.issuer, found.template, state.serial)
            values = {"card": state.serial, "issuer": found.issuer}
            await tx.run(sql.ENTER, values | {"object": names.object_id, "class": names.class_id})
        async with self.database.read() as tx:
            (present,) = await states(tx, [state.serial])
            state = present or state
            card = await _google_card(tx, self.shelf, found.issuer, found.template, state)
        link = await self.wallet.save_link(card)
        async with self.database.begin() as tx:
            shown = {"card": state.serial, "version": state.version, "balance": state.holder.balance}
            await tx.run(sql.INSERTED, shown)
        return link


@dataclass(slots=True)
class GoogleTelling:
    """The drain of cards that are due at Google: each object shows what is true at that moment, or will be tried again."""

    database: Database
    wallet: ObjectWallet
    clock: Clock
    settings: PushSettings
    shelf: Shelf = field(default_factory=Shelf)
    _due: DueCards = field(init=False)

    def __post_init__(self) -> None:
        """Google's part of the queue."""
        self._due = DueCards(self.database, self.clock, "google", BATCH, self.settings.lease, interval=0.0)

    async def take(self) -> float:
        """Show one batch; in how many seconds to look again."""
        async with self.database.singly() as tx:
            due = await self._due.claim(tx)
        if not due:
            return await self._due.idle()
        wishes = await self._wishes([row.card_id for row in due])
        shown = await self.wallet.show([wish.card for wish in wishes.values()])
        told = dict(zip(wishes, shown, strict=True))
        async with self.database.begin() as tx:
            if told:
                await tx.run(sql.NOTE_SHOWN, _as_told(wishes, told) | {"now": tx.now})
        async with self.database.singly() as tx:
            waits = [
                next_wait([told[row.card_id].outcome], row.attempt) if row.card_id in told else None for row in due
            ]
            await self._due.settle(tx, due, waits)
        return 0.0

    async def _wishes(self, card_ids: Sequence[str]) -> Mapping[str, "Wish"]:
        """What each object should show now."""
        async with self.database.read() as tx:
            objects: dict[str, Row] = {row.card_id: row for row in await tx.all(sql.OBJECTS, {"cards": list(card_ids)})}
            present = [state for state in await states(tx, list(objects)) if state is not None]
            return {state.serial: await self._wish(tx, state, objects[state.serial]) for state in present}

    async def _wish(self, tx: Transaction, state: CardState, kept: Row) -> "Wish":
        notice = balance_notice(kept.shown_balance, state.holder.balance, kept.notices, tx.now)
        card = await _google_card(tx, self.shelf, kept.issuer_id, kept.template, state)
        return Wish(replace(card, notify=notice is Notice.GIVEN), state, notice)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an object should show, and whether its owner is to be told."""

    card: GoogleCard
    state: CardState
    notice: Notice

    def notified(self, shown: Shown) -> bool:
        """Whether a notice is to be counted: one that may have gone out is."""
        return self.notice is Notice.GIVEN and not shown.silent and isinstance(shown.outcome, Delivered | Unknown)

    def told(self, shown: Shown) -> str:
        """What became of it, in the words of the trace."""
        return "; ".join(filter(None, (describe(shown.outcome), Notice.USED_UP if shown.silent else self.notice)))


def _as_told(wishes: Mapping[str, Wish], told: Mapping[str, Shown]) -> dict[str, Any]:
    arrived = {card: isinstance(shown.outcome, Delivered) for card, shown in told.items()}
    return {
        "cards": list(told),
        "outcomes": [wishes[card].told(shown) for card, shown in told.items()],
        "versions": [wishes[card].state.version if arrived[card] else None for card in told],
        "balances": [wishes[card].state.holder.balance if arrived[card] else None for card in told],
        "notified": [wishes[card].notified(shown) for card, shown in told.items()],
    }


async def _issuer_of(tx: Transaction, card_id: str) -> Row | None:
    row = await tx.first(sql.ISSUER_OF, {"card": card_id})
    return row if row is not None and row.issuer is not None else None


async def _google_card(tx: Transaction, shelf: Shelf, issuer: str, template: str, state: CardState) -> GoogleCard:
    designs = await shelf.designs(tx, state.template_version_id)
    style = await shelf.style(tx, state.template_version_id, state.holder.language)
    return GoogleCard(issuer, template, designs, compose(style, state))
