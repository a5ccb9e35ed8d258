"""Reports: what was there, and all that came, less all that went, is what is there in the end."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loyalty.club import DAY, Club, mechanic, open_club
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.journeys.reports import (
    COLUMNS,
    Moved,
    SpanInvalid,
    by_days,
    owed_report,
    points_report,
    sold_report,
    together,
)
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.rules.happening import Line
from wallet_service.settings import Settings

FIRST = date(2027, 3, 1)
MOVES = st.builds(
    Moved,
    st.integers(0, 4).map(lambda n: FIRST + timedelta(days=n)),
    st.sampled_from(list(Kind)),
    st.sampled_from([None, "manual", "mechanic:a"]),
    st.integers(0, 100),
    st.integers(0, 100),
)


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        yield opened


def test_every_kind_of_entry_is_counted_somewhere() -> None:
    assert set(COLUMNS) == set(Kind)


@given(st.lists(MOVES), st.integers(-1000, 1000))
def test_each_day_opens_with_what_the_day_before_closed_with(moved: list[Moved], closing: int) -> None:
    days = by_days(FIRST, FIRST + timedelta(days=4), moved, closing)
    assert [day for day, _ in days] == [FIRST + timedelta(days=n) for n in range(5)]
    assert all(before.closing == after.opening for (_, before), (_, after) in pairwise(days))
    whole = together(days)
    assert whole.closing == days[-1][1].closing == closing
    assert whole.opening == closing - sum(each.added - each.taken for each in moved)


async def test_bonuses_are_reported_by_day_and_by_why_they_were_granted(club: Club) -> None:
    await club.rule(
        mechanic("welcome", "enrolled", {"points": 300, "live_days": 2}),
        mechanic("base", "purchase", {"percent": 10}),
    )
    anna, boris = await club.enrol(), await club.enrol()
    bought = await club.buy(anna)
    await club.give(anna, 7)
    club.clock.forward(DAY)
    await club.give(boris, -120)
    await club.give_back(bought)
    club.clock.forward(3 * DAY)
    await club.lapse_all()
    async with club.database.read() as tx:
        programme = await find_programme(tx, club.brand.id, club.brand.programme)
        days = dict(await points_report(tx, programme, FIRST, FIRST + timedelta(days=5)))
        later = await points_report(tx, programme, FIRST + timedelta(days=2), FIRST + timedelta(days=2))
        owed = await owed_report(tx, programme)
        with pytest.raises(SpanInvalid):
            await points_report(tx, programme, FIRST, FIRST - timedelta(days=1))
    first, second, last = days[FIRST], days[FIRST + timedelta(days=1)], days[FIRST + timedelta(days=4)]
    assert (first.opening, first.granted, first.closing) == (0, 707, 707)
    assert first.by_origin == {"mechanic:welcome": 600, "mechanic:base": 100, "manual": 7}
    assert (second.spent, second.taken_back, second.closing) == (120, 100, 487)
    assert (last.expired, last.closing) == (480, 7)
    ((_, between),) = later
    assert (between.opening, between.closing) == (487, 487)
    balances = [await club.balance(each) for each in (anna, boris)]
    assert (owed.balances, owed.holders, owed.ending) == (sum(balances), 1, [(None, 7)])


async def test_what_was_sold_is_reported_with_a_card_and_without(club: Club) -> None:
    await club.rule(mechanic("base", "purchase", {"percent": 10}))
    anna = await club.enrol()
    bought = await club.buy(anna, place="Mitte")
    await club.buy(None, Line("tea", "drink", 1, 300), place="Mitte")
    await club.buy(anna)
    await club.give_back(bought, (2, 1))
    async with club.database.read() as tx:
        programme = await find_programme(tx, club.brand.id, club.brand.programme)
        places = await sold_report(tx, programme, FIRST, FIRST, "place")
        (day,) = await sold_report(tx, programme, FIRST, FIRST, "day")
        (month,) = await sold_report(tx, programme, FIRST, FIRST, "month")
    assert [(each.bucket, each.purchases, each.with_card, each.paid, each.paid_with_card) for each in places] == [
        ("", 1, 1, 1000, 1000),
        ("Mitte", 2, 1, 1300, 1000),
    ]
    assert (day.bucket, month.bucket) == ("2027-03-01", "2027-03")
    assert (day.purchases, day.refunded, day.earned, day.total) == (3, 100, 200, 2300)
