"""Doors and workers in processes of their own, on one database: they share the work, and end in good order."""

import asyncio

from tests.conftest import Site
from tests.journeys.walks import all_told, join, join_many, until
from tests.people import ANNA, Brand
from tests.processes import Programs

MEMBERS, ROUNDS = 6, 40


async def test_two_workers_share_the_pushes_and_send_each_once(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    far_site.service.settings.apns.connections = 1  # so that a connection is a worker
    await asyncio.gather(programs.serve("--no-worker"), programs.work(), programs.work())
    holders = await join_many(far_site, far_heroes, MEMBERS)
    rounds = 0
    while rounds < ROUNDS and len({push.connection for push in far_site.apns.received}) < 2:
        rounds += 1
        await asyncio.gather(*(holder.buys(1) for holder in holders))
        await asyncio.gather(*(holder.up_to_date() for holder in holders))
        await all_told(far_site)

    pushed = sorted(push.token for push in far_site.apns.received)
    assert pushed == sorted([holder.phone.push_token for holder in holders] * rounds)
    assert len({push.connection for push in far_site.apns.received}) == 2
    assert [holder.balance_shown for holder in holders] == [rounds] * MEMBERS


async def test_doors_without_a_worker_leave_the_pushes_to_others(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    await programs.serve("--no-worker")
    anna = await join(far_site, far_heroes, ANNA, "Anna's iPhone")
    await anna.buys(10)
    late = await anna.till.card(anna.card)
    await programs.work()

    assert (late["up_to_date"], late["devices"][0]["told_at"]) == (False, None)
    await anna.up_to_date()


async def test_a_service_told_to_end_finishes_what_it_has_in_hand(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    service = await programs.serve()
    anna = await join(far_site, far_heroes, ANNA, "Anna's iPhone")
    database = far_site.service.database
    async with database.begin() as tx:
        held = await tx.driver()
        await held.execute("SELECT FROM member WHERE id = $1 FOR UPDATE", anna.member)
        posting = asyncio.create_task(far_heroes.till.post(anna.member, 10))

        async def in_hand() -> bool:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            return bool(await held.fetchval(waiting))

        await until(in_hand, "the posting waits for the member")
        ending = asyncio.create_task(service.end())
        await service.says("stopping")
        assert not posting.done()

    assert (await posting)["balance"] == 10
    assert await ending == 0
    assert "Traceback" not in service.said
