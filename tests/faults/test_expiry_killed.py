"""Workers are killed in the middle of an expiry: nothing is half gone, and in the end each lot has expired once."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import asyncpg
import pytest
from sqlalchemy import text

from tests.conftest import Site, plain
from tests.journeys.walks import until
from tests.people import Brand
from tests.processes import Programs
from wallet_service.bench import sql
from wallet_service.ids import new_id
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.seals import seal

CONTRADICTED = text("""
SELECT m.id, m.balance, entries.sum AS entries, lots.sum AS lots
FROM member AS m CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount), 0) AS sum FROM ledger_entry WHERE member_id = m.id
) AS entries CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0) AS sum FROM bonus_lot WHERE member_id = m.id AND state = 'open'
) AS lots
WHERE m.brand_id = :brand AND (m.balance <> entries.sum OR lots.sum <> greatest(m.balance, 0))
""")

MEMBERS, LOTS, POINTS = 1200, 2, 5
"""Lots enough for several portions of the drain."""
KILLS = 2
NOBODY_BEFORE = sha256(b"").digest()
"""The digest with which the bench's grants leave a member."""

HAVE_ONE_IN_HAND = text("""
SELECT c.id FROM card AS c JOIN member AS m ON m.id = c.member_id WHERE m.balance > 0 ORDER BY c.id LIMIT 1
FOR NO KEY UPDATE OF c
""")
STUCK = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
LEFT = "SELECT count(*) FROM bonus_lot WHERE state = 'open'"
HALF_GONE = """
SELECT m.id FROM member AS m JOIN card AS c ON c.member_id = m.id JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'expired') AS times FROM ledger_entry WHERE member_id = m.id
) AS expired ON true JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'open') AS lots FROM bonus_lot WHERE member_id = m.id
) AS left_ ON true
WHERE (m.balance, left_.lots, expired.times, c.version) NOT IN ((10, 2, 0, 1), (0, 0, 1, 2))
"""
"""Members who are neither as before their lots expired nor as afterwards."""
ENTRIES = text("SELECT * FROM ledger_entry WHERE kind = 'expired'")


async def open_shop(site: Site, brand: Brand) -> None:
    """So many members, each with a card, and lots that have expired a moment ago."""
    now = site.service.clock.now()
    members = [new_id("mem", now) for _ in range(MEMBERS)]
    async with site.service.database.begin() as tx:
        who = {"members": members, "programme": brand.programme, "now": tx.now}
        await tx.run(sql.INSERT_MEMBERS, who | {"numbers": list(range(MEMBERS))})
        await tx.run(sql.INSERT_CARDS, who | {"cards": [new_id("card", now) for _ in members], "token_key": 1})
        moments = {"now": tx.now, "expires_at": tx.now}
        await tx.run(sql.GRANT_LOTS, {"members": members, "lots": LOTS, "points": POINTS} | moments)


@pytest.mark.timeout(300)
async def test_whoever_is_killed_amid_an_expiry_each_lot_expires_once(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    await open_shop(far_site, far_heroes)
    async with looked_at(far_site) as looking:
        for _ in range(KILLS):
            await kill_amid_its_work(far_site, programs, looking)
            assert await looking.fetch(HALF_GONE) == []
            assert await looking.fetchval(LEFT) > 0
        await programs.work()

        async def all_gone() -> bool:
            return not await looking.fetchval(LEFT)

        await until(all_gone, "all has expired")
        assert await looking.fetch(HALF_GONE) == []
    await assert_proven(far_site, far_heroes)


@asynccontextmanager
async def looked_at(site: Site) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database, past the service."""
    connection = await asyncpg.connect(plain(site.service.settings.database_url or ""))
    try:
        yield connection
    finally:
        await connection.close()


async def kill_amid_its_work(site: Site, programs: Programs, looking: asyncpg.Connection) -> None:
    """A worker comes to a member whose card we have in hand, and is killed while it waits for us."""

    async def stuck() -> bool:
        return bool(await looking.fetchval(STUCK))

    async with site.service.database.begin() as tx:
        assert await tx.all(HAVE_ONE_IN_HAND)
        worker = await programs.work()
        await until(stuck, "the worker has lots in hand")
        await worker.end(signal.SIGKILL)


async def assert_proven(site: Site, brand: Brand) -> None:
    """The books add up, and every entry is sealed as it should be."""
    async with site.service.database.read() as tx:
        assert await tx.all(CONTRADICTED, {"brand": brand.id}) == []
        entries = await tx.all(ENTRIES)
    assert len(entries) == MEMBERS
    for entry in entries:
        assert [points for _, points in entry.lots] == [-POINTS] * LOTS
        said = (entry.id, entry.member_id, Kind.EXPIRED, entry.amount, entry.balance_after, entry.lots)
        assert entry.digest == seal(NOBODY_BEFORE, *said, entry.created_at, None, None, None)
