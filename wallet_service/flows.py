"""The map: what follows from what.

A transaction records facts; before it commits, what follows from them is written in that same transaction, all facts
of a kind at once. What takes longer is only woken here, and finds its work in the tables.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from wallet_service.cards.faces import Shelf
from wallet_service.cards.facts import CardsChanged, CardsRestyled, TemplatePublished
from wallet_service.cards.refresh import refresh_balances, refresh_cards, refresh_expiries
from wallet_service.database.seam import Settle, Transaction
from wallet_service.engine.seam import Cron, Engine
from wallet_service.loyalty.facts import BalanceChanged, ExpiriesChanged, MemberChanged, MemberEnrolled
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
)

TELLERS = {"apple": TELL_PHONES, "google": TELL_GOOGLE, "web": TELL_BROWSERS}
"""Who tells of a changed card, by where it is due."""

Step = Callable[[Transaction, Sequence[Any]], Awaitable[None]]


def map_flows(engine: Engine, push: PushSettings) -> dict[type, Step]:
    """Fact -> what follows."""
    shelf = Shelf()

    def wake(job: str) -> Step:
        async def step(tx: Transaction, _facts: Sequence[object]) -> None:
            await engine.enqueue(tx, job)

        return step

    async def tell_wallets(tx: Transaction, facts: Sequence[CardsChanged]) -> None:
        for wallet in {wallet for fact in facts for wallet in fact.wallets}:
            engine.nudge(tx, TELLERS[wallet])  # a hint is enough: these drains look by themselves, and find the rows

    async def show_balance(tx: Transaction, facts: Sequence[BalanceChanged]) -> None:
        await refresh_balances(tx, facts, push.interval)

    async def show_expiry(tx: Transaction, facts: Sequence[ExpiriesChanged]) -> None:
        await refresh_expiries(tx, facts, push.interval)

    async def show_member(tx: Transaction, facts: Sequence[MemberChanged]) -> None:
        await refresh_cards(tx, facts, shelf, push.interval)

    return {
        MemberEnrolled: nothing,
        BalanceChanged: show_balance,
        ExpiriesChanged: show_expiry,
        MemberChanged: show_member,
        CardsChanged: tell_wallets,
        TemplatePublished: wake(RESTYLE_CARDS),
        CardsRestyled: wake(PACE_REFRESHES),
    }


async def nothing(_tx: Transaction, _facts: Sequence[object]) -> None:
    """Nothing follows, yet."""


def settle_by(flows: dict[type, Step]) -> Settle:
    """How a database settles the facts of a transaction. A fact that the map does not know is a mistake of ours."""

    async def settle(tx: Transaction, facts: Sequence[object]) -> None:
        by_kind: dict[type, list[object]] = defaultdict(list)
        for fact in facts:
            by_kind[type(fact)].append(fact)
        for kind, some in by_kind.items():
            await flows[kind](tx, some)

    return settle
