"""Apple devices: registered for a card, asking what changed, fetching it. Written in batches (group commit)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from wallet_service.cards import devices_sql as sql
from wallet_service.cards.facts import CardChanged
from wallet_service.database.seam import Transaction


@dataclass(frozen=True, slots=True)
class Registration:
    """A device asks to be woken for a card."""

    device_id: str
    card_id: str
    pass_type: str
    push_token: str


class Registered(Enum):
    """What became of a registration."""

    NEW = 201
    AGAIN = 200
    NO_SUCH_CARD = 401


@dataclass(frozen=True, slots=True)
class News:
    """Cards of a device that changed since its tag."""

    serials: tuple[str, ...]
    tag: str
    """The highest change number among them, as the opaque string Apple wants."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A device asked what changed, and was told something."""

    device_id: str
    pass_type: str
    address: str
    """Where from: a keyed digest, never the address itself."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Some device fetched a version of a card."""

    card_id: str
    version: int
    address: str


@dataclass(frozen=True, slots=True)
class DeviceTrace:
    """What one device was told, asked and fetched of one card."""

    device_id: str
    registered_at: datetime
    told_version: int | None
    told_at: datetime | None
    told_outcome: str | None
    asked_at: datetime | None
    fetched_version: int | None
    fetched_at: datetime | None

    def up_to_date(self, version: int) -> bool:
        """Whether the device holds this version, as far as it has shown us."""
        return self.fetched_version is not None and self.fetched_version >= version


async def register_devices(tx: Transaction, wishes: Sequence[Registration], cap: int) -> list[Registered]:
    """Register all; the same device and card again refreshes the push token. At most `cap` devices for a card."""
    last = {(wish.device_id, wish.card_id): wish for wish in wishes}
    rows = await tx.all(
        sql.REGISTER,
        {
            "devices": [wish.device_id for wish in last.values()],
            "cards": [wish.card_id for wish in last.values()],
            "types": [wish.pass_type for wish in last.values()],
            "tokens": [wish.push_token for wish in last.values()],
            "now": tx.now,
        },
    )
    fresh = {(row.device_id, row.card_id): row.fresh for row in rows}
    await _spread_tokens(tx, [last[pair] for pair in fresh])
    await _welcome(tx, [pair for pair, is_fresh in fresh.items() if is_fresh], cap)
    return [_registered(fresh.get((wish.device_id, wish.card_id))) for wish in wishes]


def _registered(fresh: bool | None) -> Registered:
    return {True: Registered.NEW, False: Registered.AGAIN, None: Registered.NO_SUCH_CARD}[fresh]


async def _spread_tokens(tx: Transaction, wishes: Sequence[Registration]) -> None:
    newest = {(wish.device_id, wish.pass_type): wish.push_token for wish in wishes}
    if newest:
        devices, types = zip(*newest, strict=True)
        values = {"devices": list(devices), "types": list(types), "tokens": list(newest.values())}
        await tx.run(sql.SPREAD_TOKENS, values)


async def _welcome(tx: Transaction, pairs: Sequence[tuple[str, str]], cap: int) -> None:
    """New registrations: keep to the cap, and wake those that hold an old face."""
    if not pairs:
        return
    cards = list({card for _, card in pairs})
    await tx.run(sql.EVICT, {"cards": cards, "cap": cap})
    for row in await tx.all(sql.MARK_STALE, {"cards": cards, "devices": [device for device, _ in pairs]}):
        tx.record(CardChanged(row.card_id))


async def unregister_device(tx: Transaction, device_id: str, card_id: str, pass_type: str) -> bool:
    """Forget a registration; whether there was one."""
    return await tx.run(sql.UNREGISTER, {"device": device_id, "card": card_id, "type": pass_type}) > 0


async def changed_since(tx: Transaction, device_id: str, pass_type: str, tag: str | None) -> News | None:
    """Every card of the device and type that changed after the tag; None when there is nothing new.

    A tag that is not one of ours counts as none.
    """
    known = int(tag) if tag is not None and tag.isascii() and tag.isdigit() and len(tag) < 19 else -1
    rows = await tx.all(sql.NEWS, {"device": device_id, "type": pass_type, "tag": known})
    if not rows:
        return None
    return News(tuple(row.card_id for row in rows), str(max(row.seq for row in rows)))


async def note_asked(tx: Transaction, notes: Sequence[Asked]) -> list[None]:
    """Keep when devices last asked, and where from."""
    last = {(note.device_id, note.pass_type): note.address for note in notes}
    devices, types = zip(*last, strict=True)
    values = {"devices": list(devices), "types": list(types), "addresses": list(last.values()), "now": tx.now}
    await tx.run(sql.NOTE_ASKED, values)
    return [None] * len(notes)


async def note_fetched(tx: Transaction, notes: Sequence[Fetched]) -> list[None]:
    """Keep which device fetched which version."""
    values = {
        "cards": [note.card_id for note in notes],
        "versions": [note.version for note in notes],
        "addresses": [note.address for note in notes],
        "now": tx.now,
    }
    await tx.run(sql.NOTE_FETCHED, values)
    return [None] * len(notes)


async def note_handed(tx: Transaction, notes: Sequence[tuple[str, int]]) -> list[None]:
    """Keep the newest version of each card (id, version) given out by its link."""
    newest: dict[str, int] = {}
    for card_id, version in notes:
        newest[card_id] = max(version, newest.get(card_id, 0))
    values = {"cards": list(newest), "versions": list(newest.values()), "now": tx.now}
    await tx.run(sql.NOTE_HANDED, values)
    return [None] * len(notes)


async def trace_devices(tx: Transaction, card_id: str) -> list[DeviceTrace]:
    """Every device of the card: what it was told, what it fetched, and when."""
    return [DeviceTrace(*row) for row in await tx.all(sql.TRACE, {"card": card_id})]
