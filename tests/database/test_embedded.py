"""The life of an embedded Postgres: first start, adoption, last stop."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.database.premises import another_process, answer, connected, postmaster, premises
from wallet_service.database.embedded import CannotRunPostgres, EmbeddedPostgres, stop_running


@pytest.fixture
def data() -> Iterator[Path]:
    with premises() as folder:
        yield folder


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with premises() as folder, EmbeddedPostgres.start(folder) as running:
        yield running


@pytest.mark.parametrize("promise", ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"])
async def test_nothing_acknowledged_can_be_lost(server: EmbeddedPostgres, promise: str):
    assert await answer(server, f"SHOW {promise}") == "on"


async def test_no_network_is_listened_on(server: EmbeddedPostgres):
    assert await answer(server, "SHOW listen_addresses") == ""


async def test_letters_of_every_language_are_known(server: EmbeddedPostgres):
    assert await answer(server, "SELECT lower('ЖЮЛЬ ÉLÉONORE')") == "жюль éléonore"


async def test_we_own_our_database_and_are_no_superuser(server: EmbeddedPostgres):
    assert await answer(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert await answer(server, owner) == "wallet_service"


async def test_another_database_is_made_once(server: EmbeddedPostgres):
    assert server.create_database("Burger-Heroes") == server.create_database("Burger-Heroes")
    assert await answer(server, "SELECT count(*) FROM pg_database WHERE datname = 'Burger-Heroes'") == 1


async def test_the_log_keeps_no_data_of_refused_rows(server: EmbeddedPostgres):
    async with connected(server) as connection:
        await connection.execute("CREATE TEMP TABLE member (phone text UNIQUE)")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO member VALUES ('+70000000001'), ('+70000000001')")
    log = server._cluster.log.read_text()
    assert "duplicate key value" in log
    assert "+70000000001" not in log


async def test_the_second_start_finds_what_the_first_one_left(data: Path):
    with EmbeddedPostgres.start(data) as first:
        await answer(first, "CREATE TABLE purchase AS SELECT 42 AS points")
    assert not (data / "postgres/postmaster.pid").exists()
    with EmbeddedPostgres.start(data) as second:
        assert await answer(second, "SELECT points FROM purchase") == 42
        assert second.owned


async def test_the_server_lives_as_long_as_anybody_needs_it(data: Path):
    serve = EmbeddedPostgres.start(data)
    worker = EmbeddedPostgres.start(data)
    assert (serve.owned, worker.owned) == (True, False)
    serve.stop()
    assert await answer(worker, "SELECT 1") == 1
    worker.stop()
    worker.stop()
    assert not stop_running(data)


async def test_of_two_starts_at_once_one_adopts_the_other(data: Path):
    both = await asyncio.gather(*(asyncio.to_thread(EmbeddedPostgres.start, data) for _ in range(2)))
    assert sorted(server.owned for server in both) == [False, True]
    for server in both:
        assert await answer(server, "SELECT 1") == 1
        server.stop()


def test_a_worker_started_apart_adopts_the_server_and_then_stops_it(data: Path):
    with EmbeddedPostgres.start(data) as server, another_process(data) as (worker, said):
        assert said == "adopted"
        server.stop()
        assert postmaster(data)
        worker.communicate("done\n", timeout=30)
        assert worker.returncode == 0
    assert not stop_running(data)


async def test_the_operator_can_stop_a_server_that_is_in_use(data: Path):
    with EmbeddedPostgres.start(data):
        assert stop_running(data)
        assert not (data / "postgres/postmaster.pid").exists()


def test_the_interrupt_key_of_our_terminal_does_not_reach_the_server(data: Path):
    with EmbeddedPostgres.start(data):
        assert os.getsid(postmaster(data)) == postmaster(data)


def test_data_of_another_major_version_is_refused_and_left_alone(data: Path):
    EmbeddedPostgres.start(data).stop()
    version = data / "postgres/PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(CannotRunPostgres, match="written by Postgres 12") as refusal:
        EmbeddedPostgres.start(data)
    assert "pg_dump" in str(refusal.value.remedy)
    assert version.read_text() == "12\n"


def test_a_server_that_will_not_start_says_why_at_once(data: Path):
    with pytest.raises(CannotRunPostgres, match="no_such_setting"):
        EmbeddedPostgres.start(data, conf={"no_such_setting": "1"})


def test_a_database_that_cannot_be_made_leaves_no_server_behind(data: Path):
    with pytest.raises(CannotRunPostgres, match="psql failed"):
        EmbeddedPostgres.start(data, conf={"default_transaction_read_only": "on"})
    assert not stop_running(data)


def test_a_start_cut_short_while_making_the_cluster_does_no_harm(data: Path):
    (data / "postgres.new/base").mkdir(parents=True)
    (data / "postgres.new/PG_VERSION").write_text("18\n")
    with EmbeddedPostgres.start(data) as server:
        assert server.owned
    assert not (data / "postgres.new").exists()


def test_a_long_log_is_put_aside_by_the_next_start(data: Path):
    data.mkdir()
    (data / "postgres.log").write_bytes(b"x" * 10_000_001)
    with EmbeddedPostgres.start(data):
        assert (data / "postgres.log").stat().st_size < 10_000
        assert (data / "postgres.log.1").stat().st_size == 10_000_001
