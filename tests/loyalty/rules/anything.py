"""Any rulebook, and anything that happens to a member, one day after the other."""

from datetime import date, time, timedelta

from hypothesis import strategies as st

from tests.loyalty.rules.play import MONDAY, goods, line
from wallet_service.loyalty.rules.happening import Happening, Trigger
from wallet_service.loyalty.rules.mechanic import (
    ALL,
    AtPlace,
    Basket,
    Beneficiary,
    Counted,
    During,
    GiveOffer,
    GiveTier,
    Grant,
    InTier,
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
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook, Spending, Tier

GOODS = st.sampled_from([ALL, goods("tea"), goods("coffee", skus=["x"]), goods(skus=["x", "y"]), goods("tea", "cake")])
TIERS = st.sampled_from(["silver", "gold"])
SMALL = st.integers(1, 6)
MAYBE = st.none() | SMALL
PLACES = st.sampled_from(["mitte", "wedding"])
TRIGGERS = st.sampled_from(
    [Trigger.PURCHASE] * 6 + [Trigger.VISIT, Trigger.INACTIVE, Trigger.EVENT, Trigger.TIER_REACHED]
)
MEASURES = st.sampled_from([Measure.PURCHASES, Measure.VISITS, Measure.SPENT, Measure.POINTS])

CONDITIONS = st.one_of(
    st.builds(Counted, st.sampled_from(Measure), GOODS, MAYBE, st.integers(0, 5), st.none() | st.integers(3, 900)),
    st.builds(lambda measure, some, every: Counted(measure, some, every=every), st.sampled_from(Measure), GOODS, SMALL),
    st.builds(Basket, GOODS, st.integers(0, 4), st.integers(0, 400)),
    st.builds(Recency, st.integers(0, 4), st.none() | st.integers(0, 9)),
    st.builds(AtPlace, st.frozensets(PLACES)),
    st.builds(InTier, st.frozensets(TIERS | st.just(""))),
    st.just(Referred()),
    st.builds(
        During,
        st.frozensets(st.integers(0, 6)),
        st.none() | st.builds(time, st.integers(0, 23)),
        st.none() | st.builds(time, st.integers(0, 23)),
        st.none() | st.just(date(2026, 11, 9)),
        st.none() | st.just(date(2026, 11, 20)),
    ),
)
EFFECTS = st.one_of(
    st.builds(Grant, st.integers(1, 50), to=st.sampled_from(Beneficiary)),
    st.builds(Percent, st.integers(1, 20_000), GOODS),
    st.builds(Percent, st.integers(1, 20_000), GOODS),
    st.builds(Multiply, st.integers(10_001, 40_000)),
    st.builds(GiveOffer, st.just("offer")),
    st.builds(SendMessage, st.just("message")),
    st.builds(GiveTier, TIERS),
)
LIMITS = st.builds(
    Limits, MAYBE, MAYBE, st.sampled_from(Period), st.none() | st.integers(1, 90), st.none() | st.integers(1, 300)
)


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    """Some mechanics and two tiers, by whatever one has to do for them."""
    mechanics = [
        Mechanic(
            name,
            {},
            {},
            draw(TRIGGERS),
            of=draw(st.sampled_from(["", "", "gold", "review"])),
            days=1,
            when=draw(st.lists(CONDITIONS, max_size=2)),
            gives=draw(st.lists(EFFECTS, min_size=1, max_size=3)),
            limits=draw(st.just(Limits()) | LIMITS),
            active=draw(st.sampled_from([True, True, True, False])),
        )
        for name in draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6))
    ]
    reach = st.lists(st.builds(Reach, MEASURES, st.integers(1, 900), MAYBE), max_size=2)
    tiers = [Tier(name, {}, draw(reach), draw(st.sampled_from([None, None, 30]))) for name in ("silver", "gold")]
    spending = Spending(worth=draw(st.sampled_from([1, 3, 100])))
    return Rulebook(spending=spending, unearning=draw(st.none() | GOODS), mechanics=mechanics, tiers=tiers)


LINES = st.builds(
    line,
    st.sampled_from(["tea", "coffee", "cake"]),
    SMALL,
    st.integers(0, 300),
    sku=st.sampled_from(["x", "y", "z"]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Happening]:
    """What happens, the earlier first."""
    at, told = MONDAY, []
    for number in range(draw(st.integers(1, 10))):
        at += timedelta(days=draw(st.integers(0, 4)))
        trigger = draw(st.sampled_from([Trigger.PURCHASE] * 5 + [Trigger.VISIT, Trigger.INACTIVE, Trigger.EVENT]))
        bought = trigger is Trigger.PURCHASE
        lines = draw(st.lists(LINES, max_size=4)) if bought else []
        told.append(
            Happening(
                trigger,
                at.replace(hour=draw(st.integers(0, 23))),
                draw(st.just(str(number)) | st.just("again")),
                name=draw(st.sampled_from(["review", ""])),
                days=draw(st.integers(0, 1)),
                lines=lines,
                paid=draw(st.integers(0, 1200)) if bought else 0,
                place=draw(st.none() | PLACES),
                referred=draw(st.booleans()),
            )
        )
    return told
