"""Where members come from, and who brought them: told at enrolment, and fixed from then on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from wallet_service.database.seam import Transaction
from wallet_service.errors import Invalid
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.people import profile_sql as sql
from wallet_service.loyalty.people.profile import read_code
from wallet_service.loyalty.references import parse_reference


class ReferrerUnknown(Invalid):
    """Whoever is said to have brought a member is none of the programme; leave `referred_by` out, or correct it."""

    slug = "referrer-unknown"
    title = "Nobody here has brought this member"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a member came from."""

    channel: str
    """Site, app, till, event…, in the brand's own words."""
    place: str | None = None
    campaign: str | None = None
    link: str | None = None
    """The code of the link or poster they followed."""
    referrer: str | None = None
    """The page they were on before."""
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who is said to have brought somebody to a programme."""

    brand_id: str
    programme_id: str
    by: str
    """A referral code, or a reference to a member."""


async def find_referrers(tx: Transaction, introductions: Mapping[str, Introduction]) -> dict[str, str]:
    """For each introduction, by its name, the id of the member who is meant; those who are nobody are left out.

    Raises `MemberReferenceInvalid` or `PhoneInvalid`.
    """
    if not introductions:
        return {}
    wanted = [{"n": name, **asdict(each), **_reference(each.by)} for name, each in introductions.items()]
    return {row.n: row.id for row in await tx.all(sql.REFERRERS, {"wanted": as_json(wanted)})}


def _reference(text: str) -> dict[str, str]:
    if code := read_code(text):
        return {"kind": "code", "ref": code}
    found = parse_reference(text)
    return {"kind": found.kind, "ref": found.value}


async def keep_sources(tx: Transaction, sources: Mapping[str, Source]) -> None:
    """Keep where these members (by id) came from."""
    if sources:
        rows = [{"member_id": member_id, **asdict(each)} for member_id, each in sources.items()]
        await tx.run(sql.KEEP_SOURCES, {"sources": as_json(rows)})


async def source_of(tx: Transaction, member_id: str) -> Source | None:
    """Where a member came from; None: nobody said."""
    row = await tx.first(sql.SOURCE_OF, {"member": member_id})
    return Source(*row) if row else None


def unknown_referrer() -> ReferrerUnknown:
    """The refusal; it does not repeat what was said."""
    return ReferrerUnknown("`referred_by` names no member of this programme.", remedy="Check the code with the friend.")
