"""Scenarios: the embedded database is taken away from a running service, which must go on by itself."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import asyncpg

from tests.database.premises import postmaster
from tests.faults.proof import Runs
from tests.faults.shoppers import Shopper, all_bought_more
from tests.faults.trials import survive
from tests.faults.world import SOON, World, open_world
from tests.journeys.walks import until
from tests.people import PASS_TYPE
from wallet_service.database.embedded.cluster import PORT, SUPERUSER, Cluster

TILLS = 6
DISK = 256
"""Megabytes of a small disk."""
DEADLY = 0.5
"""How often a full disk kills the server as well."""
FULL = (0.0, 3.0)
"""Seconds that a full disk stays so after everybody was refused."""


async def postgres_restart(folder: Path, runs: Runs) -> None:
    """Postgres is stopped at once (SIGQUIT) and comes back: callers hear 503 with Retry-After, and nothing else."""
    async with open_world(folder) as world:
        service = await world.programs.serve()
        await world.gather(TILLS)
        for chance in runs:
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            figures = await survive(world, stop_for_a_while(world))
            assert figures.unknown == 0, "connections were cut"
            assert service.process.returncode is None
            runs.add(figures)


async def disk_full(folder: Path, runs: Runs) -> None:
    """The disk of the database fills up, and space returns: 503 meanwhile, and no restart of ours afterwards."""
    with small_disk(folder / "disk") as disk:
        async with open_world(folder, data=disk / "data") as world:
            service = await world.programs.serve()
            await world.gather(TILLS)
            for chance in runs:
                figures = await survive(world, fill(world, disk, chance))
                assert service.process.returncode is None
                runs.add(figures)


async def stop_for_a_while(world: World) -> float:
    """Stop the server, and let it be revived once everybody has been told; seconds until they were served again."""
    await all_bought_more(world.shoppers, SOON)
    cluster = Cluster.at(world.data)
    with cluster.alone():  # nobody revives it meanwhile
        os.kill(postmaster(world.data), signal.SIGQUIT)
        await until(lambda: _gone(cluster), "the server is gone", SOON)
        await asyncio.gather(*(assert_our_trouble(world, shopper) for shopper in world.shoppers))
    await until(lambda: _answers(world), "the server is back", SOON)
    back = time.monotonic()
    await all_bought_more(world.shoppers, SOON)
    return time.monotonic() - back


async def assert_our_trouble(world: World, shopper: Shopper) -> None:
    """Back office and phone are told that it is our trouble and will pass."""
    holder, site = shopper.holder, world.site
    key = {"Authorization": f"Bearer {world.brand.key}"}
    till = await site.client.get(f"{site.base_url}/v1/members/{holder.member}", headers=key)
    devices = f"{site.base_url}/apple/v1/devices/{holder.phone.device_library_id}"
    phone = await site.client.get(f"{devices}/registrations/{PASS_TYPE}")

    assert (till.status_code, till.json()["code"]) == (503, "database-unavailable")
    assert (phone.status_code, phone.content) == (503, b"")
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in (till, phone))


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of a few megabytes; only root can have one."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


async def fill(world: World, disk: Path, chance: Random) -> float:
    """Leave no room until everybody was refused, and a while longer; seconds until they were served again.

    Now and then the server is also short of room for its journal, and dies of it.
    """
    filler = disk / "filler"
    before = [len(shopper.refusals) for shopper in world.shoppers]

    async def all_refused() -> bool:
        _top_up(filler)
        return all(len(shopper.refusals) > count for shopper, count in zip(world.shoppers, before, strict=True))

    await until(all_refused, "everybody is refused", SOON)
    if chance.random() < DEADLY:
        await end_journal_file(world)
    await asyncio.sleep(chance.uniform(*FULL))
    filler.unlink()
    room = time.monotonic()
    await all_bought_more(world.shoppers, SOON)
    return time.monotonic() - room


async def end_journal_file(world: World) -> None:
    """The server needs another file for its journal at once, as it does every 16 MB."""
    cluster = Cluster.at(world.data)
    where = {"host": str(cluster.socket_folder), "port": PORT, "user": SUPERUSER, "database": "postgres"}
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection = await asyncpg.connect(**where)
        try:
            await connection.execute("SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()")
        finally:
            connection.terminate()


def _top_up(filler: Path) -> None:
    """Take what room there is, by the page."""
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while free := shutil.disk_usage(filler).free:
            file.write(bytes(min(free, 1 << 20)))


async def _gone(cluster: Cluster) -> bool:
    return not cluster.pid_file.exists()


async def _answers(world: World) -> bool:
    try:
        async with world.looked_at():
            return True
    except (OSError, asyncpg.PostgresError):
        return False
