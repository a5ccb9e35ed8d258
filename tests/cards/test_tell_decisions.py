"""What is decided about a push that was sent: when to tell again, how it is told of, where the next claim begins."""

from datetime import UTC, datetime, timedelta

import pytest

from wallet_service.cards.due import BEHIND, LONG_AGO, LONGEST_ASKED, LONGEST_WAIT, SWEEP, Floor, describe, next_wait
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcomes", "attempt", "wait"),
    [
        ([], 1, None),  # nobody to tell
        ([Delivered()], 1, None),
        ([Dead(None), Refused("BadTopic")], 1, None),
        ([Delivered(), Unknown("reset")], 1, 2.0),
        ([Unknown("reset")], 3, 8.0),
        ([TryLater(1.0, "not_sent")], 1, 2.0),
        ([TryLater(30.0, "throttled"), Delivered()], 1, 30.0),
        ([TryLater(5.0, "a"), TryLater(40.0, "b")], 2, 40.0),
        ([TryLater(5.0, "a")], 8, 256.0),
        ([TryLater(5.0, "a")], 9, LONGEST_WAIT),
        ([Unknown("reset")], 1_000_000, LONGEST_WAIT),  # it is never given up
        ([TryLater(900.0, "a quarter of an hour")], 1_000_000, 900.0),
        ([TryLater(86_400.0, "a day")], 1, LONGEST_ASKED),
    ],
)
def test_only_what_may_yet_succeed_is_tried_again_and_ever_later(
    outcomes: list[Outcome], attempt: int, wait: float | None
):
    assert next_wait(outcomes, attempt) == wait


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Delivered(), "accepted"),
        (Dead(None), "dead token"),
        (Refused("BadTopic"), "refused: BadTopic"),
        (TryLater(5.0, "circuit open"), "later: circuit open"),
        (Unknown("reset"), "unknown: reset"),
    ],
)
def test_every_outcome_has_its_words(outcome: Outcome, words: str):
    assert describe(outcome) == words


def test_the_first_claim_begins_at_the_very_beginning_and_the_next_behind_the_last():
    floor = Floor()
    assert floor.begin(NOON) == LONG_AGO
    floor.reached([NOON, NOON - timedelta(hours=1)])
    assert floor.begin(NOON) == NOON - BEHIND


def test_a_claim_that_took_nothing_leaves_the_floor_where_it_is():
    floor = Floor(last=NOON, swept_at=NOON)
    floor.reached([])
    floor.reached([NOON - timedelta(hours=1)])
    assert floor.begin(NOON) == NOON - BEHIND


def test_every_so_often_a_claim_sweeps_from_the_very_beginning():
    floor = Floor(last=NOON, swept_at=NOON)
    moments = [NOON + timedelta(seconds=seconds) for seconds in (SWEEP / 2, SWEEP, SWEEP * 1.5, SWEEP * 2)]
    assert [floor.begin(moment) == LONG_AGO for moment in moments] == [False, True, False, True]
