"""Transactions: all or nothing, one instant, facts that are settled before the commit, outages with one name."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.database.premises import premises
from wallet_service.clock import SetClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.database.postgres import Collision, DatabaseUnavailable, PostgresDatabase
from wallet_service.database.seam import Transaction

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSERT = text("INSERT INTO brand (id, name, created_at) VALUES (:id, 'Burger Heroes', :now)")
BRANDS = text("SELECT id FROM brand ORDER BY id")
KILL = text("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'""")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    """A database without flows."""
    opened = PostgresDatabase(database_url, SetClock(NOON), pool=3)
    yield opened
    await opened.aclose()


async def add(tx: Transaction, brand: str) -> None:
    assert await tx.run(INSERT, {"id": brand, "now": tx.now}) == 1


async def brands(database: PostgresDatabase) -> list[str]:
    async with database.read() as tx:
        return [row.id for row in await tx.all(BRANDS)]


async def test_what_ends_well_is_kept(database: PostgresDatabase):
    async with database.begin() as tx:
        await add(tx, "a")
        await add(tx, "b")
        assert await brands(database) == []  # not yet, for others
    assert await brands(database) == ["a", "b"]


async def test_what_fails_leaves_nothing_and_nothing_follows(database: PostgresDatabase):
    followed: list[str] = []

    async def fail() -> None:
        async with database.begin() as tx:
            await add(tx, "a")
            tx.after_commit(lambda: followed.append("a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await brands(database), followed) == ([], [])


async def test_afterwards_comes_after_the_commit(database: PostgresDatabase):
    order: list[str] = []
    async with database.begin() as tx:
        tx.after_commit(lambda: order.append("first"))
        tx.after_commit(lambda: order.append("second"))
        await add(tx, "a")
        assert order == []
    assert order == ["first", "second"]


async def test_a_transaction_has_one_instant(database: PostgresDatabase):
    async with database.begin() as tx:
        assert tx.now == NOON


async def test_a_look_sees_each_statement_afresh_and_holds_nothing_open(database: PostgresDatabase):
    async with database.read() as look:
        assert await look.first(BRANDS) is None
        async with database.begin() as tx:
            await add(tx, "a")
        found = await look.first(BRANDS)
        assert found is not None
        assert found.id == "a"
        idle = text(
            "SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
        )
        assert await look.all(idle) == []


async def test_facts_are_settled_in_rounds_before_the_commit(database_url: str):
    rounds: list[Sequence[object]] = []

    async def settle(tx: Transaction, facts: Sequence[object]) -> None:
        rounds.append(facts)
        await add(tx, f"round {len(rounds)}")
        for fact in facts:
            if isinstance(fact, int) and fact > 0:
                tx.record(fact - 1)

    database = PostgresDatabase(database_url, SetClock(NOON), pool=2, settle=settle)
    async with database.begin() as tx:
        tx.record(2)
        tx.record(1)
        assert rounds == []
    assert rounds == [[2, 1], [1, 0], [0]]
    assert await brands(database) == ["round 1", "round 2", "round 3"]
    async with database.begin() as tx:
        await add(tx, "a")
    assert len(rounds) == 3  # nothing recorded, nothing settled
    await database.aclose()


async def test_a_fact_that_cannot_be_settled_takes_the_transaction_back(database_url: str):
    async def settle(_tx: Transaction, _facts: Sequence[object]) -> None:
        raise KeyError("unknown fact")

    database = PostgresDatabase(database_url, SetClock(NOON), pool=2, settle=settle)

    async def record() -> None:
        async with database.begin() as tx:
            await add(tx, "a")
            tx.record("something")

    with pytest.raises(KeyError):
        await record()
    assert await brands(database) == []
    await database.aclose()


async def test_the_driver_works_inside_the_transaction(database: PostgresDatabase):
    async def fail() -> None:
        async with database.begin() as tx:
            driver = await tx.driver()
            await driver.execute("INSERT INTO brand (id, name, created_at) VALUES ('a', 'A', now())")
            assert [row.id for row in await tx.all(BRANDS)] == ["a"]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await brands(database) == []


async def test_a_mistake_of_ours_keeps_its_own_name(database: PostgresDatabase):
    async with database.read() as tx:
        with pytest.raises(DBAPIError, match="no_such_table"):
            await tx.all(text("SELECT * FROM no_such_table"))


@pytest.mark.parametrize("state", ["53100", "57P01", "40P01"])
async def test_an_outage_that_the_driver_meets_is_one_too(database: PostgresDatabase, state: str):
    with pytest.raises(DatabaseUnavailable):
        async with database.begin() as tx:
            await (await tx.driver()).execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    assert await brands(database) == []


async def test_a_connection_that_is_cut_is_an_outage_for_the_driver_too(database: PostgresDatabase):
    with pytest.raises(DatabaseUnavailable):  # noqa: PT012 - it is raised by whatever happens in the transaction
        async with database.begin() as tx:
            driver = await tx.driver()
            driver.terminate()
            await driver.execute("SELECT 1")
    assert await brands(database) == []


async def test_a_connection_that_is_cut_is_an_outage_and_the_next_one_is_not(
    database: PostgresDatabase, database_url: str
):
    await brands(database)
    axe = PostgresDatabase(database_url, SetClock(NOON), pool=1)
    async with axe.read() as tx:
        await tx.all(KILL)
    with pytest.raises(DatabaseUnavailable) as outage:
        await brands(database)
    assert outage.value.status == 503
    assert await brands(database) == []
    await axe.aclose()


async def test_two_who_wait_for_each_other_are_parted_by_an_outage(database: PostgresDatabase):
    async with database.begin() as tx:
        await add(tx, "a")
        await add(tx, "b")
    met = asyncio.Barrier(2)
    lock = text("SELECT FROM brand WHERE id = :id FOR UPDATE")

    async def lock_both(first: str, second: str) -> None:
        async with database.begin() as tx:
            await tx.run(lock, {"id": first})
            await met.wait()
            await tx.run(lock, {"id": second})

    answers = await asyncio.gather(lock_both("a", "b"), lock_both("b", "a"), return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [DatabaseUnavailable]


async def test_a_name_taken_at_the_same_moment_is_a_collision(database: PostgresDatabase):
    async with database.begin() as tx:
        await add(tx, "a")

    async def add_again() -> None:
        async with database.begin() as tx:
            await add(tx, "a")

    with pytest.raises(Collision):
        await add_again()


async def test_a_server_that_takes_no_more_connections_is_an_outage(database_url: str, postgres: EmbeddedPostgres):
    name = database_url.partition("@/")[2].partition("?")[0]
    owner = PostgresDatabase(postgres.database_url("postgres"), SetClock(NOON), pool=1)
    async with owner.begin() as tx:
        await tx.run(text(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0'))
    crowded = PostgresDatabase(database_url, SetClock(NOON), pool=1)
    with pytest.raises(DatabaseUnavailable):
        await brands(crowded)
    await owner.aclose()
    await crowded.aclose()


async def test_a_pool_that_is_all_taken_is_an_outage(database_url: str):
    database = PostgresDatabase(database_url, SetClock(NOON), pool=1, patience=2.0)
    async with database.begin():
        with pytest.raises(DatabaseUnavailable):
            await brands(database)
    await database.aclose()


async def test_a_server_that_is_gone_is_an_outage_until_it_is_back():
    with premises() as folder:
        server = await asyncio.to_thread(EmbeddedPostgres.start, folder)
        database = PostgresDatabase(server.url, SetClock(NOON), pool=2)

        async def ask() -> int:
            async with database.begin() as tx:
                (row,) = await tx.all(text("SELECT 1 AS one"))
                return int(row.one)

        assert await ask() == 1
        await asyncio.to_thread(server.stop)
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                await ask()
        server = await asyncio.to_thread(EmbeddedPostgres.start, folder)
        assert await ask() == 1
        await database.aclose()
        await asyncio.to_thread(server.stop)
