"""A worker is killed in the middle of a mass refresh: another goes on, nobody is left out and nobody is woken twice."""

import signal

from tests.cards.designs import REDDER
from tests.conftest import Site
from tests.journeys.walks import all_told, join_many, until
from tests.people import Brand
from tests.processes import Programs
from wallet_service.cards.publish import publish_template

HARDLY, QUICKLY = "0.2", "1000"
"""Cards a second: one, and then none for a while; or all at once."""


async def test_a_mass_refresh_outlives_the_worker_that_was_at_it(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    await programs.serve("--no-worker")
    holders = await join_many(far_site, far_heroes, 6)
    async with far_site.service.database.begin() as tx:
        await publish_template(tx, far_heroes.id, REDDER)
    first = await programs.work(WALLET_PUSH__REFRESH_PER_S=HARDLY)

    async def somebody_told() -> bool:
        return len(far_site.apns.received) > 0

    await until(somebody_told, "the first phone is told")
    await all_told(far_site)
    await first.end(signal.SIGKILL)
    told_by_the_first = len(far_site.apns.received)
    await programs.work(WALLET_PUSH__REFRESH_PER_S=QUICKLY)
    for holder in holders:
        await holder.up_to_date()
    await all_told(far_site)

    assert told_by_the_first < len(holders)
    assert sorted(push.token for push in far_site.apns.received) == sorted(h.phone.push_token for h in holders)
    assert {holder.shown.document["backgroundColor"] for holder in holders} == {"rgb(160, 0, 0)"}
