"""Brands, their pass types and programmes: who we work for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, Invalid, NotFound
from wallet_service.ids import is_id, new_id
from wallet_service.loyalty import sql

PASS_TYPE = re.compile(r"pass(\.[A-Za-z0-9-]{1,63}){1,10}")

TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
"""The form of a language tag (BCP 47, 2.1), without its grandfathered and private ones."""


class ProgrammeNotFound(NotFound):
    """The brand has no such programme."""

    slug = "programme-not-found"
    title = "There is no such programme"


class NameInvalid(Invalid):
    """A brand's name is one line of 1 to 64 printable characters; members see it."""

    slug = "name-invalid"
    title = "This cannot be a name"


class PassTypeInvalid(Invalid):
    """A pass type identifier is `pass.` and a reverse domain name, as registered with Apple."""

    slug = "pass-type-invalid"
    title = "This is not a pass type identifier"


class PassTypeTaken(Conflict):
    """A pass type identifier belongs to one brand; all its cards share one certificate."""

    slug = "pass-type-taken"
    title = "This pass type belongs to another brand"


class PassTypeUnknown(NotFound):
    """The brand has no such pass type; give it one with `wallet-service brand pass-type`."""

    slug = "pass-type-unknown"
    title = "There is no such pass type"


class LanguageUnknown(Invalid):
    """A language is a BCP 47 tag such as `en`, `ru` or `pt-BR`."""

    slug = "language-unknown"
    title = "This is not a language"


class TimeZoneUnknown(Invalid):
    """A time zone is an IANA name such as `Europe/Berlin`."""

    slug = "time-zone-unknown"
    title = "This is not a time zone"


@dataclass(frozen=True, slots=True)
class Programme:
    """One loyalty scheme of a brand."""

    id: str
    brand_id: str
    name: str
    pass_type: str
    template_version_id: str
    may_go_negative: bool
    language: str
    """What members speak unless they say otherwise."""
    time_zone: str


class BrandNotFound(NotFound):
    """There is no brand of this id; `wallet-service brand list` shows them."""

    slug = "brand-not-found"
    title = "There is no such brand"


async def known_brand(tx: Transaction, brand_id: str) -> str:
    """The id, if there is such a brand. Raises `BrandNotFound`."""
    if not is_id("brand", brand_id) or await tx.first(sql.BRAND, {"id": brand_id}) is None:
        raise BrandNotFound(f"No brand {brand_id[:40]!a}.", remedy="wallet-service brand list")
    return brand_id


async def create_brand(tx: Transaction, name: str) -> str:
    """Open a brand; its id. Raises `NameInvalid`."""
    if not (0 < len(name.strip()) <= 64 and name.isprintable()):
        raise NameInvalid("The name is empty, too long, or holds what cannot be printed.")
    brand_id = new_id("brand", tx.now)
    await tx.run(sql.INSERT_BRAND, {"id": brand_id, "name": name, "now": tx.now})
    return brand_id


async def claim_pass_type(tx: Transaction, brand_id: str, identifier: str) -> None:
    """Give the brand a pass type (its certificate lies in certs/<identifier>/). Raises `PassTypeTaken`."""
    await known_brand(tx, brand_id)
    if PASS_TYPE.fullmatch(identifier) is None:
        raise PassTypeInvalid("This is not the form of a pass type.", remedy="Apple's begin with pass. and a domain.")
    if await tx.first(sql.CLAIM_PASS_TYPE, {"identifier": identifier, "brand": brand_id}) is None:
        raise PassTypeTaken(f"{identifier} is in use by another brand.", remedy="Register one of your own with Apple.")


async def create_programme(
    tx: Transaction,
    brand_id: str,
    *,
    name: str,
    pass_type: str,
    template_version_id: str,
    language: str = "en",
    time_zone: str = "UTC",
    may_go_negative: bool = False,
) -> Programme:
    """Open a programme whose cards have this pass type and design. Raises `PassTypeUnknown`."""
    if await tx.first(sql.PASS_TYPE, {"brand": brand_id, "identifier": pass_type}) is None:
        raise PassTypeUnknown(f"{pass_type[:80]} is none of the brand's.", remedy="wallet-service brand pass-type")
    programme = Programme(
        new_id("prog", tx.now),
        brand_id,
        name,
        pass_type,
        template_version_id,
        may_go_negative,
        known_language(language),
        known_time_zone(time_zone),
    )
    fields = ("id", "name", "pass_type", "template_version_id", "may_go_negative", "language", "time_zone")
    values = {field: getattr(programme, field) for field in fields}
    await tx.run(sql.INSERT_PROGRAMME, values | {"brand": brand_id, "now": tx.now})
    return programme


async def find_programme(tx: Transaction, brand_id: str, programme_id: str | None) -> Programme:
    """The brand's programme of this id; without an id, its only one. Raises `ProgrammeNotFound`."""
    rows = await tx.all(sql.PROGRAMMES, {"brand": brand_id, "id": programme_id})
    if not rows:
        raise ProgrammeNotFound(f"No programme {programme_id or 'at all'} in this brand.")
    if len(rows) > 1:
        raise Invalid("The brand has several programmes.", remedy="Name one in `programme`.")
    return Programme(*rows[0])


async def list_brands(tx: Transaction) -> Sequence[Row]:
    """Every brand and programme: ids, names, pass type, template, count of members."""
    return await tx.all(sql.BRANDS)


def known_language(tag: str) -> str:
    """The tag, if it names a language. Raises `LanguageUnknown`."""
    refusal = LanguageUnknown(f"{tag[:40]!r} names no language.", remedy="Use a tag such as en or pt-BR.")
    if TAG.fullmatch(tag) is None:
        raise refusal
    try:
        return str(Locale.parse(tag, sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError) as error:
        raise refusal from error


def known_time_zone(name: str) -> str:
    """The name, if it is a time zone's. Raises `TimeZoneUnknown`."""
    if name not in _time_zones():
        raise TimeZoneUnknown(f"{name[:40]!r} is not a time zone.", remedy="Use a name such as Europe/Berlin.")
    return name


@cache
def _time_zones() -> frozenset[str]:
    """Finding them walks through folders, which takes milliseconds."""
    return frozenset(available_timezones())
