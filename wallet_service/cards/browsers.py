"""Browsers that show a web card: each is told of a new balance once, in the words of the card's lock-screen message."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter

from wallet_service.cards import browsers_sql as sql
from wallet_service.cards.announcing import Change
from wallet_service.cards.design import CardState
from wallet_service.cards.due import DueCards, describe, next_wait
from wallet_service.cards.faces import Shelf, face, states
from wallet_service.cards.numerals import locale_of
from wallet_service.channels.seam import Address, Channel, Message
from wallet_service.channels.web_subscription import Subscription
from wallet_service.clock import Clock
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused
from wallet_service.settings import PushSettings
from wallet_service.wallets.looks import look_of

MOST = 10
"""Browsers of one card: beyond it, the one that subscribed first makes room."""

BATCH = 20
"""Cards told at once: should all their browsers' push services be silent, that ends before the lease does."""

DAY = 86_400
"""Seconds for which a balance is worth telling."""

NO_WEB_PUSH = Refused("web push is not set up")


@dataclass(frozen=True, slots=True)
class BrowserDesk:
    """Keeps which browsers want to be told of which card."""

    database: Database
    public_key: str
    """Our VAPID key as browsers want it."""

    async def keep(self, card: CardState, subscription: Subscription) -> None:
        """Tell this browser of every balance but the present one; again is no harm."""
        browser = {"card": card.serial, "endpoint": subscription.endpoint}
        async with self.database.begin() as tx:
            await tx.run(sql.LOCK_CARDS, {"cards": [card.serial]})
            await tx.run(sql.MAKE_ROOM, browser | {"most": MOST})
            await tx.run(sql.SUBSCRIBE, browser | {"subscription": subscription.as_json(), "now": tx.now})

    async def drop(self, card: CardState, endpoint: str) -> None:
        """Tell it no more; no harm if it was not told."""
        async with self.database.begin() as tx:
            await tx.run(sql.LOCK_CARDS, {"cards": [card.serial]})
            await _forget(tx, [card.serial], [endpoint])


@dataclass(frozen=True, slots=True)
class News:
    """A balance that one browser has not been told of."""

    card_id: str
    endpoint: str
    version: int
    balance: int
    rest: float
    """Seconds for which the browser should be left in peace."""
    message: Message


@dataclass(slots=True)
class BrowserTelling:
    """The drain of cards that are due in browsers."""

    database: Database
    channel: Channel | None
    """None: nobody is told, and nothing is kept for later."""
    clock: Clock
    settings: PushSettings
    noted: Callable[[Sequence[Outcome]], object] = len
    """Told the outcomes of every batch, for whoever counts them."""
    shelf: Shelf = field(default_factory=Shelf)
    _due: DueCards = field(init=False)

    def __post_init__(self) -> None:
        """The browsers' part of the queue."""
        wish = self.settings
        self._due = DueCards(self.database, self.clock, "web", BATCH, wish.lease, wish.interval)

    async def take(self) -> float:
        """Tell the browsers of one batch; in how many seconds to look again."""
        async with self.database.singly() as tx:
            due = await self._due.claim(tx)
        if not due:
            return await self._due.idle()
        news = await self._news([row.card_id for row in due])
        told = await self._tell([each for each in news if not each.rest])
        if told:
            await self._note(told)
        waits = _waits(news, told, due)
        async with self.database.singly() as tx:
            await self._due.settle(tx, due, waits)
        return 0.0

    async def _news(self, card_ids: Sequence[str]) -> Sequence[News]:
        """What is to be told of these cards, as they are now. A balance that has come back is none."""
        values = {"cards": list(card_ids), "interval": self.settings.interval}
        async with self.database.read() as tx:
            listeners = await tx.all(sql.LISTENERS, values)
            by_card = {card: list(rows) for card, rows in groupby(listeners, attrgetter("card_id"))}
            present = [state for state in await states(tx, list(by_card)) if state is not None and not state.voided]
            return [each for state in present for each in await self._of_card(tx, state, by_card[state.serial])]

    async def _of_card(self, tx: Transaction, state: CardState, listeners: Sequence[Row]) -> Sequence[News]:
        balance = state.holder.balance
        behind = [row for row in listeners if row.told_balance != balance]
        words = await self._words(tx, state) if behind else ""
        if not words:  # the template announces no balances
            return []
        return [
            News(state.serial, row.endpoint, state.version, balance, row.rest, _message(state, words, row.subscription))
            for row in behind
        ]

    async def _words(self, tx: Transaction, state: CardState) -> str:
        """What a phone with the pass would say on its lock screen, had it the balance that the browser has."""
        shown = await face(tx, self.shelf, replace(state, changed=state.changed | Change.BALANCE))
        return look_of(shown, locale_of(shown.design.language), tx.now).notification

    async def _tell(self, news: Sequence[News]) -> Mapping[News, Outcome]:
        messages = [each.message for each in news]
        outcomes = await self.channel.send(messages) if self.channel else [NO_WEB_PUSH] * len(news)
        self.noted(outcomes)
        return dict(zip(news, outcomes, strict=True))

    async def _note(self, told: Mapping[News, Outcome]) -> None:
        arrived = {each: isinstance(outcome, Delivered) for each, outcome in told.items()}
        cards, endpoints = [each.card_id for each in told], [each.endpoint for each in told]
        dead = [each for each, outcome in told.items() if isinstance(outcome, Dead)]
        values = {
            "cards": cards,
            "endpoints": endpoints,
            "outcomes": [describe(outcome) for outcome in told.values()],
            "versions": [each.version if arrived[each] else None for each in told],
            "balances": [each.balance if arrived[each] else None for each in told],
        }
        async with self.database.begin() as tx:
            await tx.run(sql.LOCK_CARDS, {"cards": cards})
            await tx.run(sql.NOTE_TOLD, values)
            await _forget(tx, [each.card_id for each in dead], [each.endpoint for each in dead])


async def _forget(tx: Transaction, cards: Sequence[str], endpoints: Sequence[str]) -> None:
    """Forget these browsers of cards that are locked."""
    if cards:
        await tx.run(sql.UNSUBSCRIBE, {"cards": list(cards), "endpoints": list(endpoints)})
        await tx.run(sql.LET_GO, {"cards": list(cards)})


def _message(state: CardState, words: str, subscription: str) -> Message:
    """The key is the card's: a newer balance takes the place of an older one, on its way or on the screen.

    There is no link: a tap leads to the card in this very browser, as its worker knows.
    """
    address = Address("web", subscription)
    return Message(f"balance/{state.serial}", address, state.holder.brand, words, None, "balance", DAY)


def _waits(news: Sequence[News], told: Mapping[News, Outcome], due: Sequence[Row]) -> list[float | None]:
    """For each card, the seconds until it is looked at again: those any of its browsers asks for."""
    rests: dict[str, list[float]] = defaultdict(list)
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for each in news:
        if each in told:
            outcomes[each.card_id].append(told[each])
        else:
            rests[each.card_id].append(each.rest)
    return [
        max(filter(None, (next_wait(outcomes[row.card_id], row.attempt), *rests[row.card_id])), default=None)
        for row in due
    ]
