"""Migrations: applied once, whoever begins, and known to be missing where they are."""

import asyncio
import secrets

import asyncpg
import pytest

from tests.conftest import plain
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.database.migrate import pending, upgrade, upgrade_now

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"


@pytest.fixture
def blank(postgres: EmbeddedPostgres) -> str:
    """A database with nothing in it."""
    return postgres.create_database(f"blank_{secrets.token_hex(4)}")


async def tables(url: str) -> int:
    connection = await asyncpg.connect(plain(url))
    try:
        return int(await connection.fetchval(TABLES))
    finally:
        await connection.close()


async def test_a_blank_database_is_behind_until_it_is_upgraded(blank: str):
    assert await pending(blank)
    await upgrade(blank)
    assert not await pending(blank)
    assert await tables(blank) > 10


async def test_upgrading_again_finds_nothing_to_do(blank: str):
    await upgrade(blank)
    before = await tables(blank)
    await upgrade(blank)
    assert await tables(blank) == before


async def test_several_who_upgrade_at_once_upgrade_once(blank: str):
    await asyncio.gather(*(upgrade(blank) for _ in range(4)))
    assert not await pending(blank)


async def test_looking_changes_nothing(blank: str):
    assert await pending(blank)
    assert await tables(blank) == 0


def test_it_works_without_a_loop(blank: str):
    upgrade_now(blank)
    assert not asyncio.run(pending(blank))
