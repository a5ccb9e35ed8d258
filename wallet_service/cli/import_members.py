"""Members out of a file: read line by line, enrolled a batch at a time, and known again when the file comes again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from wallet_service.cli.import_run import Kind
from wallet_service.database.seam import Database, Transaction
from wallet_service.errors import Invalid, WalletServiceError
from wallet_service.loyalty.brands import Programme, find_programme
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import Enrolled, Member, MemberExists, Newcomer, enrol_members, normal_form
from wallet_service.loyalty.people.sources import Source
from wallet_service.web.api.lines import read_line
from wallet_service.web.api.member_models import NewMember
from wallet_service.web.api.ndjson import Line
from wallet_service.web.render import member_out, refusal_reply, reply
from wallet_service.web.strict_json import read_json


class MemberUnnamed(Invalid):
    """A member who is imported has an external id or a phone: else an import that is repeated would enrol them again."""

    slug = "member-unnamed"
    title = "This member could not be known again"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who is to be enrolled in the programme of this id, or in the brand's only one."""

    programme: str | None
    given: Mapping[str, Any]
    """In its normal form."""
    source: Source | None
    brought_by: str | None


@dataclass(frozen=True, slots=True)
class MemberReader:
    """Reads the lines of one import."""

    longest: int
    """Bytes of a line."""

    def read(self, line: Line) -> Applicant | WalletServiceError:
        """Who a line wants to be enrolled, or why it cannot be."""
        return read_line(line, self.longest, _applicant)


def import_of_members(brand_id: str) -> Kind[Applicant]:
    """The import of a brand's members."""
    return Kind(
        brand_id,
        lambda _source, longest: MemberReader(longest).read,
        lambda database: partial(write_members, database, brand_id),
        "enrolled",
        "there already",
    )


def _applicant(line: Line) -> Applicant:
    wishes = NewMember.model_validate(read_json(line.text)).model_dump(exclude_unset=True)
    programme, source, brought_by = (wishes.pop(field, None) for field in ("programme", "source", "referred_by"))
    given = normal_form(wishes)
    if not given.keys() & {"external_id", "phone"}:
        raise MemberUnnamed("It has neither external_id nor phone.", remedy="Give it one of the two.")
    return Applicant(programme, given, Source(**source) if source else None, brought_by)


async def write_members(database: Database, brand_id: str, applicants: Sequence[Applicant]) -> Sequence[Reply]:
    """A reply for each, once it is durable; an outage is the reply of all."""
    try:
        async with database.begin() as tx:
            return await _enrol(tx, brand_id, applicants)
    except WalletServiceError as outage:
        return [refusal_reply(outage)] * len(applicants)


async def _enrol(tx: Transaction, brand_id: str, applicants: Sequence[Applicant]) -> list[Reply]:
    programmes = {wanted: await _programme(tx, brand_id, wanted) for wanted in {each.programme for each in applicants}}
    ready = [_newcomer(programmes[applicant.programme], applicant) for applicant in applicants]
    newcomers = [each for each in ready if isinstance(each, Newcomer)]
    outcomes = iter(await enrol_members(tx, newcomers, move_in=True))
    return [_reply(each, next(outcomes)) if isinstance(each, Newcomer) else refusal_reply(each) for each in ready]


async def _programme(tx: Transaction, brand_id: str, wanted: str | None) -> Programme | WalletServiceError:
    try:
        return await find_programme(tx, brand_id, wanted)
    except WalletServiceError as refusal:
        if refusal.status >= 500:
            raise
        return refusal


def _newcomer(programme: Programme | WalletServiceError, applicant: Applicant) -> Newcomer | WalletServiceError:
    if isinstance(programme, WalletServiceError):
        return programme
    return Newcomer(programme, applicant.given, applicant.source, applicant.brought_by)


def _reply(newcomer: Newcomer, outcome: Enrolled) -> Reply:
    """As REST would answer, but for a member who is there just as the line has them: that is this import, repeated."""
    if isinstance(outcome, Member):
        return reply(201, member_out(outcome))
    if isinstance(outcome, MemberExists) and outcome.there is not None and newcomer.is_already(outcome.there):
        return replace(reply(200, member_out(outcome.there)), replayed=True)
    return refusal_reply(outcome)
