"""Publish a template: a new immutable version, and the cards of older ones move to it, some at a time."""

from dataclasses import dataclass

from wallet_service.cards import sql
from wallet_service.cards.facts import TemplatePublished
from wallet_service.cards.lint import lint
from wallet_service.cards.problem import Severity, TemplateInvalid
from wallet_service.cards.refresh import refresh_these
from wallet_service.cards.templates import TemplateSource, digest, parse_template, to_bundle
from wallet_service.database.seam import Database, Transaction
from wallet_service.errors import NotFound
from wallet_service.ids import new_id

CHUNK = 500
"""Cards moved in one transaction: small, so that nobody waits long for the lock of the pass type."""


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a template as published."""

    id: str
    number: int
    fresh: bool
    """False when the newest version is already exactly this."""


async def publish_template(tx: Transaction, brand_id: str, source: TemplateSource) -> Published:
    """Make this the newest version of the brand's template of that name; programmes that use it follow.

    Publishing what is already the newest version changes nothing. Raises `TemplateInvalid`.
    """
    errors = [problem for problem in lint(source) if problem.severity is Severity.ERROR]
    if errors:
        raise TemplateInvalid(*errors)
    template, fingerprint = parse_template(source), digest(source)
    shows = template.shows | ({"language"} if len(template.languages) > 1 else set())
    await tx.run(sql.LOCK_BRAND, {"brand": brand_id})
    newest = await tx.first(sql.NEWEST_TEMPLATE, {"brand": brand_id, "name": template.name})
    if newest is not None and newest.digest == fingerprint:
        return Published(newest.id, newest.number, fresh=False)
    version = Published(new_id("tpl", tx.now), newest.number + 1 if newest else 1, fresh=True)
    await tx.run(
        sql.INSERT_TEMPLATE,
        {
            "id": version.id,
            "brand": brand_id,
            "name": template.name,
            "number": version.number,
            "digest": fingerprint,
            "bundle": to_bundle(source),
            "shows": sorted(shows),
            "now": tx.now,
        },
    )
    await tx.run(sql.RESTYLE_PROGRAMMES, {"to": version.id, "brand": brand_id, "name": template.name})
    tx.record(TemplatePublished(version.id))
    return version


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


@dataclass(frozen=True, slots=True)
class Restyling:
    """The drain of cards that still have an older version of their template. Where it stands is in the cards."""

    database: Database
    interval: float

    async def take(self) -> float:
        """Move one chunk; in how many seconds to look again."""
        async with self.database.begin() as tx:
            rows = await tx.all(sql.UNSTYLED)
            for row in rows:
                values = {"to": row.id, "brand": row.brand_id, "name": row.name, "number": row.number, "most": CHUNK}
                moved = await tx.all(sql.RESTYLE, values)
                await refresh_these(tx, [card.id for card in moved], self.interval)
        return 0.0 if rows else IDLE


IDLE = 60.0
"""Publishing wakes this drain; otherwise it need hardly look."""
