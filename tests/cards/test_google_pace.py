"""One pace for all processes, kept in Postgres: two services together never ask a project more than one may."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

import pytest
from sqlalchemy import text

from wallet_service.app import open_service
from wallet_service.cards.google_pace import SharedPace
from wallet_service.clock import SystemClock
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.database.seam import Database
from wallet_service.service import Service
from wallet_service.settings import Settings
from wallet_service.wallets.google.pace import Lane, Pace, Quota
from wallet_service.wallets.sharing import WINDOW, Share

PROJECT = "loyalty-project"
PER_S = 20
MOVE = text("UPDATE google_pace SET free_from = free_from + :seconds * interval '1 second'")


@dataclass(frozen=True)
class Grant:
    """Requests that were allowed to leave at some moment between these two."""

    earliest: float
    latest: float
    requests: int


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[Service]:
    """A second process of the same service, as far as the database can tell."""
    async with open_service(settings) as opened:
        yield opened


async def move(database: Database, seconds: float) -> None:
    """Let whatever is booked be so much later: as far away as no slow machine takes to ask."""
    async with database.begin() as tx:
        await tx.run(MOVE, {"seconds": seconds})


async def granted(shared: SharedPace, most: int, *, urgent: bool) -> Grant:
    """Ask until something is granted."""
    while True:
        asked_at = monotonic()
        share = await shared.reserve(PROJECT, most, urgent)
        answered_at = monotonic()
        assert share is not None
        if share.requests:
            return Grant(asked_at + share.wait, answered_at + share.wait, share.requests)
        await asyncio.sleep(share.wait)


def surely_in_a_second(grants: list[Grant]) -> int:
    """The most requests of which it is certain that one second holds them all."""
    return max(
        sum(each.requests for each in grants if first.earliest <= each.earliest and each.latest < first.earliest + 1)
        for first in grants
    )


async def test_two_processes_together_never_ask_more_than_one_may(service: Service, other: Service):
    paces = [SharedPace(each.database, PER_S) for each in (service, other)]
    began = monotonic()
    wishes = [granted(pace, 10, urgent=False) for pace in paces for _ in range(3)]
    wishes += [granted(pace, 1, urgent=True) for pace in paces for _ in range(8)]
    grants = await asyncio.gather(*wishes)
    asked = sum(grant.requests for grant in grants)
    assert asked > 2 * PER_S
    assert surely_in_a_second(grants) <= PER_S
    assert monotonic() - began > (asked / PER_S - 1) * WINDOW - 1


async def test_a_customer_passes_the_campaign_of_another_process(service: Service, other: Service):
    ours, theirs = (SharedPace(each.database, PER_S) for each in (service, other))
    assert await ours.reserve(PROJECT, 10, False) == Share(10, 0.0)
    await move(service.database, 3)
    waiting = await theirs.reserve(PROJECT, 10, False)
    assert waiting is not None
    assert waiting.requests == 0
    assert 0.0 < waiting.wait <= 3 + 10 * WINDOW / PER_S
    assert await theirs.reserve(PROJECT, 1, True) == Share(1, 0.0)


async def test_seats_taken_by_one_process_are_not_free_for_another(service: Service, other: Service):
    ours, theirs = (SharedPace(each.database, 2) for each in (service, other))
    assert await ours.reserve(PROJECT, 2, True) == Share(2, 0.0)
    await move(service.database, 3)
    waiting = await theirs.reserve(PROJECT, 1, True)
    assert waiting is not None
    assert waiting.requests == 0
    assert 0.0 < waiting.wait <= 3


async def test_projects_do_not_wait_for_each_other(database: Database):
    shared = SharedPace(database, 1)
    assert await shared.reserve(PROJECT, 1, False) == Share(1, 0.0)
    assert await shared.reserve(f"{PROJECT}-2", 1, False) == Share(1, 0.0)


async def test_after_the_clock_of_the_database_has_leapt_back_nobody_waits_for_it(database: Database):
    shared = SharedPace(database, 1)
    assert await shared.reserve(PROJECT, 1, False) == Share(1, 0.0)
    await move(database, 3600)
    assert await shared.reserve(PROJECT, 1, False) == Share(1, 0.0)


async def test_without_the_database_nothing_is_sent_and_nothing_raised():
    away = PostgresDatabase("postgresql://nobody@127.0.0.1:1/none", SystemClock(), patience=0.5)
    pace = Pace(Quota(), reserve=SharedPace(away, PER_S).of(PROJECT))
    assert await pace.turn(Lane.INTERACTIVE) == 0
    await away.aclose()
