"""The engine in memory: its clockwork, and cron expressions as crontab(5) reads them."""

from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter  # type: ignore[import-untyped]  # it ships no types; PgQueuer brings it
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.workshop import Workshop, open_probe, remembered
from wallet_service.clock import SetClock
from wallet_service.engine.memory import MemoryEngine, is_tick
from wallet_service.engine.seam import Cron

NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)  # a Sunday


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(st.integers(low, high - 1), st.integers(1, 60)).map(  # (croniter takes 0-0 for every day)
        lambda pair: f"{pair[0]}-{min(pair[0] + pair[1], high)}"
    )
    stepped = st.tuples(span, st.integers(1, 9)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    return st.lists(number.map(str) | span | stepped, min_size=1, max_size=3).map(",".join)


EXPRESSIONS = st.tuples(
    st.just("*") | st.integers(1, 59).map(lambda step: f"*/{step}") | numbers(0, 59),
    st.just("*") | numbers(0, 23),
    st.just("*") | numbers(1, 31),
    st.just("*") | numbers(1, 12),
    st.just("*") | numbers(0, 6),
).map(" ".join)


@given(EXPRESSIONS, st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_ticks_are_those_of_crontab(expression: str, moment: datetime):
    minute = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    assert is_tick(expression, minute) == croniter.match(expression, minute)


def test_seven_is_sunday_too():
    assert is_tick("* * * * 7", NOON)
    assert not is_tick("* * * * 7", NOON + timedelta(days=1))


@pytest.mark.parametrize("expression", ["* * * *", "60 * * * *", "* * * * MON", "5-2 * * * *", "* * 0 * *"])
def test_what_is_not_a_cron_expression_is_refused(expression: str):
    with pytest.raises(ValueError):  # noqa: PT011 - int, zip and our own check each have their words
        is_tick(expression, NOON)


async def test_the_clockwork_wakes_a_job_once_for_each_tick_however_many_workers_there_are():
    clock = SetClock(NOON)
    shop = Workshop(MemoryEngine(clock), lambda: remembered(clock), list)
    nightly, marker = open_probe(), open_probe()
    jobs, clockwork = {"nightly": nightly, "marker": marker}, [Cron("nightly", "0 3 * * *")]
    async with shop.worker(jobs, clockwork), shop.worker(jobs, clockwork):
        for days in (0, 1, 2):
            clock.instant = NOON + timedelta(days=days)
            await shop.wake("marker")
            await marker.ran(days + 1)
            assert nightly.begun == days


async def test_ticks_that_were_missed_count_as_one():
    clock = SetClock(NOON)
    shop = Workshop(MemoryEngine(clock), lambda: remembered(clock), list)
    job, marker = open_probe(), open_probe()
    async with shop.worker({"job": job, "marker": marker}, [Cron("job", "* * * * *")]):
        await shop.wake("marker")
        await marker.ran()
        clock.forward(timedelta(hours=5))
        await job.ran()
        await shop.wake("marker")
        await marker.ran(2)
    assert job.begun == 1


async def test_a_job_for_later_waits_for_the_hands_of_the_clock():
    clock = SetClock(NOON)
    shop = Workshop(MemoryEngine(clock), lambda: remembered(clock), list)
    later, marker = open_probe(), open_probe()
    async with shop.worker({"later": later, "marker": marker}):
        await shop.wake("later", after=timedelta(days=1))
        await shop.wake("marker")
        await marker.ran()
        assert later.begun == 0
        clock.forward(timedelta(days=1))
        await later.ran()
