"""The faces of cards as they are now: their states in one statement, their designs from a shelf."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from wallet_service.cards import sql
from wallet_service.cards.design import CardState, Style, compose, expecting
from wallet_service.cards.placeholders import EXPIRY, Holder, field_of
from wallet_service.cards.templates import Template, design, fillers, from_bundle, parse_template
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.loyalty.lot_list import expiring_of
from wallet_service.loyalty.members import first_name
from wallet_service.wallets.seam import CardFace, Design, Package, Wallet

ELSE = ""
"""Stands for every language that a template does not speak."""


@dataclass(frozen=True, slots=True)
class News:
    """In which languages a template version looks different from another."""

    tags: frozenset[str]
    """The languages of either: whoever speaks another sees what those see who speak `ELSE`."""
    seen: frozenset[str]
    """Those of them in which the two look different."""


@dataclass(slots=True)
class Shelf:
    """Published designs, read once: a version is immutable, so what stands here is true for ever."""

    _templates: dict[str, Template] = field(default_factory=dict)
    _styles: dict[str, Style] = field(default_factory=dict)

    def ready(self, version_id: str, language: str) -> Style | None:
        """The design, if it has been read before."""
        template = self._templates.get(version_id)
        return self._styles.get(f"{version_id}/{template.nearest(language)}") if template else None

    async def style(self, tx: Transaction, version_id: str, language: str) -> Style:
        """The design of this template version in the language that comes nearest."""
        if version_id not in self._templates:
            row = await tx.first(sql.TEMPLATE_BUNDLE, {"id": version_id})
            if row is None:
                raise LookupError(f"no template version {version_id}: a foreign key promised it")
            # in a thread: a template, and the first words of a language, take milliseconds to understand
            self._templates[version_id] = await asyncio.to_thread(_understand, row.bundle)
        template = self._templates[version_id]
        spoken = template.nearest(language)
        key = f"{version_id}/{spoken}"
        if key not in self._styles:
            self._styles[key] = await asyncio.to_thread(style_of, template, version_id, spoken)
        return self._styles[key]

    async def designs(self, tx: Transaction, version_id: str) -> Sequence[Design]:
        """The template version in each of its languages, its first language first."""
        await self.style(tx, version_id, ELSE)
        return [(await self.style(tx, version_id, tag)).design for tag in self._templates[version_id].languages]

    async def news(self, tx: Transaction, one: str, other: str) -> News:
        """In which languages two template versions look different."""
        await self.style(tx, one, ELSE)
        await self.style(tx, other, ELSE)
        tags = {*self._templates[one].languages, *self._templates[other].languages, ELSE}
        found = [tag for tag in tags if await self._look(tx, one, tag) != await self._look(tx, other, tag)]
        return News(frozenset(tags), frozenset(found))

    async def _look(self, tx: Transaction, version_id: str, language: str) -> tuple[object, ...]:
        laid_out = (await self.style(tx, version_id, language)).design
        words = self._templates[version_id].units.get(laid_out.language)
        return laid_out.language, *laid_out.look, words


def _understand(bundle: bytes) -> Template:
    return parse_template(from_bundle(bundle))


def style_of(template: Template, version_id: str, language: str) -> Style:
    """The template in one of its languages, ready to be filled."""
    laid_out = design(template, version_id, language)
    fills = fillers(template, laid_out)
    return Style(laid_out, fills, shows_expiry=any(field_of(name) in EXPIRY for name in fills))


@dataclass(frozen=True, slots=True)
class Faces:
    """Makes the files that show cards as they are."""

    database: Database
    shelf: Shelf
    wallet: Wallet

    async def face(self, state: CardState) -> CardFace:
        """What the card shows in this state."""
        style = self.shelf.ready(state.template_version_id, state.holder.language)
        if style is None:
            async with self.database.read() as tx:
                return await face(tx, self.shelf, state)
        if style.shows_expiry:
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


async def face(tx: Transaction, shelf: Shelf, state: CardState) -> CardFace:
    """The face of a card in this state."""
    style = await shelf.style(tx, state.template_version_id, state.holder.language)
    if style.shows_expiry:
        state = expecting(state, await expiring_of(tx, state.holder.member_id, state.time_zone))
    return compose(style, state)


def _state(row: Row) -> CardState:
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
    )
