"""Members are seated for a transaction that may award something: locked, and all read that the rules have to know."""

import json
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import orjson

from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.awards import awarding_sql as sql
from wallet_service.loyalty.awards.recollecting import recollect
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seats import Guest, Seat, Seating
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.books import account_of, lock_members, read_lots
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.rules.engine import Rules
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.standing import Standing, from_document


async def seat_guests(tx: Transaction, rulebooks: Rulebooks, guests: Sequence[Guest]) -> Seating:
    """Lock all these members, and read what the rules have to know of them.

    Each account has numbers for one entry per guest, for one that lets go what has expired, and for all that the rules
    may grant.
    """
    accounts: dict[str, Account] = {}
    found: dict[int, list[Row]] = {}
    for row in await lock_members(tx, _wanted(guests)):
        found.setdefault(row.n, []).append(row)
        account_of(row, accounts).add_number(row.entry_id)
    await read_lots(tx, [accounts[member] for member in sorted(accounts)])
    seats = await read_seats(tx, rulebooks, accounts)
    expected = [(seats[row.id], guests[n].trigger) for n, rows in found.items() for row in rows]
    await _number(tx, expected)
    budgets = await _budgets(tx, expected)
    left = {programme: dict(some) for programme, some in budgets.items()}
    return Seating(found, seats, budgets, left, await read_parked(tx, seats.values()))


async def read_seats(tx: Transaction, rulebooks: Rulebooks, accounts: Mapping[str, Account]) -> dict[str, Seat]:
    """How the members of these accounts stand, and by which rules."""
    seats: dict[str, Seat] = {}
    for row in await tx.all(sql.STANDINGS, {"members": json.dumps(list(accounts))}) if accounts else ():
        rules = await rulebooks.of(tx, row.rulebook_id)
        seats[row.id] = Seat(
            accounts[row.id],
            _standing(row, rules),
            rules,
            ZoneInfo(row.time_zone),
            row.programme_id,
            row.rulebook_id,
            row.language,
            row.referred_by,
            orjson.loads(row.shown or "{}"),
        )
    await recollect(tx, {member: seat for member, seat in seats.items() if seat.standing.tracks != seat.rules.tracks})
    return seats


async def read_parked(tx: Transaction, seats: Iterable[Seat]) -> dict[str, set[str]]:
    """The parked mechanics of these members' programmes."""
    parked: dict[str, set[str]] = {seat.programme_id: set() for seat in seats}
    for row in await tx.all(sql.PARKED, {"programmes": json.dumps(list(parked))}) if parked else ():
        parked[row.programme_id].add(row.name)
    return parked


def _standing(row: Row, rules: Rules) -> Standing:
    if row.document is None:
        return Standing(tracks=rules.tracks)
    return from_document(orjson.loads(row.document), row.tier, row.tier_since, row.tier_until)


async def _number(tx: Transaction, expected: Sequence[tuple[Seat, Trigger]]) -> None:
    """A number for every entry by which the rules may grant."""
    takers = [seat.account for seat, trigger in expected for _ in range(seat.rules.most(trigger))]
    if takers:
        numbers = await tx.all(sql.NUMBERS, {"count": len(takers)})
        for account, row in zip(takers, numbers, strict=True):
            account.add_number(row.id)


async def _budgets(tx: Transaction, expected: Sequence[tuple[Seat, Trigger]]) -> dict[str, dict[str, int]]:
    """Programme -> mechanic -> points left, of mechanics that have a budget and may give now; theirs until the commit."""
    rules = {(seat.programme_id, trigger): seat.rules for seat, trigger in expected}
    limits = {
        (programme, mechanic.name): mechanic.limits.budget
        for (programme, trigger), some in rules.items()
        for mechanic in some.book.mechanics
        if mechanic.limits.budget is not None and mechanic.trigger in {trigger, Trigger.TIER_REACHED}
    }
    left: dict[str, dict[str, int]] = {seat.programme_id: {} for seat, _ in expected}
    wanted = [{"programme_id": programme, "name": name} for programme, name in limits]
    for row in await tx.all(sql.LOCK_BUDGETS, {"budgets": as_json(wanted)}) if wanted else ():
        left[row.programme_id][row.name] = max(limits[row.programme_id, row.name] - row.given, 0)
    return left


def _wanted(guests: Sequence[Guest]) -> str:
    return as_json(
        [
            {"n": n, "brand_id": guest.brand_id, "kind": guest.member.kind, "ref": guest.member.value}
            for n, guest in enumerate(guests)
        ]
    )
