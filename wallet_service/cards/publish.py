"""Publish a template: a new immutable version, and the cards of older ones move to it, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wallet_service.cards import sql
from wallet_service.cards.faces import Shelf
from wallet_service.cards.facts import TemplatePublished
from wallet_service.cards.lint import lint
from wallet_service.cards.problem import Severity, TemplateInvalid
from wallet_service.cards.refresh import refresh_these
from wallet_service.cards.templates import TemplateSource, digest, parse_template, to_bundle
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import NotFound
from wallet_service.ids import new_id

IDLE = 60.0
"""Seconds between two looks: publishing wakes this drain, so it need hardly look by itself."""

CHUNK = 500
"""Cards moved in one transaction: small, so that nobody waits long for the lock of the pass type."""


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a template as published."""

    id: str
    number: int
    fresh: bool
    """False when the newest version is already exactly this."""
    followers: int
    """Living cards of older versions, which now follow."""


async def publish_template(tx: Transaction, brand_id: str, source: TemplateSource) -> Published:
    """Make this the newest version of the brand's template of that name; programmes that use it follow.

    Publishing what is already the newest version changes nothing. Raises `TemplateInvalid`.
    """
    errors = [problem for problem in lint(source) if problem.severity is Severity.ERROR]
    if errors:
        raise TemplateInvalid(*errors)
    template, fingerprint = parse_template(source), digest(source)
    await tx.run(sql.LOCK_BRAND, {"brand": brand_id})
    newest = await tx.first(sql.NEWEST_TEMPLATE, {"brand": brand_id, "name": template.name})
    if newest is not None and newest.digest == fingerprint:
        return Published(newest.id, newest.number, fresh=False, followers=0)
    following = await tx.first(sql.FOLLOWERS, {"brand": brand_id, "name": template.name})
    followers = following.cards if following else 0
    number = newest.number + 1 if newest else 1
    version = Published(new_id("tpl", tx.now), number, fresh=True, followers=followers)
    await tx.run(
        sql.INSERT_TEMPLATE,
        {
            "id": version.id,
            "brand": brand_id,
            "name": template.name,
            "number": version.number,
            "digest": fingerprint,
            "bundle": to_bundle(source),
            "shows": sorted(template.shows),
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
    chunk: int = CHUNK
    shelf: Shelf = field(default_factory=Shelf)

    async def take(self) -> float:
        """Move one chunk; in how many seconds to look again."""
        async with self.database.begin() as tx:
            new = await tx.first(sql.UNSTYLED)
            if new is None:
                return IDLE
            values = {"to": new.id, "brand": new.brand_id, "name": new.name, "number": new.number, "most": self.chunk}
            moved = await tx.all(sql.RESTYLE, values)
            await refresh_these(tx, await self._changed(tx, moved, new.id), self.interval)
        return 0.0

    async def _changed(self, tx: Transaction, moved: Sequence[Row], new_version: str) -> list[str]:
        """The cards that look different now: an edit of one language is no news to those who speak another."""
        kinds = {(card.old_version, card.language) for card in moved}
        news = {(old, language) for old, language in kinds if await self.shelf.differ(tx, old, new_version, language)}
        return [card.id for card in moved if (card.old_version, card.language) in news]
