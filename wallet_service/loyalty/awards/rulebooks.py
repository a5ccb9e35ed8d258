"""Rulebooks kept: every version of a programme's rules, and the one in force."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import NotFound
from wallet_service.ids import new_id
from wallet_service.loyalty.awards import rulebooks_sql as sql
from wallet_service.loyalty.awards.rulebook_changes import Change, Document, changes, plain, redefined
from wallet_service.loyalty.awards.rulebook_doubts import Doubt, doubts, doubts_of_change
from wallet_service.loyalty.brands import Programme, ProgrammeNotFound, find_programme
from wallet_service.loyalty.offers.offers import define_offer
from wallet_service.loyalty.rules.engine import Rules, compile_rules
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.rulebook import EMPTY

NO_RULES: Document = {}
"""The document of a programme that has none."""


class RulebookNotFound(NotFound):
    """The programme has no rules, or none of this version; `PUT` them, or apply a programme file."""

    slug = "rulebook-not-found"
    title = "There are no such rules"


@dataclass(frozen=True, slots=True)
class KeptRulebook:
    """One version of a programme's rules, as it is kept."""

    id: str
    number: int
    document: Document
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a programme's rules, in a list of them."""

    id: str
    number: int
    created_at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class PublishedRulebook:
    """The rules of a programme after they were published."""

    id: str
    number: int
    fresh: bool
    """False when the version in force is already exactly this."""
    changes: Sequence[Change]
    """Against the version before."""
    resumed: Sequence[str]
    """Mechanics that were parked, and run again because they are no longer what had failed."""
    doubts: Sequence[Doubt]


@dataclass(slots=True)
class Rulebooks:
    """A shelf of rules, each read and compiled once: a version is immutable, so what stands here is true for ever."""

    _none: Rules = field(default_factory=lambda: compile_rules(EMPTY))
    _rules: dict[str, Rules] = field(default_factory=dict)

    async def of(self, tx: Transaction, rulebook_id: str | None) -> Rules:
        """The rules of this version; those of a programme without any, if it is None."""
        if rulebook_id is None:
            return self._none
        if rulebook_id not in self._rules:
            row = await tx.first(sql.DOCUMENT, {"id": rulebook_id})
            if row is None:
                raise LookupError(f"no rulebook {rulebook_id}: a foreign key promised it")
            self._rules[rulebook_id] = await asyncio.to_thread(_understand, row.document)  # takes milliseconds
        return self._rules[rulebook_id]


def _understand(document: Document) -> Rules:
    return compile_rules(read_rulebook(document))


async def publish_rulebook(tx: Transaction, programme: Programme, document: Mapping[str, Any]) -> PublishedRulebook:
    """Put these rules in force, as a new version; what is in force already changes nothing.

    A parked mechanic runs again if it is no longer what it was; one that is untouched stays parked. What a mechanic has
    given of its budget counts on under its name. Offers of the rules are defined as they say; one that is in them no
    more stays as it is until it is archived. Raises `RulebookInvalid` with everything that is wrong, `OfferFixed` and
    `CodeTaken`.
    """
    document = plain(document)
    rules = await asyncio.to_thread(_understand, document)
    await tx.run(sql.LOCK_PROGRAMME, {"programme": programme.id})
    before = await _in_force(tx, programme)
    was = before.document if before else NO_RULES
    kept = before if before and was == document else await _keep(tx, programme, document, before)
    found = changes(was, document)
    resumed = await _resume(tx, programme, redefined(found))
    parked = await parked_mechanics(tx, programme)
    today = tx.now.astimezone(ZoneInfo(programme.time_zone)).date()
    thoughts = [*doubts(rules.book, programme.language, today), *doubts_of_change(was, document, parked)]
    return PublishedRulebook(kept.id, kept.number, kept is not before, found, resumed, thoughts)


async def _resume(tx: Transaction, programme: Programme, names: Sequence[str]) -> list[str]:
    values = {"programme": programme.id, "names": orjson.dumps(names).decode()}
    return sorted(row.name for row in await tx.all(sql.RESUME, values))


async def _keep(tx: Transaction, programme: Programme, document: Document, before: KeptRulebook | None) -> KeptRulebook:
    number = before.number + 1 if before else 1
    since = max(tx.now, before.created_at) if before else tx.now  # whoever waited for the lock is not in force before
    kept = KeptRulebook(new_id("rules", tx.now), number, document, since)
    values = {"id": kept.id, "brand": programme.brand_id, "programme": programme.id, "number": number}
    await tx.run(sql.INSERT, values | {"document": orjson.dumps(document).decode(), "created_at": since})
    await tx.run(sql.PUT_IN_FORCE, {"id": kept.id, "programme": programme.id})
    for offer in document.get("offers", ()):
        await define_offer(tx, programme, offer)
    return kept


async def rules_in_force(tx: Transaction, programme: Programme) -> KeptRulebook:
    """The rules of a programme as they are now. Raises `RulebookNotFound`."""
    if found := await _in_force(tx, programme):
        return found
    raise RulebookNotFound(f"{programme.id} has no rules yet.", remedy="Put some in force first.")


async def rules_of(tx: Transaction, rulebooks: Rulebooks, programme: Programme) -> Rules:
    """The rules of a programme as they are now, ready to be asked; those of a programme without any, if it has none."""
    kept = await _in_force(tx, programme)
    return await rulebooks.of(tx, kept.id if kept else None)


async def rules_numbered(tx: Transaction, programme: Programme, number: int) -> KeptRulebook:
    """One version of a programme's rules. Raises `RulebookNotFound`."""
    row = await tx.first(sql.NUMBERED, {"programme": programme.id, "number": number})
    if row is None:
        raise RulebookNotFound(f"{programme.id} has no version {number} of its rules.", remedy="List its versions.")
    return _kept(row)


async def list_versions(tx: Transaction, programme: Programme, before: int | None, limit: int) -> list[Version]:
    """Versions of a programme's rules, newest first, those older than the number `before`."""
    values = {"programme": programme.id, "before": before or 2**31 - 1, "limit": limit}
    return [Version(*row) for row in await tx.all(sql.VERSIONS, values)]


async def parked_mechanics(tx: Transaction, programme: Programme) -> list[str]:
    """Names of mechanics that failed, and give nothing until somebody has looked."""
    return [row.name for row in await tx.all(sql.PARKED, {"programme": programme.id})]


async def rulebook_at(tx: Transaction, programme_id: str, at: datetime) -> str | None:
    """The id of the rules that were in force at this moment; None before the first."""
    row = await tx.first(sql.AT, {"programme": programme_id, "at": at})
    return row.id if row else None


async def programme_of(tx: Transaction, programme_id: str) -> Programme:
    """The programme of this id, whatever brand it is of. Raises `ProgrammeNotFound`."""
    row = await tx.first(sql.BRAND_OF, {"programme": programme_id})
    if row is None:
        raise ProgrammeNotFound(f"No programme {programme_id[:40]!a}.", remedy="wallet-service brand list")
    return await find_programme(tx, row.brand_id, programme_id)


async def _in_force(tx: Transaction, programme: Programme) -> KeptRulebook | None:
    row = await tx.first(sql.IN_FORCE, {"programme": programme.id})
    return _kept(row) if row else None


def _kept(row: Row) -> KeptRulebook:
    return KeptRulebook(row.id, row.number, row.document, row.created_at)
