"""Bring a database to the schema of this version, by Alembic."""

import asyncio
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from wallet_service.database.postgres import connect_to

ONE_AT_A_TIME = text("SELECT pg_advisory_lock(7230571)")
"""Several processes may start at once; the number is only ours."""


async def upgrade(url: str) -> None:
    """Apply the migrations that are missing; a second caller waits for the first, and finds nothing to do."""
    engine = connect_to(url, pool=1)
    try:
        async with engine.connect() as connection:
            await connection.execute(ONE_AT_A_TIME)
            await connection.commit()
            await connection.run_sync(_apply)
            await connection.commit()
    finally:
        await engine.dispose()


async def pending(url: str) -> bool:
    """Whether the database is behind this version's schema."""
    engine = connect_to(url, pool=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_behind)
    finally:
        await engine.dispose()


@cache
def revisions() -> tuple[str, ...]:
    """Every revision of the schema that this version knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def upgrade_now(url: str) -> None:
    """`upgrade` for callers without a loop."""
    asyncio.run(upgrade(url))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _apply(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _behind(connection: Connection) -> bool:
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) != heads
