"""Who does what is due: the drain of every job."""

from collections.abc import Awaitable, Callable
from functools import partial

from wallet_service.cards.browsers import BrowserTelling
from wallet_service.cards.google import GoogleTelling
from wallet_service.cards.google_callbacks import forget_old_callbacks
from wallet_service.cards.google_reconcile import GoogleReconciling
from wallet_service.cards.pace import Pacing
from wallet_service.cards.restyle import Restyling
from wallet_service.cards.tell import Telling
from wallet_service.database.seam import Database, Transaction
from wallet_service.engine.drain import Drain
from wallet_service.flows import (
    ACTIVATE_LOTS,
    END_OFFERS,
    EXPIRE_HOLDS,
    EXPIRE_LOTS,
    FORGET_ADDRESSES,
    FORGET_CALLBACKS,
    FORGET_KEYS,
    GO_THROUGH_DAYS,
    GRANT_OWED,
    PACE_REFRESHES,
    RECONCILE_GOOGLE,
    RESTYLE_CARDS,
    SIMULATE,
    TELL_BROWSERS,
    TELL_GOOGLE,
    TELL_PHONES,
)
from wallet_service.loyalty.awards.daily import Daily
from wallet_service.loyalty.awards.owing import Owing
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.journeys.simulations import Simulating
from wallet_service.loyalty.ledger.holds import HoldsExpiring
from wallet_service.loyalty.ledger.lapsing import LANES as LAPSING_LANES
from wallet_service.loyalty.ledger.lapsing import Activating, Lapsing
from wallet_service.loyalty.offers.offers_given import OffersEnding
from wallet_service.loyalty.once import forget_old_keys
from wallet_service.loyalty.people.addresses import forget_stale_addresses
from wallet_service.service import Service

TELLING_LANES = 2
"""Batches of pushes in hand at once: while one waits for Apple, the next is claimed."""

GOOGLE_LANES = 8
"""Issuers served at once: as many may wait for Google, each at its own pace, before the others wait for them."""

IDLE = 3600.0
"""Most seconds between two looks of those that are woken whenever there is something for them."""


def drains_of(service: Service) -> dict[str, Drain]:
    """Job -> the drain it wakes."""
    database, clock, push, count = service.database, service.clock, service.settings.push, service.metrics.count_told
    channel = service.browsers.channel if service.browsers else None
    telling = Telling(database, service.wallet, clock, push, noted=partial(count, "apple"))
    showing = GoogleTelling(database, service.google, clock, push, noted=partial(count, "google"))
    notifying = BrowserTelling(database, channel, clock, push, noted=partial(count, "web"))
    restyling, rulebooks = Restyling(database), Rulebooks()
    pacing = Pacing(database, push)
    reconciling = GoogleReconciling(database, service.google.holders, clock, service.metrics.count_corrections)
    drains = (
        Drain(TELL_PHONES, telling.take, lanes=TELLING_LANES),
        Drain(TELL_GOOGLE, showing.take, lanes=GOOGLE_LANES),
        Drain(TELL_BROWSERS, notifying.take, lanes=TELLING_LANES),
        Drain(RESTYLE_CARDS, restyling.take, patience=IDLE),
        Drain(PACE_REFRESHES, pacing.take, patience=IDLE),
        Drain(RECONCILE_GOOGLE, reconciling.take, patience=IDLE),
        Drain(FORGET_KEYS, partial(_forget, database, forget_old_keys), patience=IDLE),
        Drain(FORGET_CALLBACKS, partial(_forget, database, forget_old_callbacks), patience=IDLE),
        Drain(FORGET_ADDRESSES, partial(_forget, database, forget_stale_addresses), patience=IDLE),
        Drain(EXPIRE_LOTS, Lapsing(database).take, lanes=LAPSING_LANES),
        Drain(ACTIVATE_LOTS, Activating(database).take),
        Drain(EXPIRE_HOLDS, HoldsExpiring(database).take),
        Drain(GRANT_OWED, Owing(database, rulebooks).take, patience=IDLE),
        Drain(GO_THROUGH_DAYS, Daily(database, rulebooks).take, patience=IDLE),
        Drain(END_OFFERS, OffersEnding(database).take),
        Drain(SIMULATE, Simulating(database).take, patience=IDLE),
    )
    for drain in drains:
        drain.noted = service.metrics.looks_of(drain.name)
    return {drain.name: drain for drain in drains}


async def _forget(database: Database, some: Callable[[Transaction], Awaitable[int]]) -> float:
    """Forget a portion; at once again while there is more."""
    async with database.begin() as tx:
        return 0.0 if await some(tx) else IDLE
