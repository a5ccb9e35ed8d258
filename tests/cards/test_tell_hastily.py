"""What became of pushes is written without waiting for the disk, and nothing else is."""

from sqlalchemy import text

from tests.cards.desk import changed, telling
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards import devices_sql as sql
from wallet_service.database.postgres import PostgresDatabase

PATIENCE = text("SELECT current_setting('synchronous_commit') AS now")
CLAIM = {"wallet": "apple", "issuer": "", "restyled": False, "floor": None, "most": 10, "lease": 60.0}


async def patience(database: PostgresDatabase) -> str:
    async with database.read() as tx:
        return str((await tx.all(PATIENCE))[0].now)


async def test_a_claim_does_not_wait_for_the_disk(shop: Shop):
    await changed(shop, "phone")
    async with shop.database.begin() as tx:
        await tx.run(sql.CLAIM_DUE, CLAIM)
        (row,) = await tx.all(PATIENCE)
    assert row.now == "off"


async def test_whoever_uses_the_connection_next_waits_for_the_disk_again(shop: Shop):
    await changed(shop, "phone")
    url = shop.service.settings.database_url or ""
    alone = PostgresDatabase(url, shop.service.clock, pool=1)
    drain = telling(shop, MemoryWallet())
    drain.database = alone
    try:
        assert await patience(alone) == "on"
        assert await drain.take() == 0.0
        assert await patience(alone) == "on"
    finally:
        await alone.aclose()
