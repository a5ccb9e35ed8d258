"""What tests of cards do at the desk: publish designs, look at passes and at what is due to be told."""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text

from tests.conftest import TEMPLATES
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards.design import CardState
from wallet_service.cards.devices import Registration, register_devices, trace_devices
from wallet_service.cards.faces import Faces, Shelf, states
from wallet_service.cards.issue import Card
from wallet_service.cards.publish import Published, publish_template
from wallet_service.cards.tell import Telling
from wallet_service.cards.templates import TemplateSource, read_template
from wallet_service.database.seam import Row
from wallet_service.loyalty.brands import Programme, create_programme, find_programme
from wallet_service.loyalty.people.members import Member
from wallet_service.settings import PushSettings

DUE = text("""
SELECT card_id, seq, attempt, extract(epoch FROM due_at - now())::float8 AS wait FROM push_due ORDER BY card_id
""")
MAKE_DUE = text("UPDATE push_due SET due_at = now()")
AT_ONCE = PushSettings(interval=0.0, lease=60.0)
WAITING = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
LISTENING = text("SELECT device_id FROM registration ORDER BY device_id")


def bundled(name: str) -> TemplateSource:
    """A template that comes with the service."""
    return read_template(TEMPLATES / f"{name}.pkpasstemplate")


def edited(source: TemplateSource, path: str, before: str, after: str) -> TemplateSource:
    """The template with one text of one file changed."""
    content = source.files[path].decode()
    assert before in content
    return replace(source, files={**source.files, path: content.replace(before, after).encode()})


async def publish(shop: Shop, source: TemplateSource) -> Published:
    """Publish a template of the shop's brand."""
    async with shop.database.begin() as tx:
        return await publish_template(tx, shop.brand.id, source)


async def open_programme(shop: Shop, source: TemplateSource) -> Programme:
    """A programme of the shop whose cards look like this."""
    version = await publish(shop, source)
    async with shop.database.begin() as tx:
        first = await find_programme(tx, shop.brand.id, shop.brand.programme)
        return await create_programme(
            tx, shop.brand.id, name=source.name, pass_type=first.pass_type, template_version_id=version.id
        )


async def state(shop: Shop, card: Card) -> CardState:
    """The card as the database knows it now."""
    async with shop.database.read() as tx:
        (found,) = await states(tx, [card.id])
    assert found is not None
    return found


async def pass_json(shop: Shop, card: Card) -> bytes:
    """The pass.json a phone would be given now."""
    package = await Faces(shop.database, Shelf(), shop.service.wallet).package(await state(shop, card))
    with zipfile.ZipFile(io.BytesIO(b"".join(package.pieces))) as opened:
        return opened.read("pass.json")


async def register(shop: Shop, card: Card, *devices: str, token: str | None = None) -> None:
    """Phones register for the card; without a token of its own, each is woken by its name."""
    wishes = [Registration(device, card.id, card.pass_type, token or f"token of {device}") for device in devices]
    async with shop.database.begin() as tx:
        await register_devices(tx, wishes, cap=50)


async def due(shop: Shop) -> Sequence[Row]:
    """What is due to be told, and in how many seconds."""
    async with shop.database.read() as tx:
        return await tx.all(DUE)


async def make_due(shop: Shop) -> None:
    """Let the time pass that anything due has to wait."""
    async with shop.database.begin() as tx:
        await tx.run(MAKE_DUE)


async def listening(shop: Shop) -> list[str]:
    """The devices that are registered."""
    async with shop.database.read() as tx:
        return [row.device_id for row in await tx.all(LISTENING)]


async def told(shop: Shop, card: Card) -> list[tuple[int | None, str | None]]:
    """For each device, which version it was told of last, and how that went."""
    async with shop.database.read() as tx:
        return [(device.told_version, device.told_outcome) for device in await trace_devices(tx, card.id)]


def telling(shop: Shop, wallet: MemoryWallet, push: PushSettings = AT_ONCE) -> Telling:
    """A drain of its own, as a process has it."""
    return Telling(shop.database, wallet, shop.service.clock, push)


async def installed(shop: Shop, *devices: str) -> tuple[Member, Card]:
    """A member whose card is on these devices."""
    member = await shop.enrol()
    card = await shop.issue(member)
    if devices:
        await register(shop, card, *devices)
    return member, card


async def changed(shop: Shop, *devices: str) -> Card:
    """A card on these devices that has just changed."""
    member, card = await installed(shop, *devices)
    await shop.give(member, 10)
    return card


async def somebody_waits_for_a_lock(shop: Shop) -> None:
    """Wait until some transaction waits for another."""
    async with asyncio.timeout(60), shop.database.read() as tx:
        while not await tx.all(WAITING):
            await asyncio.sleep(0.01)
