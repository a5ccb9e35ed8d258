"""Days in the words of a language, and which day it is by whose calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.amounts import Points
from wallet_service.cards.calendar import dater
from wallet_service.cards.numerals import NumbersUnknown
from wallet_service.loyalty.ledger.expiring import Expiring, ends_of, expiring_next
from wallet_service.loyalty.ledger.lots import Lot

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe")


def lot(left: int, expires_at: datetime | None) -> Lot:
    return Lot(1, Points(left), expires_at)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "January 31, 2027"),
        ("en-GB", "31 January 2027"),
        ("ru", "31 января 2027\u202fг."),
        ("de", "31. Januar 2027"),
        ("ja", "2027年1月31日"),
    ],
)
def test_a_day_is_written_as_the_language_does(language, written):
    assert dater(language)(date(2027, 1, 31)).replace("\u00a0", "\u202f") == written


def test_no_day_is_no_text():
    assert dater("en")(None) == ""


def test_a_language_nobody_knows_is_refused():
    with pytest.raises(NumbersUnknown):
        dater("xx-Nope")


def test_where_nothing_ends_nothing_expires_next():
    assert expiring_next([], "UTC") is None


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        (NEW_YEAR, "UTC", date(2026, 12, 31)),
        (NEW_YEAR + INSTANT, "UTC", date(2027, 1, 1)),
        (NEW_YEAR, "Europe/Berlin", date(2027, 1, 1)),
        (NEW_YEAR - timedelta(hours=1), "Europe/Berlin", date(2026, 12, 31)),
        (NEW_YEAR, "America/New_York", date(2026, 12, 31)),
        (datetime(2028, 3, 1, tzinfo=UTC), "UTC", date(2028, 2, 29)),
        (datetime(2027, 3, 28, 22, tzinfo=UTC), "Europe/Berlin", date(2027, 3, 28)),
    ],
)
def test_the_day_is_the_last_on_which_the_points_can_be_spent(at, zone, day):
    assert expiring_next([(at, 5)], zone) == Expiring(Points(5), day, at)


def test_all_that_ends_on_the_day_of_the_first_expires_together():
    ends = [(NEW_YEAR, 7), (NEW_YEAR + INSTANT, 11), (NEW_YEAR - timedelta(hours=15), 5)]
    assert expiring_next(ends, "UTC") == Expiring(Points(12), date(2026, 12, 31), NEW_YEAR - timedelta(hours=15))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60 * 24 * 400).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
            st.integers(1, 1000),
        ),
        min_size=1,
    ),
    st.sampled_from(ZONES),
)
def test_what_ends_25_hours_after_the_first_or_later_may_be_left_out(ends, zone):
    first = min(at for at, _ in ends)
    near = [(at, points) for at, points in ends if at < first + timedelta(hours=25)]
    assert expiring_next(near, zone) == expiring_next(ends, zone)


def test_lots_end_together_that_end_at_the_same_moment():
    lots = [lot(5, NEW_YEAR), lot(7, None), lot(0, NEW_YEAR + INSTANT), lot(6, NEW_YEAR)]
    assert ends_of(lots) == {NEW_YEAR: 11}
