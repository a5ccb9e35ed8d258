"""Words for telling what members do, and for asking what rules say to it."""

from collections.abc import Collection, Iterable, MutableMapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wallet_service.loyalty.rules.engine import Rules, compile_rules, take_in
from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.mechanic import Effect, Goods, Grant, Mechanic
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook, Tier
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.verdict import Verdict

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 2, 12, tzinfo=BERLIN)
"""Day 0 of these stories."""


def goods(*categories: str, skus: Iterable[str] = ()) -> Goods:
    return Goods(frozenset(skus), frozenset(categories))


def line(category: str = "tea", quantity: int = 1, price: int = 100, *, sku: str = "", discount: int = 0) -> Line:
    return Line(sku or category, category, quantity, price, discount)


def on(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return (MONDAY + timedelta(days=day)).replace(hour=hour, minute=minute)


def happening(trigger: Trigger, day: int = 0, **more: Any) -> Happening:
    at = more.pop("at", on(day))
    return Happening(trigger, at, more.pop("occasion", f"{trigger} {at}"), **more)


def buy(day: int = 0, *lines: Line, **more: Any) -> Happening:
    """A purchase that is paid in money, of one tea if nothing else is said."""
    lines = lines or (line(),)
    return happening(Trigger.PURCHASE, day, lines=lines, **{"paid": sum(each.total for each in lines)} | more)


def visit(day: int = 0, **more: Any) -> Happening:
    return happening(Trigger.VISIT, day, **more)


def mechanic(*gives: Effect, on: Trigger = Trigger.PURCHASE, when: Any = (), name: str = "it", **more: Any) -> Mechanic:
    """A mechanic that gives one point, if nothing else is said."""
    return Mechanic(name, {}, {}, on, when=when, gives=gives or (Grant(1),), **more)


def tier(name: str, *reach: Reach, **more: Any) -> Tier:
    return Tier(name, {}, reach, **more)


def rules(*mechanics: Mechanic, **more: Any) -> Rules:
    return compile_rules(Rulebook(mechanics=mechanics, **more))


def take(
    some: Rules,
    standing: Standing,
    what: Happening,
    left: MutableMapping[str, int] | None = None,
    parked: Collection[str] = (),
) -> Verdict:
    return take_in(some, standing, what, left={} if left is None else left, parked=parked)


def points(verdict: Verdict) -> int:
    return sum(each.points for each in verdict.points)


def play(some: Rules | Mechanic, *told: Happening, standing: Standing | None = None) -> list[int]:
    """The points that each of these gives, one after the other."""
    some = some if isinstance(some, Rules) else rules(some)
    standing = standing or Standing(tracks=some.tracks)
    return [points(take(some, standing, each)) for each in told]
