"""Doors and workers in processes of their own, on one database: they share the work, and end in good order."""

import asyncio
from itertools import cycle

from tests.conftest import Site
from tests.journeys.walks import all_told, join, join_many, until
from tests.people import ANNA, Brand
from tests.processes import Programs, free_port
from wallet_service.simulators.till import SimulatedTill

MEMBERS, ROUNDS = 8, 60
WORKERS = 3


async def test_two_doors_and_three_workers_share_the_work_and_do_nothing_twice(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    settings = far_site.service.settings
    settings.apns.connections = 1  # so that a connection is a worker
    settings.push.batch = 1  # so that a few cards are work for many
    settings.push.lease = 60.0  # a slow machine is no dead worker
    other_port = free_port()
    await programs.serve("--no-worker")
    await programs.serve("--no-worker", WALLET_PORT=str(other_port))
    for _ in range(WORKERS):  # one after the other: together they would take each other's time
        await programs.work()
    holders = await join_many(far_site, far_heroes, MEMBERS)
    other_till = SimulatedTill(f"http://127.0.0.1:{other_port}", far_heroes.key, far_site.client)
    tills = (far_heroes.till, other_till)
    rounds = 0
    while rounds < ROUNDS and (rounds < 2 or len(workers_seen(far_site)) < WORKERS):
        receipts = [f"{rounds}/{holder.member}" for holder in holders]
        calls = zip(holders, cycle(tills), receipts, strict=False)
        await asyncio.gather(*(till.post(holder.member, 1, once=receipt) for holder, till, receipt in calls))
        repeated = zip(holders, cycle(tills[::-1]), receipts, strict=False)  # by the other door: it has no effect
        await asyncio.gather(*(till.post(holder.member, 1, once=receipt) for holder, till, receipt in repeated))
        rounds += 1
        await asyncio.gather(*(holder.up_to_date() for holder in holders))
        await all_told(far_site)

    pushed = sorted(push.token for push in far_site.apns.received)
    assert pushed == sorted([holder.phone.push_token for holder in holders] * rounds)
    assert workers_seen(far_site) == {1, 2, 3}
    assert [holder.balance_shown for holder in holders] == [rounds] * MEMBERS


def workers_seen(site: Site) -> set[int]:
    """The connections that pushes came on: each is a worker."""
    return {push.connection for push in site.apns.received}


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
