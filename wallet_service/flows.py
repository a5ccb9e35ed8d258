"""The map: what follows from what.

A transaction records facts; before it commits, what follows from them is written in that same transaction, all facts
that have the same step at once. What takes longer is only woken here, and finds its work in the tables.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from wallet_service.cards.faces import Shelf
from wallet_service.cards.facts import CardsChanged, CardsRestyled, TemplatePublished
from wallet_service.cards.issue import void_cards_of
from wallet_service.cards.refresh import refresh_cards, refresh_merged, refresh_shown
from wallet_service.database.seam import Settle, Transaction
from wallet_service.engine.seam import Cron, Engine
from wallet_service.loyalty.awards.happenings import note_installed, welcome
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.facts import (
    BalanceChanged,
    CardInstalled,
    ExpiriesChanged,
    MechanicParked,
    MemberChanged,
    MemberEnrolled,
    MemberErased,
    MembersMerged,
    MergeUndone,
    PointsOwed,
    PurchaseRecorded,
    SimulationAsked,
    StandingChanged,
)
from wallet_service.settings import PushSettings

TELL_PHONES = "tell_phones"
RESTYLE_CARDS = "restyle_cards"
PACE_REFRESHES = "pace_refreshes"
TELL_GOOGLE = "tell_google"
TELL_BROWSERS = "tell_browsers"
FORGET_KEYS = "forget_old_keys"
FORGET_CALLBACKS = "forget_old_callbacks"
RECONCILE_GOOGLE = "reconcile_google"
FORGET_ADDRESSES = "forget_stale_addresses"
EXPIRE_LOTS = "expire_lots"
ACTIVATE_LOTS = "activate_lots"
EXPIRE_HOLDS = "expire_holds"
END_OFFERS = "end_offers"
SIMULATE = "simulate"
GRANT_OWED = "grant_owed"
GO_THROUGH_DAYS = "go_through_days"

CLOCKWORK = (
    Cron(TELL_PHONES, "* * * * *"),  # whatever a lost wake-up left behind
    Cron(TELL_GOOGLE, "* * * * *"),
    Cron(TELL_BROWSERS, "* * * * *"),
    Cron(RESTYLE_CARDS, "*/10 * * * *"),
    Cron(PACE_REFRESHES, "* * * * *"),
    Cron(RECONCILE_GOOGLE, "37 2 * * *"),
    Cron(FORGET_KEYS, "17 3 * * *"),
    Cron(FORGET_CALLBACKS, "27 3 * * *"),
    Cron(FORGET_ADDRESSES, "37 3 * * *"),
    Cron(EXPIRE_LOTS, "* * * * *"),
    Cron(ACTIVATE_LOTS, "* * * * *"),
    Cron(EXPIRE_HOLDS, "* * * * *"),
    Cron(END_OFFERS, "* * * * *"),
    Cron(SIMULATE, "* * * * *"),
    Cron(GRANT_OWED, "* * * * *"),
    Cron(GO_THROUGH_DAYS, "*/10 * * * *"),
)

TELLERS = {"apple": TELL_PHONES, "google": TELL_GOOGLE, "web": TELL_BROWSERS}
"""Who tells of a changed card, by where it is due."""

Step = Callable[[Transaction, Sequence[Any]], Awaitable[None]]


def map_flows(engine: Engine, push: PushSettings) -> dict[type, Step]:
    """Fact -> what follows."""
    rulebooks = Rulebooks()
    wake, paced = partial(waking, engine), partial(pacing, push.interval)
    show, show_merge = paced(refresh_shown), paced(refresh_merged)
    return {
        MemberEnrolled: ruled(welcome, rulebooks),
        CardInstalled: ruled(note_installed, rulebooks),
        MemberErased: paced(void_cards_of),
        BalanceChanged: show,
        ExpiriesChanged: show,
        StandingChanged: show,
        MemberChanged: paced(partial(refresh_cards, shelf=Shelf())),
        MembersMerged: show_merge,
        MergeUndone: show_merge,
        CardsChanged: partial(tell_wallets, engine),
        TemplatePublished: wake(RESTYLE_CARDS),
        CardsRestyled: wake(PACE_REFRESHES),
        SimulationAsked: wake(SIMULATE),
        PointsOwed: wake(GRANT_OWED),
        MechanicParked: nothing,
        PurchaseRecorded: nothing,
    }


def waking(engine: Engine, job: str) -> Step:
    """Wake a job, which finds its work in the tables."""

    async def step(tx: Transaction, _facts: Sequence[object]) -> None:
        await engine.enqueue(tx, job)

    return step


def pacing(interval: float, refresh: Callable[[Transaction, Sequence[Any], float], Awaitable[None]]) -> Step:
    """Refresh cards, whose phones are told no more often than every so many seconds."""

    async def step(tx: Transaction, facts: Sequence[Any]) -> None:
        await refresh(tx, facts, interval)

    return step


def ruled(act: Callable[[Transaction, Rulebooks, Sequence[Any]], Awaitable[None]], rulebooks: Rulebooks) -> Step:
    """Give what the rules say."""

    async def step(tx: Transaction, facts: Sequence[Any]) -> None:
        await act(tx, rulebooks, facts)

    return step


async def tell_wallets(engine: Engine, tx: Transaction, facts: Sequence[CardsChanged]) -> None:
    """Hint at those who tell: a hint is enough, for they look by themselves, and find the rows."""
    for wallet in {wallet for fact in facts for wallet in fact.wallets}:
        engine.nudge(tx, TELLERS[wallet])


async def nothing(_tx: Transaction, _facts: Sequence[object]) -> None:
    """Nothing follows, yet."""


def settle_by(flows: dict[type, Step]) -> Settle:
    """How a database settles the facts of a transaction. A fact that the map does not know is a mistake of ours."""

    async def settle(tx: Transaction, facts: Sequence[object]) -> None:
        by_step: dict[Step, list[object]] = defaultdict(list)
        for fact in facts:
            by_step[flows[type(fact)]].append(fact)
        for step, some in by_step.items():
            await step(tx, some)

    return settle
