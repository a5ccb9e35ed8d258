"""Members: enrol, find, list, change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict
from wallet_service.ids import new_id
from wallet_service.loyalty import sql
from wallet_service.loyalty.balances import Entry, only
from wallet_service.loyalty.brands import Programme, known_language, known_time_zone
from wallet_service.loyalty.facts import MemberChanged, MemberEnrolled
from wallet_service.loyalty.references import MemberRef, normal_phone

CHECKS = {"phone": normal_phone, "language": known_language, "time_zone": known_time_zone}
"""Fields whose values are put into their normal form."""

SHOWN = ("name", "external_id", "language")
"""Fields a card may show, besides the balance."""


class MemberExists(Conflict):
    """Another member of the programme already has this phone or external id."""

    slug = "member-exists"
    title = "This member is already enrolled"


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a programme."""

    id: str
    brand_id: str
    programme_id: str
    external_id: str | None
    phone: str | None
    """E.164."""
    email: str | None
    name: str
    language: str
    time_zone: str
    balance: Points
    created_at: datetime
    updated_at: datetime

    @property
    def first_name(self) -> str:
        """The first word of the name."""
        return first_name(self.name)


COLUMNS = tuple(field.name for field in fields(Member))


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split(" ", 1)[0]


async def enrol_member(tx: Transaction, programme: Programme, wishes: Mapping[str, Any]) -> Member:
    """Write a new member with a balance of 0. Raises `MemberExists` and what `CHECKS` refuse."""
    given = {field: value for field, value in wishes.items() if value is not None}
    values: dict[str, Any] = {"external_id": None, "phone": None, "email": None, "name": ""}
    values |= {"language": programme.language, "time_zone": programme.time_zone}
    values |= _normal(given)
    values |= {"id": new_id("mem", tx.now), "brand_id": programme.brand_id, "programme_id": programme.id}
    row = await tx.first(sql.INSERT_MEMBER, values | {"now": tx.now})
    if row is None:
        raise await _already(tx, programme.id, values)
    tx.record(MemberEnrolled(row.id))
    return _member(row)


async def find_member(tx: Transaction, brand_id: str, ref: MemberRef) -> Member:
    """The member a reference names. Raises `MemberNotFound` or `MemberAmbiguous`."""
    rows = await tx.all(sql.FIND_MEMBER, {"brand": brand_id, "kind": ref.kind, "ref": ref.value})
    return _member(only(rows, ref))


async def change_member(tx: Transaction, member: Member, wishes: Mapping[str, Any]) -> Member:
    """Change what is given, leave the rest. Raises `MemberExists` and what `CHECKS` refuse."""
    asked = _normal(wishes)
    member = _member(await tx.first(sql.LOCK_MEMBER, {"id": member.id}))  # as it stands, now that nobody else writes it
    wanted = replace(member, **asked)
    was = {field: getattr(member, field) for field in SHOWN if getattr(wanted, field) != getattr(member, field)}
    values = {
        field: getattr(wanted, field) for field in COLUMNS if field not in {"balance", "created_at", "updated_at"}
    }
    if await tx.first(sql.CLASHING_MEMBER, values) is not None:
        raise await _already(tx, member.programme_id, values)
    row = await tx.first(sql.UPDATE_MEMBER, values | {"now": tx.now})
    if was:
        tx.record(MemberChanged(member.id, was))
    return _member(row)


async def list_members(tx: Transaction, brand_id: str, after: str | None, limit: int) -> list[Member]:
    """Members of a brand in the order they joined, those after the id `after`."""
    return [
        _member(row) for row in await tx.all(sql.MEMBERS, {"brand": brand_id, "after": after or "", "limit": limit})
    ]


async def list_entries(tx: Transaction, member: Member, before: int | None, limit: int) -> Sequence[Entry]:
    """A member's ledger, newest first, those older than the entry `before`."""
    values = {"member": member.id, "before": before or 2**62, "limit": limit}
    return [Entry(*row) for row in await tx.all(sql.ENTRIES, values)]


def _normal(wishes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        field: CHECKS[field](value) if field in CHECKS and value is not None else value
        for field, value in wishes.items()
    }


def _member(row: Row) -> Member:
    return Member(*(getattr(row, column) for column in COLUMNS))


async def _already(tx: Transaction, programme_id: str, values: Mapping[str, Any]) -> MemberExists:
    row = await tx.first(sql.CLASHING_MEMBER, {**values, "programme_id": programme_id})
    same = "phone" if row and values["phone"] and row.phone == values["phone"] else "external_id"
    return MemberExists(f"A member with this {same} exists.", field=same, member=row.id if row else None)
