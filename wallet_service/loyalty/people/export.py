"""Everything that is kept of a member, in one zip: what they may ask for, in a form that programs read too."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wallet_service.database.seam import Database, Statement, Transaction
from wallet_service.loyalty.people import export_sql as sql
from wallet_service.loyalty.people.consents import list_consents, present_consents
from wallet_service.loyalty.people.contacts import list_contacts
from wallet_service.loyalty.people.export_zip import GrowingZip
from wallet_service.loyalty.people.members import Member, find_member, member_of
from wallet_service.loyalty.people.moments import EPOCH, Place
from wallet_service.loyalty.people.sources import source_of
from wallet_service.loyalty.people.timeline import list_timeline
from wallet_service.loyalty.references import MemberRef

PORTION = 500
"""Rows that are in memory at once."""

MOST_WORDS = 100_000
"""Consents of one person; nobody says so much."""

README = """This is everything that is kept of one member. Times are UTC.

member.json       who they are, where they can be reached and where they came from; likewise members merged into this one
consents.json     what they agreed to: how it stands, and every word that was noted
cards.json        their cards, and the devices that hold them
lots.ndjson       points that were granted together, and what is left of them
entries.ndjson    every movement of points, the oldest first; the digests are a chain
purchases.ndjson  what they bought
timeline.ndjson   all of it in one list, the newest first

A file .ndjson has one JSON document in each line.
"""


@dataclass(frozen=True, slots=True)
class Papers:
    """What of a person fits into memory, read before the first byte goes out."""

    members: Sequence[Member]
    """The member, then those who were merged into it."""
    documents: Mapping[str, Any]
    """Name of a file -> what is in it."""


async def gather(tx: Transaction, brand_id: str, ref: MemberRef) -> Papers:
    """The papers of a member. Raises `MemberNotFound`, `MemberAmbiguous` or `MemberGone`."""
    member = await find_member(tx, brand_id, ref)
    members = [member, *(member_of(row) for row in await tx.all(sql.ABSORBED, {"member": member.id}))]
    persons = [await _person(tx, each) for each in members]
    words = [word for _, word in await list_consents(tx, member, None, MOST_WORDS)]
    documents = {
        "member.json": persons[0] | {"merged": persons[1:]},
        "consents.json": {"present": await present_consents(tx, member), "history": words},
        "cards.json": [card for each in members for card in await _rows(tx, sql.CARDS, each)],
    }
    return Papers(members, documents)


async def _person(tx: Transaction, member: Member) -> dict[str, Any]:
    return asdict(member) | {
        "referral_code": member.referral_code,
        "contacts": await list_contacts(tx, member.id),
        "source": await source_of(tx, member.id),
        "app_addresses": await _rows(tx, sql.ADDRESSES, member),
        "standing": await _rows(tx, sql.STANDING, member),
    }


async def write_zip(database: Database, papers: Papers) -> AsyncIterator[bytes]:
    """The zip of these papers and of all that is too long for them, piece by piece.

    No connection is held while a piece is on its way.
    """
    growing = GrowingZip(papers.members[0].updated_at)
    growing.begin("README.txt")
    growing.text(README)
    for name, document in papers.documents.items():
        growing.begin(name)
        growing.document(document)
    for name, read in LISTS.items():
        growing.begin(name)
        for member in papers.members[: 1 if name == TIMELINE else None]:
            async for rows in _portions(database, member, read):
                growing.lines(rows)
                yield growing.taken()
    growing.close()
    yield growing.taken()


Read = Callable[[Transaction, Member, Any], Awaitable[tuple[Sequence[Any], Any]]]
"""A portion of a member's list after a place (None: its beginning), and the place after it."""


async def _portions(database: Database, member: Member, read: Read) -> AsyncIterator[Sequence[Any]]:
    place = None
    while True:
        async with database.read() as tx:
            rows, place = await read(tx, member, place)
        yield rows
        if len(rows) < PORTION:
            return


def _numbered(statement: Statement) -> Read:
    async def read(tx: Transaction, member: Member, place: int | None) -> tuple[Sequence[Any], Any]:
        rows = await _rows(tx, statement, member, after=place or 0, limit=PORTION)
        return rows, rows[-1]["id"] if rows else place

    return read


async def _purchases(tx: Transaction, member: Member, place: Any) -> tuple[Sequence[Any], Any]:
    at, after = place or (EPOCH, "")
    rows = await _rows(tx, sql.PURCHASES, member, at=at, after=after, limit=PORTION)
    return rows, (rows[-1]["at"], rows[-1]["id"]) if rows else place


async def _moments(tx: Transaction, member: Member, place: Place | None) -> tuple[Sequence[Any], Any]:
    place = place or Place()
    moments = await list_timeline(tx, member, place, PORTION)
    return moments, place.after(moments)


TIMELINE = "timeline.ndjson"
"""It is one for a person, however many members were merged."""

LISTS: Mapping[str, Read] = {
    "lots.ndjson": _numbered(sql.LOTS),
    "entries.ndjson": _numbered(sql.ENTRIES),
    "purchases.ndjson": _purchases,
    TIMELINE: _moments,
}
"""Name of a file -> how its lines are read."""


async def _rows(tx: Transaction, statement: Statement, member: Member, **values: Any) -> list[dict[str, Any]]:
    return [row._asdict() for row in await tx.all(statement, {"member": member.id, **values})]
