"""Programme files that are right: everything that can be said is understood, in TOML and in JSON."""

import json
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loyalty.programme_file import EVERYBODY, GIFT, GOLD, everything, file_with, mechanic, read_one
from tests.loyalty.rulebook_writer import CONDITION, EFFECT, LIMITS, give_out, limits_out, when_out
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
    GiveTier,
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
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook, Spending, Tier

COFFEE = frozenset({"coffee"})

CASHBACK = Mechanic(
    name="cashback-15",
    title={"en": "15 % back", "pt-BR": "15 % de volta"},
    why={"en": "{points} back for your receipt {receipt}"},
    trigger=Trigger.PURCHASE,
    when=(
        Counted(Measure.PURCHASES, within=30, at_least=4, at_most=9),
        Counted(Measure.SPENT, at_least=1),
        Counted(Measure.VISITS, at_most=3),
        Counted(Measure.POINTS, at_least=5),
        Counted(Measure.QUANTITY, Goods(frozenset({"7"}), COFFEE), every=6),
        Basket(Goods(categories=COFFEE), 1, 500),
        Recency(0, 30),
        AtPlace(frozenset({"mitte"})),
        InTier(frozenset({"gold"})),
        Referred(),
        During(frozenset({0, 1}), time(14), time(17, 30), date(2026, 12, 1), date(2026, 12, 31)),
    ),
    gives=(
        Percent(1250, life=Life(90, 1)),
        Grant(300, Life(30)),
        Grant(200, to=Beneficiary.REFERRER),
        Multiply(15000),
        GiveOffer("free-coffee"),
        GiveTier("gold"),
        SendMessage("welcome"),
    ),
    limits=Limits(1, 2, Period.MONTH, 500, 100000),
    stage="developing",
)

UNDERSTOOD = Rulebook(
    "EUR",
    Spending(2, 5000, Goods(categories=frozenset({"tobacco"})), 100),
    Goods(categories=frozenset({"tobacco", "gift-card"})),
    (
        CASHBACK,
        Mechanic(
            name="lost",
            title={"en": "We miss you"},
            why={"en": "{points} after {days} days"},
            trigger=Trigger.INACTIVE,
            days=60,
            gives=(Grant(100, Life(30)),),
            active=False,
        ),
        Mechanic(
            name="lost-cart",
            title={"en": "Something is waiting"},
            why={},
            trigger=Trigger.EVENT,
            of="cart_abandoned",
            gives=(SendMessage("cart"),),
        ),
    ),
    (
        Tier("silver", {"en": "Silver"}),
        Tier(
            "gold",
            {"en": "Gold", "ru": "Золотой"},
            (
                Reach(Measure.SPENT, 50000, 365),
                Reach(Measure.PURCHASES, 20, 365),
                Reach(Measure.VISITS, 9),
                Reach(Measure.POINTS, 7),
            ),
            365,
            100,
            30,
        ),
    ),
    frozenset({"free-coffee"}),
)


def test_everything_that_can_be_said_is_understood() -> None:
    assert read_rulebook(everything()) == UNDERSTOOD


def test_json_says_the_same_with_days_and_hours_as_texts() -> None:
    document = json.loads(json.dumps(everything(), default=str))

    assert read_rulebook(document) == UNDERSTOOD


def test_a_file_with_nothing_but_a_currency_is_the_usual() -> None:
    assert read_rulebook({"currency": "GEL"}) == Rulebook("GEL")


def test_to_exclude_nothing_is_not_to_exclude_all() -> None:
    nothing: dict[str, Any] = {"exclude": {"categories": [], "skus": []}}

    book = read_rulebook({"currency": "EUR", "spending": nothing, "earning": nothing})

    assert (book.spending.excluded, book.unearning) == (None, None)


def test_points_may_be_such_that_pay_nothing() -> None:
    assert read_rulebook({"currency": "EUR", "spending": {"most_percent": 0}}).spending.most_share == 0


@pytest.mark.parametrize(
    ("percent", "share"), [(0.01, 1), (0.07, 7), (0.29, 29), (1.1, 110), (12.5, 1250), (33.33, 3333), (100, 10_000)]
)
def test_a_percentage_becomes_basis_points_exactly(percent: float, share: int) -> None:
    assert read_one(give=[{"percent": percent}]).gives == (Percent(share),)


def test_texts_come_in_their_normal_form() -> None:
    decomposed = "Cafe\u0301"

    assert read_one(when=[{"places": [decomposed]}]).when == (AtPlace(frozenset({"Café"})),)


def test_what_gives_no_points_needs_no_why() -> None:
    document = mechanic(give=[{"message": "hello"}])
    del document["why"]

    assert read_rulebook(file_with(document)).mechanics[0].why == {}


@given(st.lists(CONDITION, max_size=4), st.lists(EFFECT, min_size=1, max_size=4), LIMITS)
def test_whatever_a_mechanic_can_be_is_read_as_it_was_written(
    conditions: list[Condition], effects: list[Effect], limits: Limits
) -> None:
    days = [each for each in conditions if isinstance(each, During)]
    conditions = [each for each in conditions if each not in days[1:]]  # two might never hold together
    written = mechanic(
        when=[*when_out(conditions), {"referred": True}],
        give=[*give_out(effects), {"percent": 1}],
        limits=limits_out(limits),
    )

    (read,) = read_rulebook(file_with(written, tiers=[EVERYBODY, GOLD], offers=[GIFT])).mechanics

    assert (read.when, read.gives) == ((*conditions, Referred()), (*effects, Percent(100)))
    assert read.limits == limits
