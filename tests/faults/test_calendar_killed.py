"""Workers are killed in the middle of a day of the calendar: whoever has a birthday is congratulated exactly once."""

import signal
from datetime import UTC

import asyncpg
import pytest
from sqlalchemy import text

from tests.conftest import Site
from tests.faults.test_expiry_killed import CONTRADICTED, STUCK, looked_at
from tests.journeys.walks import until
from tests.loyalty.club import mechanic
from tests.people import Brand
from tests.processes import Programs
from wallet_service.bench import sql
from wallet_service.ids import new_id
from wallet_service.loyalty.awards.daily import PORTION, begin_days
from wallet_service.loyalty.awards.rulebooks import Rulebooks, publish_rulebook
from wallet_service.loyalty.brands import find_programme

KILLS = 3
MEMBERS, POINTS = (KILLS + 2) * PORTION, 50
CELEBRATE = {
    "currency": "EUR",
    "mechanics": [mechanic("birthday", "birthday", {"points": POINTS}, limits={"budget": 2 * MEMBERS * POINTS})],
}
BORN_TODAY = text("""
UPDATE member AS m SET born = CAST(CAST(:now AS timestamptz) AT TIME ZONE p.time_zone AS date) - interval '30 years'
FROM programme AS p WHERE p.id = m.programme_id
""")
HAVE_ONE_IN_HAND = text("""
SELECT m.id FROM member AS m WHERE NOT EXISTS (SELECT FROM ledger_entry WHERE member_id = m.id)
ORDER BY m.id OFFSET :after LIMIT 1 FOR NO KEY UPDATE
""")
"""Somebody in the middle of the portion after the next."""
DONE = "SELECT count(*) FROM daily_run WHERE done_at IS NOT NULL"
CONGRATULATED = "SELECT count(*), count(DISTINCT member_id), sum(amount) FROM ledger_entry"
HALF_DONE = f"""
SELECT m.id FROM member AS m LEFT JOIN member_standing AS s ON s.member_id = m.id
WHERE (m.balance, coalesce(CAST(s.document -> 'done' -> 'birthday' ->> 0 AS int), 0)) NOT IN ((0, 0), ({POINTS}, 1))
"""  # noqa: S608 - a number of ours
"""Members whose points and standing disagree."""
GIVEN = "SELECT coalesce(sum(given), 0) FROM mechanic_state"


async def open_shop(site: Site, brand: Brand) -> None:
    """So many members who have their birthday today, which has begun."""
    now = site.service.clock.now()
    async with site.service.database.begin() as tx:
        await publish_rulebook(tx, await find_programme(tx, brand.id, brand.programme), CELEBRATE)
        who = {"members": [new_id("mem", now) for _ in range(MEMBERS)], "programme": brand.programme, "now": tx.now}
        await tx.run(sql.INSERT_MEMBERS, who | {"numbers": list(range(MEMBERS))})
        await tx.run(BORN_TODAY, {"now": tx.now.astimezone(UTC)})
        await begin_days(tx, Rulebooks())


@pytest.mark.timeout(300)
async def test_whoever_is_killed_amid_a_day_everybody_is_congratulated_once(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    await open_shop(far_site, far_heroes)
    async with looked_at(far_site) as looking:
        for _ in range(KILLS):
            await kill_amid_its_work(far_site, programs, looking)
            assert await looking.fetch(HALF_DONE) == []
            assert await looking.fetchval(DONE) == 0
        for _ in range(2):  # side by side
            await programs.work()

        async def all_done() -> bool:
            return bool(await looking.fetchval(DONE))

        await until(all_done, "the day has been gone through")
        assert tuple(await looking.fetchrow(CONGRATULATED)) == (MEMBERS, MEMBERS, MEMBERS * POINTS)
        assert await looking.fetch(HALF_DONE) == []
        assert await looking.fetchval(GIVEN) == MEMBERS * POINTS
    async with far_site.service.database.read() as tx:
        assert await tx.all(CONTRADICTED, {"brand": far_heroes.id}) == []


async def kill_amid_its_work(site: Site, programs: Programs, looking: asyncpg.Connection) -> None:
    """A worker comes to a member whom we have in hand, and is killed while it waits for us."""

    async def stuck() -> bool:
        return bool(await looking.fetchval(STUCK))

    async with site.service.database.begin() as tx:
        assert await tx.all(HAVE_ONE_IN_HAND, {"after": PORTION * 3 // 2})
        worker = await programs.work()
        await until(stuck, "the worker has members in hand")
        await worker.end(signal.SIGKILL)
