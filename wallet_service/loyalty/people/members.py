"""Members: enrol, find, list, change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, WalletServiceError
from wallet_service.ids import new_id
from wallet_service.loyalty import sql
from wallet_service.loyalty.brands import Programme, known_language, known_time_zone
from wallet_service.loyalty.facts import MemberChanged, MemberEnrolled
from wallet_service.loyalty.found import MemberGone, only
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.people.profile import is_correction, known_born, referral_code, require_born_by
from wallet_service.loyalty.people.sources import Introduction, Source, find_referrers, keep_sources, unknown_referrer
from wallet_service.loyalty.references import MemberRef, normal_phone

Attribute = str | int | bool | Sequence[str]
"""What a brand notes of a member under a name of its own."""

CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "phone": normal_phone,
    "language": known_language,
    "time_zone": known_time_zone,
    "born": known_born,
}
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
    born: date | None
    born_fixed: bool
    """Whether the birth date was corrected once."""
    sex: str | None
    home_city: str | None
    referred_by: str | None
    """The member who brought this one."""
    attributes: Mapping[str, Attribute]

    @property
    def first_name(self) -> str:
        """The first word of the name."""
        return first_name(self.name)

    @property
    def referral_code(self) -> str:
        """What they give to a friend."""
        return referral_code(self.id)


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
    source: Source | None = None
    """Where they came from."""
    brought_by: str | None = None
    """The referral code of the member who brought them, or a reference to that member."""

    @property
    def introduction(self) -> Introduction | None:
        """Who is said to have brought them, if anybody is."""
        programme = self.programme
        return Introduction(programme.brand_id, programme.id, self.brought_by) if self.brought_by else None

    def is_already(self, member: Member) -> bool:
        """Whether this member is all that the newcomer is to be."""
        return all(getattr(member, field) == value for field, value in self.given.items())


COLUMNS = tuple(field.name for field in fields(Member))

CHANGED_HERE = frozenset(COLUMNS) - {"balance", "created_at", "updated_at", "referred_by", "attributes"}
"""What `change_member` writes; of it, `id`, `brand_id` and `programme_id` are never different."""

Enrolled = Member | WalletServiceError
"""A new member, or why there is none: `MemberExists`, or that nobody has brought them."""


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split(" ", 1)[0]


async def enrol_member(
    tx: Transaction,
    programme: Programme,
    wishes: Mapping[str, Any],
    source: Source | None = None,
    brought_by: str | None = None,
) -> Member:
    """Write a new member with a balance of 0.

    Raises `MemberExists`, `ReferrerUnknown`, `BornInvalid`, and what `CHECKS` and references refuse.
    """
    given = normal_form(wishes)
    require_born_by(given.get("born"), tx.now.date())
    (outcome,) = await enrol_members(tx, [Newcomer(programme, given, source, brought_by)])
    if isinstance(outcome, WalletServiceError):
        raise outcome
    return outcome


async def enrol_members(tx: Transaction, newcomers: Sequence[Newcomer], *, move_in: bool = False) -> list[Enrolled]:
    """Write those who are new, each with a balance of 0; for every newcomer the member, or why there is none.

    `move_in`: they were members elsewhere, and are not welcomed a second time.
    """
    ids = sorted(new_id("mem", tx.now) for _ in newcomers)  # members are listed by id: in the order in which they came
    by_id = dict(zip(ids, newcomers, strict=True))
    brought = {each: one.introduction for each, one in by_id.items() if one.introduction}
    referrers = await find_referrers(tx, brought)
    outcomes: dict[str, Enrolled] = {each: unknown_referrer() for each in brought.keys() - referrers.keys()}
    wanted = [_newcomer_row(each, one, referrers) for each, one in by_id.items() if each not in outcomes]
    outcomes |= await _enrol(tx, wanted, move_in=move_in)
    enrolled = {each: by_id[each] for each, outcome in outcomes.items() if isinstance(outcome, Member)}
    await keep_sources(tx, {each: newcomer.source for each, newcomer in enrolled.items() if newcomer.source})
    return [outcomes[member_id] for member_id in ids]


async def _enrol(tx: Transaction, wanted: Sequence[Mapping[str, Any]], *, move_in: bool) -> dict[str, Enrolled]:
    rows = await tx.all(sql.INSERT_MEMBERS, {"members": as_json(wanted), "now": tx.now})
    written: dict[str, Enrolled] = {row.id: member_of(row) for row in rows}
    for member_id in written:
        tx.record(MemberEnrolled(member_id, move_in))
    refused = [row for row in wanted if row["id"] not in written]
    there = await _there(tx, refused)
    gone = MemberExists("external_id", None)  # or phone: whoever had it has just gone
    return written | {row["id"]: there.get(row["id"], gone) for row in refused}


async def find_member(tx: Transaction, brand_id: str, ref: MemberRef) -> Member:
    """The member a reference names. Raises `MemberNotFound`, `MemberAmbiguous` or `MemberGone`."""
    rows = await tx.all(sql.FIND_MEMBER, {"brand": brand_id, "kind": ref.kind, "ref": ref.value})
    return member_of(only(rows, ref))


async def lock_member(tx: Transaction, member_id: str) -> Member:
    """A member, or whoever they were merged into, as they stand now that nobody else writes them. Raises `MemberGone`."""
    (row,) = await tx.all(sql.LOCK_MEMBER, {"id": member_id})
    if row.merged_into is not None:
        return await lock_member(tx, row.merged_into)
    if row.erased_at is not None:
        raise MemberGone
    return member_of(row)


async def change_member(tx: Transaction, member: Member, wishes: Mapping[str, Any], *, trusted: bool = False) -> Member:
    """Change what is given, leave the rest. Who is `trusted` may correct a birth date more than once.

    Raises `MemberExists`, `MemberGone`, `BornInvalid`, `BornFixed` and what `CHECKS` refuse.
    """
    asked = _checked(wishes)
    require_born_by(asked.get("born"), tx.now.date())
    member = await lock_member(tx, member.id)
    wanted = replace(member, **asked)
    corrects = is_correction(member.born, wanted.born, fixed=member.born_fixed, trusted=trusted)
    wanted = replace(wanted, born_fixed=member.born_fixed or corrects)
    was = {field: getattr(member, field) for field in COLUMNS if getattr(wanted, field) != getattr(member, field)}
    values = {field: getattr(wanted, field) for field in CHANGED_HERE}
    if there := await _there(tx, [values]):
        raise there[member.id]
    row = await tx.first(sql.UPDATE_MEMBER, values | {"changed": sorted(was.keys() - {"born_fixed"}), "now": tx.now})
    if shown := {field: was[field] for field in SHOWN if field in was}:
        tx.record(MemberChanged(member.id, shown))
    return member_of(row)


async def list_members(tx: Transaction, brand_id: str, after: str | None, limit: int) -> list[Member]:
    """Members of a brand in the order they joined, those after the id `after`."""
    return [
        member_of(row) for row in await tx.all(sql.MEMBERS, {"brand": brand_id, "after": after or "", "limit": limit})
    ]


def normal_form(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """What was given of these wishes, as it is kept. Raises what `CHECKS` refuse. PURE."""
    return _checked({field: value for field, value in wishes.items() if value is not None})


def _checked(wishes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        field: CHECKS[field](value) if field in CHECKS and value is not None else value
        for field, value in wishes.items()
    }


def member_of(row: Row) -> Member:
    """The member of a row with all its columns."""
    return Member(*(getattr(row, column) for column in COLUMNS))


def _newcomer_row(member_id: str, newcomer: Newcomer, referrers: Mapping[str, str]) -> dict[str, Any]:
    programme = newcomer.programme
    own = {"id": member_id, "brand_id": programme.brand_id, "programme_id": programme.id}
    own |= {"referred_by": referrers[member_id]} if member_id in referrers else {}
    usual = {"name": "", "language": programme.language, "time_zone": programme.time_zone}
    return {**usual, **newcomer.given, **own}


async def _there(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> dict[str, MemberExists]:
    """Id of a row -> who has its phone or external id."""
    found = await tx.all(sql.CLASHING_MEMBERS, {"members": as_json(rows)}) if rows else ()
    return {row.wanted_id: MemberExists(row.field, member_of(row)) for row in found}
