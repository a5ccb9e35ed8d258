"""A shop that sells all day: its rules, its receipts, and what its members did before."""

import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from wallet_service.amounts import Points
from wallet_service.bench import sales_sql as sql
from wallet_service.bench.crowd import CHUNK, Crowd, gather_crowd
from wallet_service.bench.harness import progress
from wallet_service.bench.sql import GRANT_LOTS
from wallet_service.database.seam import Database
from wallet_service.loyalty.awards.rulebooks import publish_rulebook
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.engine import compile_rules, take_in
from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.standing import Standing, to_document
from wallet_service.loyalty.sales.receipts import Receipt
from wallet_service.service import Service
from wallet_service.web.writes import Writes

LIFE = timedelta(days=300)
"""Of the points that everybody has."""

LOTS, POINTS = 2, Points(500)
"""Of each member, when the shop opens."""

SPEND = Points(20)
"""Points that pay a part of every other purchase."""

LINES: Sequence[Line] = (
    Line("burger-classic", "burgers", 2, 450, 0, "Cheeseburger"),
    Line("fries-l", "sides", 1, 290, 0, "Fries"),
    Line("cola-03", "drinks", 2, 190, 40, "Cola"),
    Line("coffee-s", "coffee", 1, 220, 0, "Coffee"),
    Line("dip-bbq", "sides", 1, 60, 0, "Dip"),
)


def mechanic(name: str, *gives: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A mechanic for purchases."""
    words = {"title": {"en": name}, "why": {"en": "{points} points"}}
    return {"name": name, **words, "on": "purchase", "give": list(gives), **more}


RULES: Mapping[str, Any] = {
    "currency": "EUR",
    "spending": {"most_percent": 50},
    "mechanics": [
        mechanic("cashback", {"percent": 5, "live_days": 365}),
        mechanic(
            "frequent", {"percent": 10, "live_days": 90}, when=[{"purchases": {"at_least": 4, "within_days": 30}}]
        ),
        mechanic(
            "stamps", {"points": 220, "live_days": 60}, when=[{"quantity": {"categories": ["coffee"], "every": 6}}]
        ),
        mechanic(
            "double", {"multiply": 1.5, "live_days": 30}, when=[{"weekdays": ["mon", "tue", "wed", "thu", "fri"]}]
        ),
        mechanic("first", {"points": 300, "live_days": 30}, limits={"per_member": 1}),
        mechanic(
            "thirsty",
            {"points": 25, "delay_days": 1, "live_days": 14},
            when=[{"basket": {"categories": ["drinks"], "worth": 300}}],
            limits={"times": 1, "period": "day"},
        ),
    ],
}
"""Six mechanics; each asks, or gives, something else."""

Sale = Callable[[], Awaitable[object]]
"""Records a purchase of some member, durably."""


async def open_shop(service: Service, members: int, *, devices: bool) -> Crowd:
    """A crowd with these rules, with points in lots, and each with a purchase a month ago."""
    crowd = await gather_crowd(service, members, devices=devices)
    async with service.database.begin() as tx:
        await publish_rulebook(tx, await find_programme(tx, crowd.brand, crowd.programme), RULES)
    with progress() as bar:
        for first in bar.track(range(0, members, CHUNK), description=f"{members:,} pasts"):
            await _remember(service.database, crowd.members[first : first + CHUNK], first)
    async with service.database.begin() as tx:
        await tx.run(sql.ANALYZE)
    return crowd


def selling(writes: Writes, crowd: Crowd) -> Sale:
    """As the till's door does it: members at random, every other with points that pay."""
    numbers, chance = count(), random.Random(1)  # noqa: S311 - the same members in every run

    async def sell() -> None:
        number = next(numbers)
        who = MemberRef("id", chance.choice(crowd.members))
        spend = SPEND if number % 2 else None
        await writes.purchases.submit(Receipt(crowd.brand, f"till/{number}", LINES, who, place="Mitte", spend=spend))

    return sell


def past(at: datetime) -> str:
    """How a member stands after one purchase at this moment, as it is kept."""
    rules = compile_rules(read_rulebook(RULES))
    standing = Standing(tracks=rules.tracks)
    take_in(rules, standing, Happening(Trigger.PURCHASE, at, "past", lines=LINES, paid=1500), left={}, parked=())
    return json.dumps(to_document(standing))


async def _remember(database: Database, members: Sequence[str], first: int) -> None:
    async with database.begin() as tx:
        at = tx.now - timedelta(days=31)
        who = {"members": json.dumps(members), "now": tx.now, "at": at}
        lines = json.dumps(LINES)
        moments = {"now": tx.now, "expires_at": tx.now + LIFE}
        await tx.run(GRANT_LOTS, {"members": list(members), "lots": LOTS, "points": POINTS} | moments)
        await tx.run(sql.PAST, who | {"head": f"past/{first}/", "lines": lines, "document": past(at)})
