"""Publish a template: a new immutable version, and the cards of older ones follow (restyle.py)."""

from dataclasses import dataclass

from wallet_service.cards import restyle_sql, sql
from wallet_service.cards.facts import TemplatePublished
from wallet_service.cards.images import keep_images
from wallet_service.cards.lint import lint
from wallet_service.cards.problem import Severity, TemplateInvalid
from wallet_service.cards.templates import TemplateSource, digest, parse_template, to_bundle
from wallet_service.database.seam import Transaction
from wallet_service.errors import NotFound
from wallet_service.ids import new_id


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a template as published."""

    id: str
    number: int
    fresh: bool
    """False when the newest version is already exactly this."""
    followers: int
    """Living cards of older versions, which now follow."""


async def publish_template(
    tx: Transaction, brand_id: str, source: TemplateSource, *, per_s: float | None = None
) -> Published:
    """Make this the newest version of the brand's template of that name; programmes that use it follow.

    Phones are told at `per_s` cards a second; None: as the workers are set. Publishing what is already the newest
    version changes nothing, not even the pace. Raises `TemplateInvalid`.
    """
    errors = [problem for problem in lint(source) if problem.severity is Severity.ERROR]
    if errors:
        raise TemplateInvalid(*errors)
    template, fingerprint = parse_template(source), digest(source)
    names = {"brand": brand_id, "name": template.name}
    await keep_images(tx, template)
    await tx.run(sql.LOCK_BRAND, {"brand": brand_id})
    newest = await tx.first(sql.NEWEST_TEMPLATE, names)
    if newest is not None and newest.digest == fingerprint:
        return Published(newest.id, newest.number, fresh=False, followers=0)
    number, version_id = newest.number + 1 if newest else 1, new_id("tpl", tx.now)
    bundle = {"digest": fingerprint, "bundle": to_bundle(source), "shows": sorted(template.shows)}
    await tx.run(sql.INSERT_TEMPLATE, names | bundle | {"id": version_id, "number": number, "now": tx.now})
    await tx.run(sql.RESTYLE_PROGRAMMES, names | {"to": version_id})
    followers = await _begin_restyling(tx, names, version_id, per_s) if newest else 0
    return Published(version_id, number, fresh=True, followers=followers)


async def _begin_restyling(tx: Transaction, names: dict[str, str], version_id: str, per_s: float | None) -> int:
    """Let the cards of older versions follow, and no longer follow an older one; how many they are."""
    await tx.run(restyle_sql.SUPERSEDE, names | {"now": tx.now})
    (begun,) = await tx.all(restyle_sql.BEGIN, names | {"id": version_id, "now": tx.now, "per_s": per_s})
    tx.record(TemplatePublished(version_id))
    return int(begun.cards)


class TemplateNotPublished(NotFound):
    """The brand has not published a template of this name; publish it with `wallet-service template publish`."""

    slug = "template-not-published"
    title = "There is no such template"


async def newest_version(tx: Transaction, brand_id: str, name: str) -> str:
    """The id of the newest version of the brand's template. Raises `TemplateNotPublished`."""
    row = await tx.first(sql.NEWEST_TEMPLATE, {"brand": brand_id, "name": name})
    if row is None:
        raise TemplateNotPublished(f"The brand has published no {name}.", remedy="wallet-service template publish")
    return str(row.id)
