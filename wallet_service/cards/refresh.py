"""A card's version grows when, and only when, something it shows has changed; its phones are then due to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wallet_service.cards import sql
from wallet_service.cards.design import CardState, looks_alike
from wallet_service.cards.faces import Shelf, face, states
from wallet_service.cards.facts import CardsChanged
from wallet_service.cards.placeholders import EXPIRY
from wallet_service.database.seam import Statement, Transaction
from wallet_service.loyalty.facts import BalanceChanged, ExpiriesChanged, MemberChanged
from wallet_service.loyalty.members import first_name

Past = Mapping[str, str | None]
"""What changed about a member, as it was before."""


async def refresh_balances(tx: Transaction, facts: Sequence[BalanceChanged], interval: float) -> None:
    """New versions for the cards that show a balance which is another now: one statement, without a look at any face.

    Whoever shows what expires next without a balance may be told in vain. `interval` is the least number of seconds
    between two pushes for one card.
    """
    members = list({fact.member_id for fact in facts})
    await _touch_showing(tx, members, EXPIRY | {"balance"}, interval)


async def refresh_expiries(tx: Transaction, facts: Sequence[ExpiriesChanged], interval: float) -> None:
    """New versions for the cards that show what expires next, where only that may be different."""
    await _touch_showing(tx, list({fact.member_id for fact in facts}), EXPIRY, interval)


async def refresh_cards(tx: Transaction, facts: Sequence[MemberChanged], shelf: Shelf, interval: float) -> None:
    """New versions for the cards that look different since their members changed."""
    past: dict[str, Past] = {}
    for fact in facts:
        past[fact.member_id] = {**fact.was, **past.get(fact.member_id, {})}  # the first fact knows the oldest value
    serials = [row.id for row in await tx.all(sql.LIVING_CARDS, {"members": list(past)})]
    present = [state for state in await states(tx, serials) if state is not None]
    changed = [state for state in present if await _looks_new(tx, shelf, state, past[state.holder.member_id])]
    await refresh_these(tx, [state.serial for state in changed], interval)


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


async def _touch_showing(tx: Transaction, members: Sequence[str], fields: frozenset[str], interval: float) -> None:
    values = {"members": members, "fields": sorted(fields), "interval": interval, "now": tx.now}
    await _touch(tx, sql.TOUCH_SHOWING, values)


async def _touch(tx: Transaction, statement: Statement, values: Mapping[str, Any]) -> None:
    if due := await tx.all(statement, values):
        tx.record(CardsChanged(frozenset(row.wallet for row in due)))
