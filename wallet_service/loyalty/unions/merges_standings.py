"""How somebody stands who was merged, and what offers they hold: as one who did what both did; and the way back."""

import json
from collections.abc import Mapping

from wallet_service.amounts import Points
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.awarding import write_seats
from wallet_service.loyalty.awards.recollecting import recollect
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import read_seats
from wallet_service.loyalty.awards.seats import Seat, Seating
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.offers.offers_given import show_offers
from wallet_service.loyalty.unions import merges_sql as sql
from wallet_service.loyalty.unions.merging import join


async def join_standings(tx: Transaction, rulebooks: Rulebooks, brand_id: str, survivor: str, absorbed: str) -> None:
    """Let the survivor stand as one who did what both did, and hold the offers of both.

    Both must be locked, and the absorbed one lead to the survivor.
    """
    seats = await _seats(tx, rulebooks, brand_id, survivor, absorbed)
    if seats:
        stays = seats[survivor]
        join(stays.standing, seats[absorbed].standing, [tier.name for tier in stays.rules.book.tiers])
        await _write_anew(tx, {survivor: stays})
    if await tx.run(sql.MOVE_OFFERS, {"survivor": survivor, "absorbed": absorbed}):
        await show_offers(tx, [survivor])


async def part_standings(tx: Transaction, rulebooks: Rulebooks, brand_id: str, survivor: str, absorbed: str) -> None:
    """Let each stand as one who did their own, and hold what they were given; tiers and what mechanics gave stay.

    Both must be locked, and the absorbed one lead to nobody.
    """
    if seats := await _seats(tx, rulebooks, brand_id, survivor, absorbed):
        await _write_anew(tx, seats)
    await tx.run(sql.RETURN_OFFERS, {"survivor": survivor, "absorbed": absorbed})
    await show_offers(tx, sorted([survivor, absorbed]))


async def _seats(tx: Transaction, rulebooks: Rulebooks, brand_id: str, *members: str) -> dict[str, Seat]:
    """Their seats, at which nothing is entered; none, where nothing has happened to either."""
    if not await tx.all(sql.STANDING_KEPT, {"members": json.dumps(members)}):
        return {}
    blank = {each: Account(brand_id, each, Points(0), may_go_negative=True) for each in members}
    return await read_seats(tx, rulebooks, blank)


async def _write_anew(tx: Transaction, seats: Mapping[str, Seat]) -> None:
    await recollect(tx, seats)
    for seat in seats.values():
        seat.stepped = True
    await write_seats(tx, Seating({}, seats, {}, {}, {}))
