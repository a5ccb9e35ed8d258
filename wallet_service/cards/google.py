"""Cards in Google Wallet: entered when somebody wants one, and shown as they are now whenever they are due."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from wallet_service.cards import google_sql as sql
from wallet_service.cards.announcing import Change
from wallet_service.cards.design import CardState
from wallet_service.cards.due import SOON, DueCards, describe, next_wait, until
from wallet_service.cards.faces import Shelf, face, states
from wallet_service.cards.notices import Notice, balance_notice
from wallet_service.clock import Clock
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import Unavailable
from wallet_service.outcomes import Delivered, Outcome, Unknown
from wallet_service.settings import PushSettings
from wallet_service.wallets.seam import GoogleCard, ObjectWallet, Shown

BATCH = 10
"""Cards read and sent at once: half of what Google takes in a second, so that what is sent is never old."""

AT_MOST = 1.0
"""Seconds that a link which was given up may take to say so."""


@dataclass(frozen=True, slots=True)
class Queues:
    """What is due at one issuer: cards whose design alone has changed go behind all others."""

    changed: DueCards
    restyled: DueCards

    async def claim(self, tx: Transaction) -> Sequence[Row]:
        """The next batch."""
        due = await self.changed.claim(tx)
        return due if len(due) == BATCH else [*due, *await self.restyled.claim(tx, BATCH - len(due))]


@dataclass(frozen=True, slots=True)
class Wish:
    """What an object should show, and whether its owner is to be told."""

    card: GoogleCard
    state: CardState
    class_id: str
    """Where Google finds its look."""
    notice: Notice
    seq: int | None
    """Of what is due: a change after this look makes it another. None: somebody else has settled it."""

    def notified(self, shown: Shown) -> bool:
        """Whether a notice is to be counted: one that may have gone out is."""
        return self.notice is Notice.GIVEN and not shown.silent and isinstance(shown.outcome, Delivered | Unknown)

    def told(self, shown: Shown) -> str:
        """What became of it, in the words of the trace."""
        return "; ".join(filter(None, (describe(shown.outcome), Notice.USED_UP if shown.silent else self.notice)))


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
            tier = await self.shelf.look(tx, found.newest, state.tier)
            names = self.wallet.names(found.issuer, found.template, state.serial, tier)
            values = {"card": state.serial, "issuer": found.issuer}
            await tx.run(sql.ENTER, values | {"object": names.object_id, "class": names.class_id})
        async with self.database.read() as tx:
            (present,) = await states(tx, [state.serial])
            state = present or state
            card = await _google_card(tx, self.shelf, found.issuer, found, state)
        try:
            link = await self.wallet.save_link(card)
        except BaseException:  # given up by the customer, too: nobody knows which face Google has now
            await self._show_again({"card": state.serial, "issuer": found.issuer})
            raise
        shown = {"card": state.serial, "version": state.version, "balance": state.holder.balance}
        of_class = self.wallet.names(card.issuer, card.template, state.serial, card.tier).class_id
        async with self.database.begin() as tx:
            await tx.run(sql.INSERTED, shown | {"template": state.template_version_id, "class": of_class})
        return link

    async def _show_again(self, card: Mapping[str, str]) -> None:
        """Somebody waits: without the database, the card's next change must do."""
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(AT_MOST), self.database.begin() as tx:
                await tx.run(sql.GIVEN_UP, card)


