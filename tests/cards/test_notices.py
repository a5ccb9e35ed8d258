"""Whether a new balance calls for attention: decided from what was shown, and from the notices of a day."""

from datetime import UTC, datetime, timedelta

import pytest

from wallet_service.cards.notices import FOR_MESSAGES, MOST, Notice, balance_notice

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
EARLIER = timedelta(hours=1)
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("shown", "balance", "notices", "expected"),
    [
        pytest.param(None, 10, [], Notice.FIRST, id="nobody has seen it"),
        pytest.param(10, 10, [], Notice.UNCHANGED, id="as it was"),
        pytest.param(0, 10, [], Notice.GIVEN, id="the first in a day"),
        pytest.param(10, 0, [NOW - EARLIER], Notice.GIVEN, id="the second"),
        pytest.param(0, 10, [NOW - 2 * EARLIER, NOW - EARLIER], Notice.USED_UP, id="the third is for a message"),
        pytest.param(0, 10, [NOW - DAY, NOW - EARLIER], Notice.GIVEN, id="a day has just passed"),
        pytest.param(0, 10, [NOW - DAY + MOMENT, NOW - EARLIER], Notice.USED_UP, id="a day has not quite passed"),
        pytest.param(None, 10, [NOW] * 5, Notice.FIRST, id="not seen, however many notices"),
        pytest.param(10, 10, [NOW] * 5, Notice.UNCHANGED, id="as it was, however many notices"),
    ],
)
def test_a_balance_calls_for_attention_only_if_it_is_news_and_not_too_often(
    shown: int | None, balance: int, notices: list[datetime], expected: Notice
) -> None:
    assert balance_notice(shown, balance, notices, NOW) is expected


def test_a_template_that_announces_no_balances_is_silent() -> None:
    assert balance_notice(0, 10, [], NOW, announced=False) is Notice.UNWANTED


def test_however_fast_balances_change_a_message_can_still_be_heard() -> None:
    given: list[datetime] = []
    for minute in range(48 * 60):
        now = NOW + timedelta(minutes=minute)
        if balance_notice(minute, minute + 1, given, now) is Notice.GIVEN:
            given.append(now)

    assert len(given) == 2 * (MOST - FOR_MESSAGES)
    assert given[2] - given[0] == DAY


def test_only_a_notice_that_is_given_has_no_reason_to_tell() -> None:
    assert [notice for notice in Notice if not notice] == [Notice.GIVEN]
