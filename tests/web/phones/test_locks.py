"""Writers of the same rows, in transactions of several processes: none waits for another in a circle, none overlooks one."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.people import PASS_TYPE, open_brand
from tests.web.phones.scene import issue_many, somebody_waits, until
from wallet_service.cards import devices_sql as sql
from wallet_service.cards.devices import Asked, Fetched, Registration, note_asked, note_fetched, register_devices
from wallet_service.cards.refresh import refresh_these
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.service import Service

EVER = datetime(2000, 1, 1, tzinfo=UTC)
DEVICES = [f"{n:032x}" for n in range(5)]
ROUNDS = 25

Write = Callable[[Transaction], Awaitable[object]]


@pytest.fixture
async def cards(service: Service) -> list[str]:
    """Four cards of one brand, which nobody tells of anything."""
    return await issue_many(service, await open_brand(service, "Burger Heroes", PASS_TYPE), 4)


async def in_a_transaction(database: Database, write: Write) -> None:
    """Do this, and commit."""
    async with database.begin() as tx:
        await write(tx)


async def claim(tx: Transaction) -> Sequence[Row]:
    """Take what is due to be told, for an hour."""
    queue = {"wallet": "apple", "issuer": "", "restyled": False}
    return await tx.all(sql.CLAIM_DUE, queue | {"floor": EVER, "most": 100, "lease": 3600.0})


async def settle(tx: Transaction, *, due: Sequence[Row]) -> None:
    """All of it has been told."""
    values = {"cards": [row.card_id for row in due], "seqs": [row.seq for row in due], "waits": [None for _ in due]}
    await tx.run(sql.SETTLE_DUE, values | {"wallet": "apple", "interval": 0.0})


async def test_a_change_committed_while_its_card_is_settled_is_due_at_once(
    database: Database, cards: list[str]
) -> None:
    """Not when the lease is over."""
    change = partial(refresh_these, card_ids=cards[:1], interval=0.0)
    await in_a_transaction(database, change)
    async with database.begin() as tx:
        due = await claim(tx)
    async with database.begin() as tx:
        await change(tx)
        settling = asyncio.create_task(in_a_transaction(database, partial(settle, due=due)))
        await until(partial(somebody_waits, database), "the settling waits for the change")
    await settling

    async with database.begin() as tx:
        again = [(row.card_id, row.seq, row.attempt) for row in await claim(tx)]
    assert again == [(cards[0], due[0].seq + 1, 1)]


async def test_a_restored_phone_registers_all_its_cards_at_once(database: Database, cards: list[str]) -> None:
    """Each registration passes the new push token on to the others, which are being written too."""
    for n in range(ROUNDS):
        token = f"{n:064x}"
        wishes = [Registration(DEVICES[0], card, PASS_TYPE, token) for card in cards]
        await asyncio.gather(
            *(in_a_transaction(database, partial(register_devices, wishes=[wish], cap=50)) for wish in wishes)
        )

    async with database.read() as tx:
        listeners = await tx.all(sql.LISTENERS, {"cards": cards})
    assert [row.push_token for row in listeners] == [f"{ROUNDS - 1:064x}"] * len(cards)


async def test_whoever_writes_about_the_same_devices_waits_in_line(database: Database, cards: list[str]) -> None:
    dice = random.Random(2)  # noqa: S311 - nobody is to be surprised by these dice
    pairs = [(device, card) for device in DEVICES for card in cards]
    await in_a_transaction(database, partial(register, pairs=pairs))

    for n in range(ROUNDS):
        writes: list[Write] = [
            partial(register, pairs=dice.sample(pairs, 8), token=f"{n:064x}"),
            partial(register, pairs=dice.sample(pairs, 8), token=f"{n + 1:064x}"),
            partial(note_asked, notes=[Asked(device, PASS_TYPE, "home") for device in dice.sample(DEVICES, 4)]),
            partial(note_fetched, notes=[Fetched(card, n, "home") for card in cards * 5]),
            partial(refresh_these, card_ids=dice.sample(cards, 3), interval=0.0),
            partial(tell, pairs=dice.sample(pairs, 12)),
        ]
        await asyncio.gather(*(in_a_transaction(database, write) for write in writes))

    async with database.read() as tx:
        assert len(await tx.all(sql.LISTENERS, {"cards": cards})) == len(pairs)


async def register(tx: Transaction, pairs: Sequence[tuple[str, str]], token: str = "ab" * 32) -> None:
    """These devices register these cards."""
    await register_devices(tx, [Registration(device, card, PASS_TYPE, token) for device, card in pairs], cap=50)


async def tell(tx: Transaction, pairs: Sequence[tuple[str, str]]) -> None:
    """These devices were told of these cards, and the cards are settled."""
    devices, cards = map(list, zip(*pairs, strict=True))
    values = {"devices": devices, "cards": cards, "versions": [1] * len(pairs), "outcomes": ["accepted"] * len(pairs)}
    await tx.run(sql.NOTE_TOLD, values | {"now": tx.now})
    await settle(tx, due=await claim(tx))
