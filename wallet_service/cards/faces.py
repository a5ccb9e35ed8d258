"""The faces of cards as they are now: their states in one statement, their designs from a shelf."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import orjson

from wallet_service.cards import sql
from wallet_service.cards.announcing import Change, announcers
from wallet_service.cards.design import CardState, Style, compose, expecting
from wallet_service.cards.placeholders import EXPIRY, Holder, field_of
from wallet_service.cards.standing import NOTHING, read_standing
from wallet_service.cards.templates import Template, design, design_key, fillers, from_bundle, parse_template
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.loyalty.ledger.lot_list import expiring_of
from wallet_service.loyalty.people.members import first_name
from wallet_service.wallets.seam import CardFace, Design, Package, Wallet

ELSE = ""
"""Stands for every language that a template does not speak, and every tier that it does not know."""


class Looks(NamedTuple):
    """Some cards of a template, which all look alike."""

    language: str
    tier: str


@dataclass(frozen=True, slots=True)
class News:
    """Which cards look different in a template version from another."""

    languages: frozenset[str]
    """The languages of either: whoever speaks another sees what those see who speak `ELSE`."""
    tiers: frozenset[str]
    """The tiers that have a look of their own in either: cards of another look as those of `ELSE`."""
    seen: frozenset[Looks]
    """Those that look different."""

    @property
    def is_everyones(self) -> bool:
        """Whether they are all that there are."""
        return len(self.seen) == len(self.languages) * len(self.tiers)


@dataclass(slots=True)
class Shelf:
    """Published designs, read once: a version is immutable, so what stands here is true for ever."""

    _templates: dict[str, Template] = field(default_factory=dict)
    _styles: dict[str, Style] = field(default_factory=dict)

    def ready(self, version_id: str, language: str, tier: str = "") -> Style | None:
        """The design, if it has been read before."""
        template = self._templates.get(version_id)
        if template is None:
            return None
        return self._styles.get(design_key(version_id, template.nearest(language), template.look(tier)))

    async def style(self, tx: Transaction, version_id: str, language: str, tier: str = "") -> Style:
        """The design of this template version in the language that comes nearest, for cards of a tier."""
        template = await self._template(tx, version_id)
        spoken, tier = template.nearest(language), template.look(tier)
        key = design_key(version_id, spoken, tier)
        if key not in self._styles:
            self._styles[key] = await asyncio.to_thread(style_of, template, version_id, spoken, tier)
        return self._styles[key]

    async def look(self, tx: Transaction, version_id: str, tier: str) -> str:
        """The tier whose look cards of this tier have; empty: that of the template itself."""
        return (await self._template(tx, version_id)).look(tier)

    async def designs(self, tx: Transaction, version_id: str, tier: str = "") -> Sequence[Design]:
        """The template version in each of its languages, its first language first, for cards of a tier."""
        template = await self._template(tx, version_id)
        return [(await self.style(tx, version_id, tag, tier)).design for tag in template.languages]

    async def news(self, tx: Transaction, one: str, other: str) -> News:
        """In which languages, and for which tiers, two template versions look different."""
        before, after = await self._template(tx, one), await self._template(tx, other)
        tags, tiers = {*before.languages, *after.languages, ELSE}, {*before.tiers, *after.tiers, ELSE}
        found = [
            Looks(tag, tier)
            for tag, tier in product(tags, tiers)
            if await self._look(tx, one, tag, tier) != await self._look(tx, other, tag, tier)
        ]
        return News(frozenset(tags), frozenset(tiers), frozenset(found))

    async def _template(self, tx: Transaction, version_id: str) -> Template:
        if version_id not in self._templates:
            row = await tx.first(sql.TEMPLATE_BUNDLE, {"id": version_id})
            if row is None:
                raise LookupError(f"no template version {version_id}: a foreign key promised it")
            # in a thread: a template, and the first words of a language, take milliseconds to understand
            self._templates[version_id] = await asyncio.to_thread(_understand, row.bundle)
        return self._templates[version_id]

    async def _look(self, tx: Transaction, version_id: str, language: str, tier: str) -> tuple[object, ...]:
        template = self._templates[version_id]
        laid_out = (await self.style(tx, version_id, language, tier)).design
        spoken = laid_out.language
        words = template.units.get(spoken), template.words.get(spoken)
        return spoken, *laid_out.look, words, template.announce


def _understand(bundle: bytes) -> Template:
    return parse_template(from_bundle(bundle))


def style_of(template: Template, version_id: str, language: str, tier: str = "") -> Style:
    """The template in one of its languages and the look of one of its tiers, ready to be filled."""
    laid_out = design(template, version_id, language, tier)
    fills = fillers(template, laid_out)
    shows_expiry = any(field_of(name) in EXPIRY for name in fills)
    return Style(laid_out, fills, template.announce, announcers(template.announce), shows_expiry)


@dataclass(frozen=True, slots=True)
class Faces:
    """Makes the files that show cards as they are."""

    database: Database
    shelf: Shelf
    wallet: Wallet

    async def face(self, state: CardState) -> CardFace:
        """What the card shows in this state."""
        style = self.shelf.ready(state.template_version_id, state.holder.language, state.tier)
        if style is None or style.shows_expiry:
            async with self.database.read() as tx:
                return await face(tx, self.shelf, state)
        return compose(style, state)

    async def package(self, state: CardState) -> Package:
        """The file for a phone that shows the card in this state."""
        return await self.wallet.package(await self.face(state))


async def states(tx: Transaction, serials: Sequence[str]) -> list[CardState | None]:
    """What is known now of each card; None where there is no such card."""
    found = {row.serial: _state(row) for row in await tx.all(sql.STATES, {"cards": list(set(serials))})}
    return [found.get(serial) for serial in serials]


async def states_together(tx: Transaction, serial: str) -> list[CardState]:
    """The living cards of whoever holds this one, in all programmes of the brand; this one first, if it lives."""
    serials = [row.id for row in await tx.all(sql.CARDS_TOGETHER, {"card": serial})]
    return [state for state in await states(tx, serials) if state is not None]


async def survivors_state(tx: Transaction, serial: str) -> CardState | None:
    """The living card of whoever the holder of this one was merged into; None: it leads nowhere."""
    row = await tx.first(sql.CARD_OF_SURVIVOR, {"card": serial})
    return (await states(tx, [row.id]))[0] if row else None


async def face(tx: Transaction, shelf: Shelf, state: CardState) -> CardFace:
    """The face of a card in this state."""
    style = await shelf.style(tx, state.template_version_id, state.holder.language, state.tier)
    if style.shows_expiry:
        state = expecting(state, await expiring_of(tx, state.holder.member_id, state.time_zone))
    return compose(style, state)


def _state(row: Row) -> CardState:
    standing = read_standing(orjson.loads(row.shown)) if row.shown else NOTHING
    holder = Holder(
        first_name=first_name(row.name),
        name=row.name,
        balance=row.balance,
        external_id=row.external_id or "",
        member_id=row.member_id,
        card_id=row.serial,
        programme=row.programme,
        brand=row.brand,
        language=row.language,
        tier=standing.title,
        tier_until=standing.until,
        next_goal=standing.goal,
        last_purchase=standing.purchase,
        offers=standing.offers,
    )
    return CardState(
        row.serial,
        row.pass_type,
        row.template_version_id,
        row.version,
        row.change_seq,
        row.modified_at,
        row.token_key,
        row.voided,
        holder,
        row.time_zone,
        standing.tier,
        Change(row.changes),
    )
