"""When the database is away every call is 503, never 401: a phone that hears 401 does not come back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.phones.scene import Card, Door, until
from wallet_service.app import upgrade_database
from wallet_service.database.embedded import EmbeddedPostgres


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that this test may stop."""
    with EmbeddedPostgres.start(tmp_path / "postgres") as server:
        yield server


@pytest.fixture
async def database_url(own_postgres: EmbeddedPostgres) -> str:
    """A database on it."""
    await upgrade_database(own_postgres.url)
    return own_postgres.url


async def test_every_call_is_503_until_the_database_is_back(
    door: Door, anna: Card, own_postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    await door.register(anna)
    await asyncio.to_thread(own_postgres.stop)

    troubled = [
        await door.register(anna),
        await door.unregister(anna),
        await door.changes(),
        await door.fetch(anna),
        await door.site.client.get(anna.link),
    ]
    strangers = [await door.register(anna, token="1-A"), await door.fetch(anna, token="1-A")]

    assert [answer.status_code for answer in troubled] == [503] * 5
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in troubled)
    assert [answer.status_code for answer in strangers] == [401, 401]

    async def served() -> bool:
        return (await door.fetch(anna)).status_code == 200

    with await asyncio.to_thread(EmbeddedPostgres.start, tmp_path / "postgres"):
        await until(served, "the card is given out again")
        assert (await door.changes()).json()["serialNumbers"] == [anna.id]
