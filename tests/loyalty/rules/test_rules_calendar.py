"""When points begin and end where clocks change, and birthdays on 29 February."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from wallet_service.loyalty.rules.calendar import begins_at, birthday_on, ends_at
from wallet_service.loyalty.rules.mechanic import Life

BERLIN, CAIRO, HAVANA, BEIRUT, APIA = map(
    ZoneInfo, ("Europe/Berlin", "Africa/Cairo", "America/Havana", "Asia/Beirut", "Pacific/Apia")
)


def test_points_without_a_life_begin_at_once_and_never_end():
    given = datetime(2026, 11, 22, 15, tzinfo=BERLIN)
    assert begins_at(Life(), given) is None
    assert ends_at(Life(), given) is None


def test_points_can_be_spent_to_the_end_of_so_many_days_after_the_one_on_which_they_begin():
    given = datetime(2026, 11, 22, 23, 59, tzinfo=BERLIN)
    assert ends_at(Life(0), given) == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert ends_at(Life(30), given) == datetime(2026, 12, 22, 23, tzinfo=UTC)
    assert begins_at(Life(30, 1), given) == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert ends_at(Life(30, 1), given) == datetime(2026, 12, 23, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "days", "ends"),
    [
        (datetime(2026, 3, 27, 12, tzinfo=BERLIN), 1, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (datetime(2026, 3, 27, 12, tzinfo=BERLIN), 2, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (datetime(2026, 10, 24, 12, tzinfo=BERLIN), 1, datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # Clocks went from 0:00 to 1:00: the day began at the very change, which was midnight by the old clock.
        (datetime(2023, 4, 27, 12, tzinfo=CAIRO), 0, datetime(2023, 4, 27, 22, tzinfo=UTC)),
        (datetime(2021, 3, 27, 12, tzinfo=BEIRUT), 0, datetime(2021, 3, 27, 22, tzinfo=UTC)),
        (datetime(2023, 3, 11, 12, tzinfo=HAVANA), 0, datetime(2023, 3, 12, 5, tzinfo=UTC)),
        # Clocks went from 1:00 to 0:00, so that midnight came twice: the day began with the first.
        (datetime(2023, 11, 4, 12, tzinfo=HAVANA), 0, datetime(2023, 11, 5, 4, tzinfo=UTC)),
        # Clocks went from 24:00 to 23:00: the day began after the second 23 o'clock.
        (datetime(2023, 10, 26, 12, tzinfo=CAIRO), 0, datetime(2023, 10, 26, 22, tzinfo=UTC)),
        # 30 December 2011 was left out in Samoa.
        (datetime(2011, 12, 29, 12, tzinfo=APIA), 0, datetime(2011, 12, 30, 10, tzinfo=UTC)),
        (datetime(2011, 12, 29, 12, tzinfo=APIA), 1, datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_ends_where_the_next_begins_whatever_the_clocks_do(given: datetime, days: int, ends: datetime):
    assert ends_at(Life(days), given) == ends


def test_a_birthday_on_29_february_is_celebrated_on_the_28th_where_there_is_none():
    born = date(2000, 2, 29)
    assert [birthday_on(born, year).isoformat() for year in (2024, 2026, 2100)] == [
        "2024-02-29",
        "2026-02-28",
        "2100-02-28",
    ]
    assert birthday_on(date(1999, 3, 1), 2026) == date(2026, 3, 1)
