"""What holds after every fault, and at every moment between: nothing lost, nothing doubled, everybody told."""

from typing import Any

from tests.faults.world import SOON, World
from tests.journeys.walks import until

OFFENDERS = {
    "a balance is the sum of its entries": """
        SELECT m.id FROM member AS m LEFT JOIN ledger_entry AS e ON e.member_id = m.id
        GROUP BY m.id HAVING m.balance <> coalesce(sum(e.amount), 0)""",
    "each entry goes on from the one before": """
        SELECT id FROM (
            SELECT id, balance_after, sum(amount) OVER (PARTITION BY member_id ORDER BY id) AS sum FROM ledger_entry
        ) AS chain WHERE balance_after <> sum""",
    "a purchase counts once": "SELECT reference FROM ledger_entry GROUP BY reference HAVING count(*) > 1",
    "an entry has its kept answer": """
        SELECT e.id FROM ledger_entry AS e LEFT JOIN idempotency AS k ON k.brand_id = e.brand_id AND k.key = e.reference
        WHERE k.key IS NULL""",
    "a card's phone knows its version, was told, or is due to be": """
        SELECT c.id FROM card AS c JOIN registration AS r ON r.card_id = c.id
        WHERE c.version > greatest(r.told_version, r.fetched_version, 1)
            AND NOT EXISTS (SELECT FROM push_due WHERE card_id = c.id)""",
    "a change number is one card's": """
        SELECT change_seq FROM card WHERE change_seq > 0 GROUP BY pass_type, change_seq HAVING count(*) > 1""",
    "no card is ahead of its pass type": """
        SELECT c.id FROM card AS c JOIN pass_type AS p ON p.identifier = c.pass_type WHERE c.change_seq > p.change_seq""",
}
"""What must be so -> a query for whatever breaks it."""

MISSING = """
SELECT receipt FROM unnest($1::text[], $2::bigint[]) AS told (receipt, balance)
WHERE NOT EXISTS (SELECT FROM ledger_entry WHERE reference = receipt AND balance_after = balance)"""


async def assert_all_is_well(world: World) -> None:
    """Every invariant holds; every acknowledged purchase is in the ledger, nothing else is, and every phone shows it."""
    async with world.looked_at() as connection:
        for what, query in OFFENDERS.items():
            assert await connection.fetch(query) == [], f"no longer true: {what}"
        await _assert_ledger(world, connection)
        await _assert_versions_grow(world, connection)
        await until(lambda: _nothing_due(connection), "nobody is due to be told", SOON)
    await until(lambda: _all_show(world), "every phone shows its balance", SOON)
    assert [line for each in world.shoppers for line in each.holder.phone.log if "Last-Modified" in line] == []


async def _assert_ledger(world: World, connection: Any) -> None:
    told = [entry for shopper in world.shoppers for entry in shopper.acknowledged.values()]
    receipts, balances = [entry["reference"] for entry in told], [entry["balance"] for entry in told]
    assert await connection.fetch(MISSING, receipts, balances) == [], "acknowledged, and lost"
    assert await connection.fetchval("SELECT count(*) FROM ledger_entry") == len(told), "nobody's entries"


async def _assert_versions_grow(world: World, connection: Any) -> None:
    rows = await connection.fetch("SELECT id, version, modified_at FROM card")
    for card, version, modified in rows:
        old_version, old_modified = world.versions.get(card, (version, modified))
        assert version == old_version or (version > old_version and modified > old_modified), card
    world.versions = {card: (version, modified) for card, version, modified in rows}


async def _nothing_due(connection: Any) -> bool:
    return not await connection.fetchval("SELECT count(*) FROM push_due")


async def _all_show(world: World) -> bool:
    return all(shopper.holder.balance_shown == len(shopper.acknowledged) for shopper in world.shoppers)
