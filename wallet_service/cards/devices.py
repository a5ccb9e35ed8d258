"""Apple devices: registered for a card, asking what changed, fetching it. Written in batches (group commit)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from wallet_service.cards import devices_sql as sql
from wallet_service.cards.facts import CardsChanged
from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.facts import CardInstalled


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
class Question:
    """A device asks which of its cards of a pass type changed since its tag."""

    device_id: str
    pass_type: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """The answer: what is new, if anything, and whether the device is registered for any card of the type at all."""

    known: bool
    news: News | None


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
class Glance:
    """As much of a card as tells whether a phone already shows it."""

    pass_type: str
    version: int
    modified_at: datetime
    awaited: bool
    """Whether some device of the card has not shown us yet that it holds this version."""


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
    await _spread_tokens(tx, last.values())
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
    grown = {card for (_, card), is_fresh in fresh.items() if is_fresh}
    await _keep_to_the_cap(tx, grown, cap)
    for card in grown:
        tx.record(CardInstalled(card))
    await _wake_the_stale(tx, list(fresh))
    return [_registered(fresh.get((wish.device_id, wish.card_id))) for wish in wishes]


def _registered(fresh: bool | None) -> Registered:
    return {True: Registered.NEW, False: Registered.AGAIN, None: Registered.NO_SUCH_CARD}[fresh]


async def _spread_tokens(tx: Transaction, wishes: Iterable[Registration]) -> None:
    newest = {(wish.device_id, wish.pass_type): wish.push_token for wish in wishes}
    devices, types = zip(*newest, strict=True)
    values = {"devices": list(devices), "types": list(types)}
    await tx.run(sql.LOCK_DEVICES, values)
    await tx.run(sql.SPREAD_TOKENS, values | {"tokens": list(newest.values())})


async def _keep_to_the_cap(tx: Transaction, cards: Iterable[str], cap: int) -> None:
    if grown := sorted(cards):
        await tx.run(sql.EVICT, {"cards": grown, "cap": cap})


async def _wake_the_stale(tx: Transaction, pairs: Sequence[tuple[str, str]]) -> None:
    values = {"devices": [device for device, _ in pairs], "cards": [card for _, card in pairs]}
    if await tx.all(sql.MARK_STALE, values):
        tx.record(CardsChanged())


async def unregister_device(tx: Transaction, device_id: str, card_id: str, pass_type: str) -> bool:
    """Forget a registration; whether there was one."""
    return await tx.run(sql.UNREGISTER, {"device": device_id, "card": card_id, "type": pass_type}) > 0


async def changed_since(tx: Transaction, questions: Sequence[Question]) -> list[Changes]:
    """For each question every card of the device and type that changed after its tag; one statement for all.

    A tag that is not one of ours counts as none.
    """
    values = {
        "n": list(range(len(questions))),
        "devices": [question.device_id for question in questions],
        "types": [question.pass_type for question in questions],
        "tags": [_number(question.tag) for question in questions],
    }
    rows = await tx.all(sql.NEWS, values)
    known = {row.n for row in rows}
    news: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row.is_news:
            news[row.n].append(row)
    return [Changes(n in known, _news(news[n]) if n in news else None) for n in range(len(questions))]


def _number(tag: str | None) -> int:
    return int(tag) if tag is not None and tag.isascii() and tag.isdigit() and len(tag) < 19 else -1


def _news(rows: Sequence[Row]) -> News:
    return News(tuple(row.card_id for row in rows), str(max(row.seq for row in rows)))


async def glance(tx: Transaction, card_ids: Sequence[str]) -> list[Glance | None]:
    """A glance at each card; None where there is no such card. Far cheaper than the whole state that a face needs."""
    rows = await tx.all(sql.GLANCE, {"cards": list(set(card_ids))})
    found = {row[0]: Glance(*row[1:]) for row in rows}
    return [found.get(card_id) for card_id in card_ids]


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
