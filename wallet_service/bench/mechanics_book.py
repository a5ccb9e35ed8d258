"""A rulebook as a chain of cafés has it, for benches: 20 mechanics, three tiers, and what the cafés sell."""

from datetime import date, time
from typing import Any

from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import (
    AtPlace,
    Basket,
    Beneficiary,
    Condition,
    Counted,
    During,
    Effect,
    GiveOffer,
    Goods,
    Grant,
    InTier,
    Life,
    Limits,
    Measure,
    Mechanic,
    Multiply,
    Percent,
    Period,
    Recency,
    Referred,
    SendMessage,
)
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook, Tier

WARES = [
    (f"{category}-{number}", category, price + 10 * number)
    for category, price in (("coffee", 320), ("tea", 280), ("pastry", 390), ("lunch", 890), ("tobacco", 700))
    for number in range(8)
]
"""Number, category, price."""

PLACES = ["mitte", "wedding", "tegel", "spandau"]


def goods(*categories: str) -> Goods:
    """Goods of some categories."""
    return Goods(categories=frozenset(categories))


def mechanic(name: str, trigger: Trigger, when: list[Condition], *gives: Effect, **more: Any) -> Mechanic:
    """A mechanic that says nothing."""
    return Mechanic(name, {}, {}, trigger, when=when, gives=gives, **more)


BUY, YEAR, MONTH = Trigger.PURCHASE, Life(365), Life(30)

BOOK = Rulebook(
    unearning=goods("tobacco"),
    mechanics=(
        mechanic("welcome", Trigger.ENROLLED, [], Grant(300, YEAR)),
        mechanic("installed", Trigger.INSTALLED, [], Grant(50), limits=Limits(per_member=1)),
        mechanic("cashback", BUY, [], Percent(500, life=YEAR)),
        mechanic(
            "cashback-15",
            BUY,
            [Counted(Measure.PURCHASES, within=30, at_least=4)],
            Percent(1000, life=Life(90)),
            limits=Limits(most=500),
        ),
        mechanic("stamps", BUY, [Counted(Measure.QUANTITY, goods("coffee"), every=6)], GiveOffer("free-coffee")),
        mechanic("quiet-hours", BUY, [During(frozenset({0, 1}), time(14), time(17))], Multiply(20_000, MONTH)),
        mechanic(
            "friends",
            BUY,
            [Referred()],
            Grant(200),
            Grant(300, to=Beneficiary.REFERRER),
            limits=Limits(per_member=1),
        ),
        mechanic("back-again", BUY, [Recency(at_least=30)], Grant(100, MONTH)),
        mechanic("gold-share", BUY, [InTier(frozenset({"gold"}))], Percent(200)),
        mechanic("breakfast", BUY, [Basket(goods("pastry"), 2, 1_200)], Grant(20), limits=Limits(times=1)),
        mechanic(
            "new-place",
            BUY,
            [AtPlace(frozenset({"spandau"})), During(since=date(2026, 11, 1), until=date(2026, 12, 31))],
            Grant(50),
            limits=Limits(per_member=3, budget=1_000_000),
        ),
        mechanic(
            "big-month",
            BUY,
            [Counted(Measure.SPENT, within=30, at_least=30_000)],
            Grant(500),
            limits=Limits(times=1, period=Period.MONTH),
        ),
        mechanic(
            "tea-season",
            BUY,
            [Counted(Measure.QUANTITY, goods("tea"), within=14, at_least=8)],
            Percent(300, goods("tea")),
        ),
        mechanic("tenth", BUY, [Counted(Measure.PURCHASES, every=10)], Grant(100)),
        mechanic(
            "birthday-drink", Trigger.BIRTHDAY, [], GiveOffer("drink"), limits=Limits(times=1, period=Period.YEAR)
        ),
        mechanic("birthday", Trigger.BIRTHDAY, [Counted(Measure.PURCHASES, at_least=1)], Grant(100, MONTH)),
        mechanic("we-miss-you", Trigger.INACTIVE, [], Grant(100, MONTH), days=60),
        mechanic("last-days", Trigger.EXPIRING, [], SendMessage("points-expire"), days=7),
        mechanic("gold-gift", Trigger.TIER_REACHED, [], GiveOffer("gold-box"), of="gold"),
        mechanic("review", Trigger.EVENT, [], Grant(30), of="review", limits=Limits(times=1, period=Period.MONTH)),
    ),
    tiers=(
        Tier("bronze", {}),
        Tier("silver", {}, [Reach(Measure.SPENT, 30_000, 365), Reach(Measure.PURCHASES, 15, 365)]),
        Tier("gold", {}, [Reach(Measure.SPENT, 150_000, 365)], grace=30),
    ),
    offers=frozenset({"free-coffee", "drink", "gold-box"}),
)