@dataclass(slots=True)
class GoogleTelling:
    """The drain of cards that are due at Google: each object shows what is true at that moment, or will be tried again.

    Each issuer has queues of its own, so that no brand waits for another's project; in any number of lanes.
    """

    database: Database
    wallet: ObjectWallet
    clock: Clock
    settings: PushSettings
    shelf: Shelf = field(default_factory=Shelf)
    noted: Callable[[Sequence[Outcome]], object] = len
    """Told the outcomes of every batch, for whoever counts them."""
    _queues: dict[str, Queues] = field(default_factory=dict)
    _in_hand: set[str] = field(default_factory=set)
    """Issuers whose batch is under way."""
    _turns: dict[str, int] = field(default_factory=dict)
    """When each issuer was served last, as the number of that turn."""

    async def take(self) -> float:
        """Show one batch of one issuer; in how many seconds to look again."""
        async with self.database.read() as tx:
            seconds = {row.issuer_id: row.seconds for row in await tx.all(sql.QUEUES) if row.seconds is not None}
        free = {issuer: wait for issuer, wait in seconds.items() if issuer not in self._in_hand}
        issuer = min((one for one, wait in free.items() if wait <= 0.0), key=self._last_turn, default=None)
        if issuer is None:
            return until(min(free.values(), default=None))
        self._turns[issuer] = max(self._turns.values(), default=0) + 1
        self._in_hand.add(issuer)
        try:
            return await self._serve(issuer)
        finally:
            self._in_hand.remove(issuer)

    def _last_turn(self, issuer: str) -> int:
        return self._turns.get(issuer, 0)

    async def _serve(self, issuer: str) -> float:
        queues = self._queues.setdefault(issuer, self._open(issuer))
        async with self.database.singly() as tx:
            due = await queues.claim(tx)
        if not due:
            return SOON
        wishes: dict[str, Wish] = {}

        async def present(serials: Sequence[str]) -> Sequence[GoogleCard]:
            fresh = await self._wishes(issuer, serials)
            wishes.update(fresh)
            return [wish.card for wish in fresh.values()]

        shown = await self.wallet.show(issuer, [row.card_id for row in due], present)
        self.noted([each.outcome for each in shown.values()])
        await self._note(queues, due, wishes, shown)
        return 0.0

    def _open(self, issuer: str) -> Queues:
        mine = partial(DueCards, self.database, self.clock, "google", BATCH, self.settings.lease, 0.0, issuer)
        return Queues(mine(restyled=False), mine(restyled=True))

    async def _note(
        self, queues: Queues, due: Sequence[Row], wishes: Mapping[str, Wish], shown: Mapping[str, Shown]
    ) -> None:
        async with self.database.begin() as tx:
            if shown:
                await tx.run(sql.NOTE_SHOWN, _as_told(wishes, shown) | {"now": tx.now})
        waits = [next_wait([shown[row.card_id].outcome], row.attempt) if row.card_id in shown else None for row in due]
        seen = {card: wish.seq for card, wish in wishes.items()}
        async with self.database.singly() as tx:
            await queues.changed.settle(tx, due, waits, seen)

    async def _wishes(self, issuer: str, card_ids: Sequence[str]) -> Mapping[str, Wish]:
        """What each object should show now."""
        async with self.database.read() as tx:
            objects: dict[str, Row] = {row.card_id: row for row in await tx.all(sql.OBJECTS, {"cards": list(card_ids)})}
            present = [state for state in await states(tx, list(objects)) if state is not None]
            return {state.serial: await self._wish(tx, issuer, state, objects[state.serial]) for state in present}

    async def _wish(self, tx: Transaction, issuer: str, state: CardState, kept: Row) -> Wish:
        style = await self.shelf.style(tx, state.template_version_id, state.holder.language, state.tier)
        shown, balance, announced = kept.shown_balance, state.holder.balance, Change.BALANCE in style.announce
        notice = balance_notice(shown, balance, kept.notices, tx.now, announced=announced)
        card = await _google_card(tx, self.shelf, issuer, kept, state)
        names = self.wallet.names(issuer, card.template, state.serial, card.tier)
        former = kept.shown_template
        if former not in {None, state.template_version_id}:
            before = replace(state, template_version_id=former)
            card = replace(card, formerly=await face(tx, self.shelf, before))
        card = replace(card, notify=notice is Notice.GIVEN)
        return Wish(card, state, names.class_id, notice, kept.seq)


async def _issuer_of(tx: Transaction, card_id: str) -> Row | None:
    row = await tx.first(sql.ISSUER_OF, {"card": card_id})
    return row if row is not None and row.issuer is not None else None


async def _google_card(tx: Transaction, shelf: Shelf, issuer: str, template: Row, state: CardState) -> GoogleCard:
    """The card, and its class in the newest version, which cards that are still to be restyled share with the others."""
    tier = await shelf.look(tx, template.newest, state.tier)
    designs = await shelf.designs(tx, template.newest, tier)
    return GoogleCard(issuer, template.template, designs, await face(tx, shelf, state), tier=tier)


def _as_told(wishes: Mapping[str, Wish], shown: Mapping[str, Shown]) -> dict[str, Any]:
    told = [(wishes.get(card), each) for card, each in shown.items()]
    arrived = [wish if isinstance(each.outcome, Delivered) else None for wish, each in told]
    return {
        "cards": list(shown),
        "outcomes": [wish.told(each) if wish else describe(each.outcome) for wish, each in told],
        "versions": [wish and wish.state.version for wish in arrived],
        "templates": [wish and wish.state.template_version_id for wish in arrived],
        "classes": [wish and wish.class_id for wish in arrived],
        "balances": [wish and wish.state.holder.balance for wish in arrived],
        "notified": [wish is not None and wish.notified(each) for wish, each in told],
        "refused": [each.refused for _, each in told],
    }
