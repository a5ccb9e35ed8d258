"""Members: enrol, find, list, change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict
from wallet_service.ids import new_id
from wallet_service.loyalty import ledger_sql, sql
from wallet_service.loyalty.balances import only
from wallet_service.loyalty.brands import Programme, known_language, known_time_zone
from wallet_service.loyalty.entry import Entry, Kind
from wallet_service.loyalty.facts import MemberChanged, MemberEnrolled
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.references import MemberRef, normal_phone

CHECKS = {"phone": normal_phone, "language": known_language, "time_zone": known_time_zone}
"""Fields whose values are put into their normal form."""

SHOWN = ("name", "external_id", "language", "time_zone")
"""Fields a card may show, besides the balance; in the time zone it says when points expire."""


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


class MemberExists(Conflict):
    """Another member of the programme already has this phone or external id."""

    slug = "member-exists"
    title = "This member is already enrolled"

    def __init__(self, field: str, there: Member | None) -> None:
        """Name the field they share, and who is `there`, unless they have just gone."""
        super().__init__(f"A member with this {field} exists.", field=field, member=there.id if there else None)
        self.there = there


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to be enrolled."""

    programme: Programme
    given: Mapping[str, Any]
    """What they said of themselves, in its normal form (`normal_form`); the rest is as the programme has it."""

    def is_already(self, member: Member) -> bool:
        """Whether this member is all that the newcomer is to be."""
        return all(getattr(member, field) == value for field, value in self.given.items())


COLUMNS = tuple(field.name for field in fields(Member))


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split(" ", 1)[0]


async def enrol_member(tx: Transaction, programme: Programme, wishes: Mapping[str, Any]) -> Member:
    """Write a new member with a balance of 0. Raises `MemberExists` and what `CHECKS` refuse."""
    (outcome,) = await enrol_members(tx, [Newcomer(programme, normal_form(wishes))])
    if isinstance(outcome, MemberExists):
        raise outcome
    return outcome


async def enrol_members(tx: Transaction, newcomers: Sequence[Newcomer]) -> list[Member | MemberExists]:
    """Write those who are new, each with a balance of 0; for every newcomer the member, or who is in their place."""
    ids = sorted(new_id("mem", tx.now) for _ in newcomers)  # members are listed by id: in the order in which they came
    wanted = [_newcomer_row(member_id, newcomer) for member_id, newcomer in zip(ids, newcomers, strict=True)]
    rows = await tx.all(sql.INSERT_MEMBERS, {"members": as_json(wanted), "now": tx.now})
    outcomes: dict[str, Member | MemberExists] = {row.id: _member(row) for row in rows}
    for member_id in outcomes:
        tx.record(MemberEnrolled(member_id))
    refused = [row for row in wanted if row["id"] not in outcomes]
    there = await _there(tx, refused)
    outcomes |= {row["id"]: _exists(row, there.get(row["id"])) for row in refused}
    return [outcomes[member_id] for member_id in ids]


async def find_member(tx: Transaction, brand_id: str, ref: MemberRef) -> Member:
    """The member a reference names. Raises `MemberNotFound` or `MemberAmbiguous`."""
    rows = await tx.all(sql.FIND_MEMBER, {"brand": brand_id, "kind": ref.kind, "ref": ref.value})
    return _member(only(rows, ref))


async def change_member(tx: Transaction, member: Member, wishes: Mapping[str, Any]) -> Member:
    """Change what is given, leave the rest. Raises `MemberExists` and what `CHECKS` refuse."""
    asked = _checked(wishes)
    member = _member(await tx.first(sql.LOCK_MEMBER, {"id": member.id}))  # as it stands, now that nobody else writes it
    wanted = replace(member, **asked)
    was = {field: getattr(member, field) for field in SHOWN if getattr(wanted, field) != getattr(member, field)}
    values = {
        field: getattr(wanted, field) for field in COLUMNS if field not in {"balance", "created_at", "updated_at"}
    }
    if there := await _there(tx, [values]):
        raise _exists(values, there[member.id])
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
    return [entry_of(row) for row in await tx.all(ledger_sql.ENTRIES, values)]


def normal_form(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """What was given of these wishes, as it is kept. Raises what `CHECKS` refuse. PURE."""
    return _checked({field: value for field, value in wishes.items() if value is not None})


def _checked(wishes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        field: CHECKS[field](value) if field in CHECKS and value is not None else value
        for field, value in wishes.items()
    }


def _member(row: Row) -> Member:
    return Member(*(getattr(row, column) for column in COLUMNS))


def entry_of(row: Row) -> Entry:
    """The entry of a row with all its columns."""
    return Entry(
        row.id,
        row.member_id,
        Kind(row.kind),
        row.amount,
        row.balance_after,
        [(lot, points) for lot, points in row.lots],
        row.reason,
        row.reference,
        row.undoes,
        row.created_at,
        row.digest or b"",
    )


def _newcomer_row(member_id: str, newcomer: Newcomer) -> dict[str, Any]:
    programme = newcomer.programme
    own = {"id": member_id, "brand_id": programme.brand_id, "programme_id": programme.id}
    usual = {"name": "", "language": programme.language, "time_zone": programme.time_zone}
    return {**usual, **newcomer.given, **own}


async def _there(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> dict[str, Member]:
    """Id of a row -> the member who has its phone or external id."""
    if not rows:
        return {}
    return {row.wanted_id: _member(row) for row in await tx.all(sql.CLASHING_MEMBERS, {"members": as_json(rows)})}


def _exists(row: Mapping[str, Any], there: Member | None) -> MemberExists:
    phone = row.get("phone")
    return MemberExists("phone" if there and phone and there.phone == phone else "external_id", there)
