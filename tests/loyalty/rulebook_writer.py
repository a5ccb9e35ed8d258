"""Writes a rulebook as the document that it was read from, and makes up rulebooks: the reader's way back."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from hypothesis import strategies as st

from wallet_service.loyalty.rules.mechanic import (
    AtPlace,
    Basket,
    Beneficiary,
    Condition,
    Counted,
    During,
    Effect,
    GiveOffer,
    GiveTier,
    Goods,
    Grant,
    InTier,
    Life,
    Limits,
    Measure,
    Multiply,
    Percent,
    Period,
    Recency,
    Referred,
    SendMessage,
)
from wallet_service.loyalty.rules.reading_values import WEEKDAYS

Document = dict[str, Any]


def said(**values: Any) -> Document:
    """Those of these values that say something."""
    return {key: value for key, value in values.items() if value not in (None, (), [], {}, frozenset())}


def goods_out(goods: Goods) -> Document:
    return said(skus=sorted(goods.skus), categories=sorted(goods.categories))


def life_out(life: Life) -> Document:
    return said(live_days=life.days) | ({"delay_days": life.delay} if life.delay else {})


def during_out(each: During) -> Document:
    texts = {"from": each.begins, "to": each.ends, "since": each.since, "until": each.until}
    written = {key: value.isoformat()[:5] if isinstance(value, time) else value for key, value in texts.items()}
    days = {key: value.isoformat() if isinstance(value, date) else value for key, value in written.items()}
    return said(weekdays=[WEEKDAYS[number] for number in sorted(each.weekdays)], **days)


def counted_out(each: Counted) -> Document:
    bounds = {"within_days": each.within, "at_least": each.at_least, "every": each.every, "at_most": each.at_most}
    return {
        each.measure.value: {key: value for key, value in bounds.items() if value is not None} | goods_out(each.goods)
    }


CONDITIONS: Mapping[type[Any], Any] = {
    Counted: counted_out,
    Basket: lambda each: {
        "basket": said(quantity=each.quantity or None, worth=each.worth or None) | goods_out(each.goods)
    },
    Recency: lambda each: {
        "last_purchase": {
            key: value
            for key, value in {"at_least_days": each.at_least, "at_most_days": each.at_most}.items()
            if value is not None
        }
    },
    AtPlace: lambda each: {"places": sorted(each.places)},
    During: during_out,
    InTier: lambda each: {"tiers": sorted(each.tiers)},
    Referred: lambda _: {"referred": True},
}

EFFECTS: Mapping[type[Any], Any] = {
    Grant: lambda each: {"points": each.points, "to": each.to.value} | life_out(each.life),
    Percent: lambda each: {"percent": each.share / 100, "goods": goods_out(each.goods)} | life_out(each.life),
    Multiply: lambda each: {"multiply": each.by / 10_000} | life_out(each.life),
    GiveOffer: lambda each: {"offer": each.offer},
    GiveTier: lambda each: {"tier": each.tier},
    SendMessage: lambda each: {"message": each.hook},
}


def when_out(conditions: Sequence[Condition]) -> list[Document]:
    """Conditions, as a file writes them."""
    return [CONDITIONS[type(each)](each) for each in conditions]


def give_out(effects: Sequence[Effect]) -> list[Document]:
    """Effects, as a file writes them."""
    return [EFFECTS[type(each)](each) for each in effects]


def limits_out(limits: Limits) -> Document:
    """Limits, as a file writes them."""
    written = said(per_member=limits.per_member, times=limits.times, most=limits.most, budget=limits.budget)
    return written | ({"period": limits.period.value} if limits.times else {})


WORDS = st.frozensets(st.sampled_from(["coffee", "tea", "Кофе", "x 7"]), max_size=3)
SOME = st.integers(1, 1_000_000_000)
DAYS = st.integers(1, 1100)
GOODS = st.builds(Goods, WORDS, WORDS)
LIVES = st.builds(Life, st.none() | DAYS, st.integers(0, 1100))
COUNTED = st.one_of(
    st.builds(
        Counted,
        st.sampled_from([Measure.PURCHASES, Measure.SPENT, Measure.POINTS]),
        within=st.none() | DAYS,
        at_least=SOME,
    ),
    st.builds(Counted, st.just(Measure.QUANTITY), GOODS, every=SOME),
    st.builds(Counted, st.just(Measure.VISITS), at_most=st.integers(0, 1_000_000_000)),
)
DURING = st.builds(
    During,
    st.frozensets(st.integers(0, 6)),
    st.sampled_from([None, time(0), time(14, 30)]),
    st.sampled_from([None, time(9), time(23, 59)]),
    st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.none() | st.dates(date(2101, 1, 1), date(2199, 12, 31)),
).filter(lambda during: during != During())
CONDITION = st.one_of(
    COUNTED,
    DURING,
    st.builds(Basket, GOODS, SOME, st.integers(0, 9)),
    st.builds(Recency, at_least=st.integers(0, 1100)),
    st.builds(AtPlace, st.just(frozenset({"mitte", "Zoo"}))),
    st.builds(InTier, st.just(frozenset({"gold"}))),
)
EFFECT = st.one_of(
    st.builds(Grant, SOME, LIVES, st.sampled_from(Beneficiary)),
    st.builds(Percent, st.integers(1, 10_000), GOODS, LIVES),
    st.builds(Multiply, st.integers(101, 10_000).map(lambda hundredths: hundredths * 100), LIVES),
    st.sampled_from([GiveOffer("gift"), GiveTier("gold"), SendMessage("hello")]),
)
MAYBE = st.none() | SOME
LIMITS = st.builds(Limits, MAYBE, SOME, st.sampled_from(Period), MAYBE, MAYBE)
