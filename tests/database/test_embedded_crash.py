"""Nothing acknowledged is lost, whatever is killed."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from tests.database.premises import another_process, answer, connected, kill_all, postmaster, premises
from wallet_service.database.embedded import EmbeddedPostgres, stop_running
from wallet_service.database.embedded.postmaster import _lives


@pytest.fixture
def data() -> Iterator[Path]:
    with premises() as folder:
        yield folder


async def earn(server: EmbeddedPostgres, till: int, acknowledged: set[int]) -> None:
    """One till that records purchases as fast as it can, until the server is gone."""
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        async with connected(server) as connection:
            for number in range(till * 1_000_000, (till + 1) * 1_000_000):
                await connection.execute("INSERT INTO purchase VALUES ($1)", number)
                acknowledged.add(number)


async def test_every_acknowledged_row_survives_a_kill_of_everything(data: Path):
    server = EmbeddedPostgres.start(data)
    await answer(server, "CREATE TABLE purchase (number int PRIMARY KEY)")
    acknowledged: set[int] = set()
    tills = [asyncio.create_task(earn(server, till, acknowledged)) for till in range(8)]
    await asyncio.sleep(1.5)
    kill_all(data)
    await asyncio.gather(*tills)
    with await asyncio.to_thread(EmbeddedPostgres.start, data) as again:
        async with connected(again) as connection:
            kept = {row["number"] for row in await connection.fetch("SELECT number FROM purchase")}
    assert again.owned
    assert len(acknowledged) > 100
    assert acknowledged <= kept
    server.stop()


async def test_a_start_waits_for_orphans_that_are_still_busy(data: Path):
    server = EmbeddedPostgres.start(data)
    busy = asyncio.create_task(answer(server, "SELECT sum(n) FROM generate_series(1, 8_000_000) n"))
    while not await answer(server, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT sum%'"):
        await asyncio.sleep(0.005)
    os.kill(postmaster(data), signal.SIGKILL)
    with await asyncio.to_thread(EmbeddedPostgres.start, data) as again:
        assert again.owned
        assert await answer(again, "SELECT 1") == 1
        assert "is still in use" in (data / "postgres.log").read_text()
    with suppress(asyncpg.PostgresError, OSError):
        await busy
    server.stop()


async def test_a_server_whose_starter_was_killed_is_adopted_and_then_stopped(data: Path):
    with another_process(data) as (starter, said):
        assert said == "started"
        starter.kill()
    with EmbeddedPostgres.start(data) as heir:
        assert not heir.owned
        assert await answer(heir, "SELECT 1") == 1
    assert not stop_running(data)


def test_a_number_that_went_to_another_program_is_not_taken_for_the_server(data: Path):
    server = EmbeddedPostgres.start(data)
    lock = data / "postgres/postmaster.pid"
    kill_all(data)
    server.stop()
    with subprocess.Popen(["sleep", "60"], **server._cluster.account.options) as stranger:
        _, rest = lock.read_text().split("\n", maxsplit=1)
        lock.write_text(f"{stranger.pid}\n{rest}")
        with EmbeddedPostgres.start(data) as again:
            assert again.owned
        assert stranger.poll() is None
        stranger.kill()


async def test_a_start_waits_for_the_recovery_another_one_began(data: Path):
    with another_process(data):
        kill_all(data)
        heirs = await asyncio.gather(*(asyncio.to_thread(EmbeddedPostgres.start, data) for _ in range(2)))
    assert sorted(heir.owned for heir in heirs) == [False, True]
    for heir in heirs:
        assert await answer(heir, "SELECT 1") == 1
        heir.stop()


async def test_a_start_waits_for_a_server_that_is_stopping(data: Path):
    server = EmbeddedPostgres.start(data)
    async with connected(server):
        os.kill(postmaster(data), signal.SIGTERM)  # a smart shutdown: it waits for this connection
        starting = asyncio.create_task(asyncio.to_thread(EmbeddedPostgres.start, data))
        await asyncio.sleep(0.3)
        assert not starting.done()
    heir = await starting
    server.stop()
    assert heir.owned
    assert await answer(heir, "SELECT 1") == 1
    heir.stop()


def test_a_number_nobody_has_is_not_a_living_server():
    assert not _lives(2**31 - 1)


async def test_a_server_that_dies_while_it_is_needed_is_revived(data: Path):
    with await asyncio.to_thread(EmbeddedPostgres.start, data) as server:
        assert not server.revive()
        kill_all(data)

        while not await asyncio.to_thread(server.revive):  # for a moment the dead still hold their socket
            await asyncio.sleep(0.01)
        assert await answer(server, "SELECT 1") == 1
    assert not server.revive()
