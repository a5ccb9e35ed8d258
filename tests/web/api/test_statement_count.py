"""The hot path costs the same few statements, however many requests share a batch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.people import ANNA
from tests.web.api.desk import Desk, done
from tests.web.api.sales import ANNAS, receipt, under_rules
from wallet_service.database.seam import Database
from wallet_service.service import Service
from wallet_service.web.api.importing import BATCH

ONE_BATCH = 7
"""BEGIN, lock the keys, look for kept answers, lock the accounts, write, touch the cards, COMMIT."""

ONE_BATCH_OF_PURCHASES = 16
"""BEGIN, keys and receipts locked and looked for, accounts locked, their lots, standings, numbers and what is parked read,
entries, standings and purchases written, cards looked for and touched, COMMIT."""

ONCE_A_CONNECTION = ("typeinfo_tree", "set_config('jit'")
"""What the driver asks about types when a connection first meets them."""


@asynccontextmanager
async def statements(database: Database, pool: int) -> AsyncIterator[list[str]]:
    """Every statement that is sent meanwhile: by SQLAlchemy, or on a driver's own connection."""
    heard: list[str] = []

    def by_sqlalchemy(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    def by_driver(record: Any) -> None:
        if not any(mark in record.query for mark in ONCE_A_CONNECTION):
            heard.append(record.query)

    async with AsyncExitStack() as stack:
        transactions = [await stack.enter_async_context(database.begin()) for _ in range(pool)]
        drivers = [await tx.driver() for tx in transactions]
    for driver in drivers:
        driver.add_query_logger(by_driver)
    event.listen(Engine, "before_cursor_execute", by_sqlalchemy)
    yield heard
    event.remove(Engine, "before_cursor_execute", by_sqlalchemy)
    for driver in drivers:
        driver.remove_query_logger(by_driver)


async def test_an_entry_costs_seven_statements_and_a_hundred_at_once_no_more_than_three_batches(
    service: Service, desk: Desk
) -> None:
    anna = await desk.enrol(**ANNA)
    await desk.issue(anna["id"])
    await asyncio.gather(*(desk.post(anna["id"], 1, once=f"warm-up {number}") for number in range(10)))

    async with statements(service.database, service.settings.pool) as alone:
        await desk.post(anna["id"], 1, once="alone")
    async with statements(service.database, service.settings.pool) as together:
        await asyncio.gather(*(desk.post(anna["id"], 1, once=f"together {number}") for number in range(100)))

    assert len(alone) == ONE_BATCH, alone
    assert ONE_BATCH <= len(together) <= 3 * ONE_BATCH
    assert await desk.balance(anna["id"]) == 111


async def test_a_bulk_import_costs_seven_statements_a_batch(service: Service, desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    await desk.issue(anna["id"])
    await desk.post(anna["id"], 1, once="warm-up")
    line = b'{"member":"%b","amount":1,"key":"%d"}\n'
    content = b"".join(line % (anna["id"].encode(), number) for number in range(2 * BATCH))

    async with statements(service.database, service.settings.pool) as heard:
        await desk.bulk(content)

    assert len(heard) == 2 * ONE_BATCH, heard
    assert await desk.balance(anna["id"]) == 1 + 2 * BATCH


async def test_a_batch_of_purchases_costs_the_same_statements_however_many_there_are(
    service: Service, desk: Desk
) -> None:
    await under_rules(service, desk.brand)
    anna = await desk.enrol(**ANNA)
    await desk.issue(anna["id"])
    await desk.post(anna["id"], 400)

    async def sell(number: int) -> None:
        sale = receipt(f"till-{number}", member=ANNAS, spend=1)
        done(await desk.call("POST", "/v1/purchases", sale, once=f"sale {number}"), 201)

    await asyncio.gather(*(sell(number) for number in range(10)))
    async with statements(service.database, service.settings.pool) as alone:
        await sell(10)
    async with statements(service.database, service.settings.pool) as together:
        await asyncio.gather(*(sell(number) for number in range(11, 111)))

    assert len(alone) == ONE_BATCH_OF_PURCHASES, alone
    assert ONE_BATCH_OF_PURCHASES <= len(together) <= 3 * ONE_BATCH_OF_PURCHASES
