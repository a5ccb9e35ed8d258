"""What is found out about a service: the tables counted, the certificates read, and any trouble told as it is."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cards.desk import bundled, edited, publish, register, telling
from tests.loyalty.shop import Shop
from tests.people import OTHER_PASS_TYPE, PASS_TYPE, open_brand
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.clock import SetClock, SystemClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.health.gather import dial, look_at_disk
from wallet_service.health.lookout import Lookout, Shared
from wallet_service.health.state import Census, Disk, Queue, Reached, Schema, Server, State, Trouble
from wallet_service.service import Service
from wallet_service.settings import Settings

HOURS_AGO = text("UPDATE registration SET told_at = told_at - interval '2 hours'")
LATE = text("UPDATE push_due SET due_at = due_at - interval '90 seconds'")
UNKNOWN_REVISION = text("UPDATE alembic_version SET version_num = '9999'")


@pytest.fixture
async def shop(service: Service) -> Shop:
    """A brand at a service without doors or worker."""
    return Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))


async def census(service: Service) -> Census:
    """What stands in the tables."""
    found = (await Lookout.of(service).look()).census
    assert isinstance(found, Census)
    return found


async def change(service: Service, statement: object) -> None:
    """Do this to the tables."""
    async with service.database.begin() as tx:
        await tx.run(statement)


async def test_a_fresh_service_is_counted_as_nothing(service: Service):
    nothing = tuple(Queue(wallet, 0, 0.0, 0) for wallet in ("apple", "google", "web"))
    assert await census(service) == Census(0, 0, 0, 0, 0, 0, 0, 0, 0, nothing, {})


async def test_a_changed_card_is_due_until_its_phone_is_told_and_stale_until_it_fetches(shop: Shop):
    card = await shop.issue(anna := await shop.enrol(name="Anna"))
    await register(shop, card, "Anna's iPhone")
    await shop.give(anna, 5)
    await change(shop.service, LATE)
    due = await census(shop.service)
    apple = due.queues[0]
    assert (due.live_cards, due.devices, apple.cards, due.stale_devices) == (1, 1, 1, 0)
    assert 90 <= apple.oldest < 600

    await telling(shop, MemoryWallet()).take()
    assert (await census(shop.service)).stale_devices == 0  # it has an hour

    await change(shop.service, HOURS_AGO)
    assert (await census(shop.service)).stale_devices == 1


async def test_cards_of_an_older_template_are_counted_until_they_have_moved(shop: Shop):
    await shop.issue(await shop.enrol(name="Anna"))
    source = bundled("burger-heroes")
    await publish(shop, edited(source, "pass.json", "rgb(", " rgb("))
    found = await census(shop.service)
    assert (found.restyling, found.restyled, found.refreshing) == (1, 0, 1)


async def test_the_certificates_are_told_with_their_days(service: Service):
    state = await Lookout.of(service).glance()
    days = {each.pass_type: each.days_left for each in state.certificates or ()}
    assert days.keys() == {PASS_TYPE, OTHER_PASS_TYPE}
    assert all(390 < left < 396 for left in days.values() if left is not None)


async def test_an_expired_certificate_is_an_error_of_that_pass_type(settings: Settings, service: Service):
    later = SetClock(SystemClock().now() + timedelta(days=500))
    found = (await Lookout.at(settings, later, service.database, lambda: service.keys).glance()).certificates or ()
    assert all("expired" in each.errors[0].why for each in found)
    assert len(found) == 2


async def test_a_clock_that_goes_wrong_is_noticed_by_the_database(settings: Settings, service: Service):
    slow = SetClock(SystemClock().now() - timedelta(minutes=5))
    server = (await Lookout.at(settings, slow, service.database, lambda: service.keys).glance()).server
    assert isinstance(server, Server)
    assert 295 < server.ahead < 420


async def test_a_schema_is_known_by_its_revision(service: Service):
    lookout = Lookout.of(service)
    before = (await lookout.glance()).server
    await change(service, UNKNOWN_REVISION)
    after = (await lookout.glance()).server
    assert isinstance(before, Server)
    assert isinstance(after, Server)
    assert (before.schema, after.schema) == (Schema.RIGHT, Schema.AHEAD)


async def test_a_database_without_our_tables_is_told_and_nothing_is_counted(
    service: Service, postgres: EmbeddedPostgres
):
    bare = PostgresDatabase(postgres.create_database("bare"), service.clock, pool=2)
    state = await Lookout.at(service.settings, service.clock, bare, lambda: service.keys).look()
    await bare.aclose()
    assert isinstance(state.server, Server)
    assert (state.server.schema, state.census) == (Schema.NONE, None)


async def test_with_the_database_away_the_rest_is_looked_at_all_the_same(service: Service, tmp_path: Path):
    away = PostgresDatabase(f"postgresql://nobody@/none?host={tmp_path}", service.clock, pool=2)
    state = await Lookout.at(service.settings, service.clock, away, lambda: service.keys).look()
    await away.aclose()
    assert isinstance(state.server, Trouble)
    assert state.census is None
    assert (state.keys, len(state.certificates or ()), type(state.disk)) == (1, 2, Disk)


def test_the_disk_of_a_folder_not_made_yet_is_that_of_the_nearest_one_above(tmp_path: Path):
    below, above = look_at_disk(tmp_path / "not" / "yet"), look_at_disk(tmp_path)
    assert isinstance(below, Disk)
    assert isinstance(above, Disk)
    assert below.total == above.total > 0  # what is free may change between two looks


async def test_an_address_is_dialled():
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    open_door = await dial("127.0.0.1", port)
    server.close()
    await server.wait_closed()
    shut = await dial("127.0.0.1", port)
    assert open_door == Reached(f"127.0.0.1:{port}")
    assert isinstance(shut, Trouble)
    assert shut.why.startswith(f"127.0.0.1:{port} takes no connection:")


async def test_those_who_ask_together_or_soon_after_share_one_look():
    looks = 0

    async def look() -> State:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return State(Trouble("away"), 1)

    patient, impatient = Shared(look, patience=3600.0), Shared(look, patience=-1.0)
    await asyncio.gather(*(patient() for _ in range(100)))
    await patient()
    assert looks == 1
    await impatient()
    await impatient()
    assert looks == 3
