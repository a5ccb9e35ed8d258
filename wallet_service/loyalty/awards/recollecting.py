"""Standings made anew, when rules ask for something of the past that was not kept until now."""

import json
from collections.abc import Mapping, Sequence

import orjson

from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.awards import recollecting_sql as sql
from wallet_service.loyalty.awards.seats import Seat
from wallet_service.loyalty.rules.engine import note
from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.redeemed import Redeemed, by_rules, net
from wallet_service.loyalty.rules.refunding import Bill, Pieces, back
from wallet_service.loyalty.rules.standing import Standing


async def recollect(tx: Transaction, seats: Mapping[str, Seat]) -> None:
    """Make these members' standings anew from what is recorded; tiers, and what mechanics gave, stay as they are."""
    if not seats:
        return
    for seat in seats.values():
        old = seat.standing
        seat.standing = Standing(old.tier, old.tier_since, old.tier_until, done=old.done, tracks=seat.rules.tracks)
    wanted = {"members": json.dumps(list(seats))}
    for row in await tx.all(sql.PURCHASES, wanted):
        seat = seats[row.seat]
        if happening := _kept(row, seat):
            note(seat.rules, seat.standing, happening)
    for row in await tx.all(sql.VISITS, wanted):
        seat = seats[row.seat]
        note(seat.rules, seat.standing, Happening(Trigger.VISIT, row.at.astimezone(seat.zone), row.occasion))


def _kept(row: Row, seat: Seat) -> Happening | None:
    """The purchase without what came back of it; None: all of it did. PURE."""
    redeemed = [Redeemed(*each) for each in orjson.loads(row.redeemed)]
    lines = net([Line(*line) for line in orjson.loads(row.lines)], redeemed)
    gave = tuple(by_rules([each]) for each in orjson.loads(row.gave))
    bill = Bill(lines, row.paid, row.points_spent, gave)
    gone: Pieces = tuple(orjson.loads(row.returned)) or (0,) * len(lines)
    if gone == bill.pieces:
        return None
    came = back(bill, gone)
    return Happening(
        Trigger.PURCHASE,
        row.at.astimezone(seat.zone),
        row.id,
        points=sum(gave) - sum(came.gave),
        lines=_left(lines, gone),
        paid=row.paid - came.paid,
        place=row.place,
    )


def _left(lines: Sequence[Line], gone: Pieces) -> list[Line]:
    kept = zip(lines, gone, strict=True)
    return [line._replace(quantity=line.quantity - some) for line, some in kept if line.quantity > some]
