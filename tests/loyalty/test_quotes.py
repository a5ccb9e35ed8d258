"""A quote is what the purchase will be, whatever the rules are and whatever rules were before."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.loyalty.club import Club, mechanic, open_club
from tests.loyalty.rulebook_writer import CONDITION, GOODS, LIVES, Document, give_out, limits_out, when_out
from wallet_service.amounts import Points
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.forms import RulebookInvalid
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.mechanic import (
    Beneficiary,
    Counted,
    GiveOffer,
    GiveTier,
    Grant,
    Limits,
    Measure,
    Multiply,
    Percent,
    Period,
)
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.sales.purchases import record_purchases
from wallet_service.loyalty.sales.quotes import Quote, quote
from wallet_service.loyalty.sales.receipts import Purchase, Receipt
from wallet_service.settings import Settings

NUMBERS = count(1)
QUICK = [Phase.generate]
"""To make a failure smaller would take minutes."""

SMALL = st.integers(1, 5)
MORE = st.integers(1, 500)
COUNTED = st.one_of(
    st.builds(Counted, st.just(Measure.PURCHASES), within=st.none() | st.integers(1, 30), at_least=SMALL),
    st.builds(Counted, st.just(Measure.QUANTITY), GOODS, every=SMALL),
    st.builds(Counted, st.sampled_from([Measure.SPENT, Measure.POINTS]), at_least=MORE),
)
EFFECT = st.one_of(
    st.builds(Grant, MORE, LIVES, st.sampled_from(Beneficiary)),
    st.builds(Percent, st.integers(1, 3000), GOODS, LIVES),
    st.builds(Multiply, st.sampled_from([15_000, 30_000])),
    st.sampled_from([GiveOffer("gift"), GiveTier("gold")]),
)
LIMITS = st.builds(
    Limits, st.none() | SMALL, st.none() | SMALL, st.sampled_from(Period), st.none() | MORE, st.none() | MORE
)
MECHANICS = st.lists(
    st.tuples(
        st.lists(COUNTED | CONDITION, max_size=1, unique_by=type), st.lists(EFFECT, min_size=1, max_size=2), LIMITS
    ).map(lambda each: {"when": when_out(each[0]), "give": give_out(each[1]), "limits": limits_out(each[2])}),
    min_size=1,
    max_size=4,
)
SPENDING = st.fixed_dictionaries({"most_percent": st.integers(1, 100), "least_pay": st.integers(0, 300)})
LINES = st.lists(
    st.builds(
        Line,
        st.just(""),
        st.sampled_from(["coffee", "tea", "Кофе"]),
        SMALL,
        st.integers(50, 900),
        st.integers(0, 50),
        st.just("Something"),
    ),
    min_size=1,
    max_size=3,
)
GIFT = {"name": "gift", "title": {"en": "Gift"}, "kind": "personal", "benefit": {"gift": "latte"}}
GOLD = {"name": "gold", "title": {"en": "Gold"}, "reach": [{"purchases": 4, "within_days": 30}], "term_days": 30}
STANDS = text("SELECT tier, shown -> 'goal' ->> 'left' AS left FROM member_standing WHERE member_id = :member")


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        yield opened


def a_check(club: Club, member: Member, lines: Sequence[Line]) -> Receipt:
    """What somebody wants to buy, and to pay with 70 points."""
    return Receipt(
        club.brand.id, f"quoted-{next(NUMBERS)}", lines, MemberRef("id", member.id), place="mitte", spend=Points(70)
    )


async def quoted(club: Club, check: Receipt) -> Quote:
    """What it would come to."""
    async with club.database.read() as tx:
        return await quote(tx, club.rulebooks, check)


async def bought(club: Club, check: Receipt) -> Purchase:
    """What it comes to."""
    heard: list[Purchase | WalletServiceError] = []

    def render(outcome: Purchase | WalletServiceError) -> Reply:
        heard.append(outcome)
        return Reply(201, b"")

    async with club.database.begin() as tx:
        await record_purchases(tx, club.rulebooks, [check], render)
    assert isinstance(heard[0], Purchase), heard
    return heard[0]


async def stands(club: Club, member: Member) -> tuple[str, int | None]:
    """The tier, and what is missing for the next."""
    async with club.database.read() as tx:
        row = await tx.first(STANDS, {"member": member.id})
    assert row is not None
    return row.tier, None if row.left is None else int(row.left)


def document_of(mechanics: Sequence[Document], spending: Document) -> Document:
    """A programme file."""
    return {"currency": "EUR", "mechanics": mechanics, "spending": spending, "tiers": [GOLD], "offers": [GIFT]}


def makes_sense(mechanics: Sequence[Document], spending: Document) -> bool:
    """Whether a programme may have these together."""
    try:
        read_rulebook(document_of(mechanics, spending))
    except RulebookInvalid:
        return False
    return True


async def put_in_force(club: Club, mechanics: Sequence[Document], spending: Document) -> None:
    """Those of these rules that make sense."""
    taken: list[Document] = []
    for n, each in enumerate(mechanics):
        named = mechanic(f"m-{n}", "purchase") | each
        taken += [named] if makes_sense([*taken, named], spending) else []
    await club.rule(*taken, spending=spending, tiers=[GOLD], offers=[GIFT])


async def must_agree(club: Club, member: Member, lines: Sequence[Line]) -> None:
    """The quote, and then the purchase."""
    check = a_check(club, member, lines)
    told = await quoted(club, check)
    came = await bought(club, replace(check, spend=told.spend))
    assert (told.total, told.paid, told.spend) == (came.total, came.paid, came.points_spent)
    assert [(each.mechanic, each.points) for each in told.earnings] == [
        (each.mechanic, each.points) for each in came.gave
    ]
    assert (told.tier, told.goal.left if told.goal else None) == await stands(club, member)


@given(first=MECHANICS, second=MECHANICS, spending=SPENDING, checks=st.lists(LINES, min_size=3, max_size=4))
@settings(
    max_examples=25,
    phases=QUICK,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_a_quote_is_what_the_purchase_will_be(
    club: Club, first: Any, second: Any, spending: Any, checks: Any
) -> None:
    friend = await club.enrol()
    anna = await club.enrol_friend_of(friend)
    await club.give(anna, 200)
    for rules in (first, second):
        await put_in_force(club, rules, spending)
        for lines in checks:
            await must_agree(club, anna, lines)
            club.clock.forward(timedelta(days=3))


async def test_a_quote_knows_a_past_that_was_not_counted_until_the_rules_asked_for_it(club: Club) -> None:
    coffee = [Line("", "coffee", 2, 300)]
    await club.rule(mechanic("base", "purchase", {"percent": 5}))
    anna = await club.enrol()
    for _ in range(2):
        await bought(club, replace(a_check(club, anna, coffee), spend=None))
    every_sixth = mechanic(
        "sixth", "purchase", {"points": 300}, when=[{"quantity": {"categories": ["coffee"], "every": 6}}]
    )
    await club.rule(every_sixth)
    assert [each.points for each in (await quoted(club, a_check(club, anna, coffee))).earnings] == [300]
    await must_agree(club, anna, coffee)
