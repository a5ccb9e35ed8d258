"""`wallet-service db`, and what every command says of a database that is not as it should be."""

from pathlib import Path

import asyncpg
import pytest

from tests.conftest import plain
from tests.processes import typed
from wallet_service.app import SchemaBehind
from wallet_service.cli.session import DatabaseUnreachable
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.settings import Settings


@pytest.fixture
async def bare_url(postgres: EmbeddedPostgres, database_url: str) -> str:
    """A database without our schema."""
    name = f"bare_{database_url.partition('/test_')[2].partition('?')[0]}"
    connection = await asyncpg.connect(plain(postgres.database_url("postgres")))
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return postgres.database_url(name)


def test_an_old_schema_is_refused_with_the_command_that_mends_it(settings: Settings, bare_url: str) -> None:
    settings.database_url = bare_url
    with pytest.raises(SchemaBehind) as refusal:
        typed(settings, "brand", "list")
    assert refusal.value.remedy == "Run wallet-service db upgrade."

    assert "up to date" in typed(settings, "db", "upgrade")
    assert "up to date" in typed(settings, "db", "upgrade")
    typed(settings, "brand", "list")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://anna:secret@127.0.0.1:1/wallet", "127.0.0.1:1/wallet: .*Connect call failed"),
        ("postgresql://anna:secret@nowhere.invalid/wallet", "nowhere.invalid/wallet: "),
        ("postgresql://anna:secret@127.0.0.1:port/wallet", "not the address of a Postgres database"),
        ("postgresql://anna:sec/ret@127.0.0.1/wallet", "not the address of a Postgres database"),
        ("mysql://anna:secret@127.0.0.1/wallet", "not the address of a Postgres database"),
        ("secret", "not the address of a Postgres database"),
    ],
)
@pytest.mark.parametrize("words", [("brand", "list"), ("db", "upgrade")])
def test_a_database_out_of_reach_is_told_without_its_password(
    settings: Settings, words: tuple[str, ...], url: str, why: str
) -> None:
    settings.database_url = url
    with pytest.raises(DatabaseUnreachable, match=why) as refusal:
        typed(settings, *words)
    assert "sec" not in refusal.value.detail
    assert "DATABASE_URL" in f"{refusal.value.detail} {refusal.value.remedy}"


def test_a_database_that_does_not_exist_or_let_us_in_is_told(settings: Settings, postgres: EmbeddedPostgres) -> None:
    for url, why in (
        (postgres.database_url("nobody"), 'database "nobody" does not exist'),
        (postgres.url.replace("wallet_service@", "stranger@"), "authentication failed"),
    ):
        settings.database_url = url
        with pytest.raises(DatabaseUnreachable, match=why):
            typed(settings, "brand", "list")


def test_an_embedded_database_left_behind_by_a_crash_can_be_stopped(settings: Settings, tmp_path: Path) -> None:
    settings.database_url, settings.data_dir = None, tmp_path / "data"
    with EmbeddedPostgres.start(settings.data_dir):
        assert typed(settings, "db", "stop").strip() == "Stopped."
    assert typed(settings, "db", "stop").strip() == "No embedded database is running."
