"""A card's version grows when, and only when, something it shows has changed; its phones are then due to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

import orjson

from wallet_service.cards import sql
from wallet_service.cards.announcing import NONE, Change
from wallet_service.cards.design import CardState, looks_alike
from wallet_service.cards.faces import Shelf, face, states
from wallet_service.cards.facts import CardsChanged
from wallet_service.cards.placeholders import EXPIRY
from wallet_service.database.seam import Statement, Transaction
from wallet_service.loyalty.facts import (
    BalanceChanged,
    ExpiriesChanged,
    MemberChanged,
    MembersMerged,
    MergeUndone,
    StandingChanged,
)
from wallet_service.loyalty.people.members import first_name

Past = Mapping[str, str | None]
"""What changed about a member, as it was before."""
Shows = BalanceChanged | ExpiriesChanged | StandingChanged
"""Facts after which a card may show something else, though its member is who they were."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What may be different on a member's cards."""

    fields: frozenset[str]
    """Placeholders."""
    changes: Change
    """As it would be announced."""

    def __or__(self, other: "Wish") -> "Wish":
        """Both."""
        return Wish(self.fields | other.fields, self.changes | other.changes)


NO_WISH = Wish(frozenset(), NONE)
ANOTHER_BALANCE = Wish(EXPIRY | {"balance"}, Change.BALANCE)
OTHER_EXPIRIES = Wish(EXPIRY, Change.EXPIRING)
OF_STANDING: Mapping[str, Wish] = {
    "tier": Wish(frozenset({"tier", "tier_until"}), Change.TIER),
    "goal": Wish(frozenset({"next_goal"}), NONE),
    "purchase": Wish(frozenset({"last_purchase"}), NONE),
    "offers": Wish(frozenset({"offers"}), Change.OFFERS),
}
"""By the fields of `StandingChanged`."""


def wish_of(fact: Shows) -> Wish:
    """What may be different after a fact. PURE."""
    match fact:
        case BalanceChanged():
            return ANOTHER_BALANCE
        case ExpiriesChanged():
            return OTHER_EXPIRIES
    return reduce(or_, (OF_STANDING[field] for field in fact.fields), NO_WISH)


async def refresh_shown(tx: Transaction, facts: Sequence[Shows], interval: float) -> None:
    """New versions for the cards that show a balance, an expiry or a standing which is another now.

    One statement for all these facts, so that a purchase is one version of a card; and without a look at any face, so
    whoever shows what expires next without a balance may be told in vain. `interval` is the least number of seconds
    between two pushes for one card.
    """
    wishes: dict[str, Wish] = {}
    for fact in facts:
        wishes[fact.member_id] = wishes.get(fact.member_id, NO_WISH) | wish_of(fact)
    rows = [{"member": each, "fields": sorted(wish.fields), "changes": wish.changes} for each, wish in wishes.items()]
    due = {"wishes": orjson.dumps(rows).decode(), "interval": interval, "now": tx.now}
    await _touch(tx, sql.TOUCH_SHOWING, due)


async def refresh_cards(tx: Transaction, facts: Sequence[MemberChanged], interval: float, *, shelf: Shelf) -> None:
    """New versions for the cards that look different since their members changed."""
    past: dict[str, Past] = {}
    for fact in facts:
        past[fact.member_id] = {**fact.was, **past.get(fact.member_id, {})}  # the first fact knows the oldest value
    serials = [row.id for row in await tx.all(sql.LIVING_CARDS, {"members": list(past)})]
    present = [state for state in await states(tx, serials) if state is not None]
    changed = [state for state in present if await _looks_new(tx, shelf, state, past[state.holder.member_id])]
    await refresh_these(tx, [state.serial for state in changed], interval)


async def refresh_merged(tx: Transaction, facts: Sequence[MembersMerged | MergeUndone], interval: float) -> None:
    """New versions for the cards of members who were merged, which are void now, or live again."""
    members = [fact.absorbed_id for fact in facts]
    rows = await tx.all(sql.LIVING_CARDS, {"members": members})
    await refresh_these(tx, [row.id for row in rows], interval)


async def refresh_these(tx: Transaction, card_ids: Sequence[str], interval: float) -> None:
    """New versions for these very cards."""
    if card_ids:
        await _touch(tx, sql.TOUCH_THESE, {"cards": list(card_ids), "interval": interval, "now": tx.now})


async def _looks_new(tx: Transaction, shelf: Shelf, state: CardState, was: Past) -> bool:
    return not looks_alike(await face(tx, shelf, state), await face(tx, shelf, _before(state, was)))


def _before(state: CardState, was: Past) -> CardState:
    """The card as it was before its member changed."""
    texts = {field: text or "" for field, text in was.items()}
    state = replace(state, time_zone=texts.pop("time_zone", state.time_zone))
    if "name" in texts:
        texts["first_name"] = first_name(texts["name"])
    return replace(state, holder=replace(state.holder, **texts))  # type: ignore[arg-type]  # no text goes into balance


async def _touch(tx: Transaction, statement: Statement, values: Mapping[str, Any]) -> None:
    if due := await tx.all(statement, values):
        tx.record(CardsChanged(frozenset(row.wallet for row in due)))
