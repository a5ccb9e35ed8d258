"""Group commit: idle calls wait for nobody, busy ones share a batch, and nobody pays for another's mistake."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextvars import ContextVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.engine.grouping import Grouped, Overloaded, Stopping
from wallet_service.errors import Conflict, Unavailable

REQUEST: ContextVar[str] = ContextVar("REQUEST", default="nobody's")


class Ledger:
    """Writes numbers, as a table would: all of a batch or nothing of it, and never a poisonous number."""

    def __init__(self, poisonous: Sequence[int] = ()) -> None:
        self.poisonous = frozenset(poisonous)
        self.batches: list[list[int]] = []
        self.attempts = 0
        self.down = False
        self.under_way = 0
        self.most_under_way = 0
        self.open = asyncio.Event()
        self.open.set()

    @property
    def written(self) -> list[int]:
        return [number for batch in self.batches for number in batch]

    async def write(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.attempts += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.open.wait()
            if self.down:
                raise Unavailable("the database is restarting")
            if bad := self.poisonous.intersection(numbers):
                raise ValueError(min(bad))
            self.batches.append(list(numbers))
            return [number * 10 for number in numbers]
        finally:
            self.under_way -= 1


async def submit_all(grouped: Grouped[int, int], numbers: Sequence[int]) -> list[int | BaseException]:
    return await asyncio.gather(*(grouped.submit(number) for number in numbers), return_exceptions=True)


async def started(*calls: Awaitable[int]) -> list[asyncio.Future[int]]:
    """The calls, begun: each has submitted its item by now."""
    futures: list[asyncio.Future[int]] = [asyncio.ensure_future(call) for call in calls]
    await settled()
    return futures


async def settled() -> None:
    """Let everything happen that waits for nothing."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_idle_call_is_written_at_once_and_alone():
    ledger = Ledger()
    grouped = Grouped(ledger.write)
    assert await grouped.submit(7) == 70
    assert await grouped.submit(8) == 80
    assert ledger.batches == [[7], [8]]


async def test_what_arrives_during_a_write_goes_out_together_in_the_next():
    ledger = Ledger()
    ledger.open.clear()
    grouped = Grouped(ledger.write)
    first = await started(grouped.submit(1))
    others = await started(*(grouped.submit(number) for number in (2, 3, 4)))
    ledger.open.set()
    assert await asyncio.gather(*first, *others) == [10, 20, 30, 40]
    assert (ledger.batches, ledger.most_under_way) == ([[1], [2, 3, 4]], 1)


async def test_more_flights_write_side_by_side():
    ledger = Ledger()
    ledger.open.clear()
    grouped = Grouped(ledger.write, flights=2)
    calls = [call for number in range(4) for call in await started(grouped.submit(number))]
    assert ledger.under_way == 2
    ledger.open.set()
    assert await asyncio.gather(*calls) == [0, 10, 20, 30]
    assert (sorted(ledger.written), ledger.most_under_way) == ([0, 1, 2, 3], 2)


async def test_a_submission_on_the_heels_of_a_finished_write_is_not_forgotten():
    ledger = Ledger()
    grouped = Grouped(ledger.write)
    for number in range(50):
        async with asyncio.timeout(30):
            assert await grouped.submit(number) == number * 10


async def test_a_poisonous_item_fails_alone():
    ledger = Ledger(poisonous=[3])
    grouped = Grouped(ledger.write)
    results = await submit_all(grouped, range(100))
    assert isinstance(results.pop(3), ValueError)
    assert results == [number * 10 for number in ledger.written] == [n * 10 for n in range(100) if n != 3]
    assert ledger.attempts < 20  # halving, not one by one


async def test_a_result_that_is_a_refusal_is_raised_to_its_submitter_only():
    async def write(numbers: Sequence[int]) -> Sequence[int | Exception]:
        return [Conflict("too few points") if number < 0 else number for number in numbers]

    good, refused, other = await submit_all(Grouped(write), [1, -1, 2])
    assert [good, other] == [1, 2]
    assert isinstance(refused, Conflict)


async def test_an_outage_reaches_everybody_in_the_batch_at_once_and_work_goes_on_after_it():
    ledger = Ledger()
    grouped = Grouped(ledger.write)
    ledger.down = True
    results = await submit_all(grouped, [1, 2, 3])
    assert [type(result) for result in results] == [Unavailable] * 3
    assert ledger.attempts == 1
    ledger.down = False
    assert await grouped.submit(1) == 10


async def test_a_full_queue_refuses_the_next_and_says_when_to_come_back():
    ledger = Ledger()
    ledger.open.clear()
    grouped = Grouped(ledger.write, waiting=2)
    calls = await started(grouped.submit(1))
    calls += await started(grouped.submit(2), grouped.submit(3))
    with pytest.raises(Overloaded, match="2 writes") as refusal:
        await grouped.submit(4)
    assert (refusal.value.status, refusal.value.slug, refusal.value.extra) == (503, "overloaded", {"retry_after": 1})
    ledger.open.set()
    assert await asyncio.gather(*calls) == [10, 20, 30]
    assert await grouped.submit(4) == 40


async def test_a_cancelled_submitter_in_the_queue_is_not_written_and_blocks_nobody():
    ledger = Ledger()
    ledger.open.clear()
    grouped = Grouped(ledger.write)
    first, gone, last = [call for number in (1, 2, 3) for call in await started(grouped.submit(number))]
    gone.cancel()
    await settled()
    ledger.open.set()
    assert [await first, await last] == [10, 30]
    assert ledger.written == [1, 3]


async def test_a_submitter_cancelled_during_its_write_leaves_the_batch_alone():
    ledger = Ledger()
    ledger.open.clear()
    grouped = Grouped(ledger.write)
    gone, stays = await started(grouped.submit(1), grouped.submit(2))
    gone.cancel()
    await settled()
    ledger.open.set()
    assert await stays == 20
    assert ledger.written == [1, 2]


async def test_closing_writes_what_waits_and_takes_nothing_more():
    ledger = Ledger()
    ledger.open.clear()
    grouped = Grouped(ledger.write, most=2)
    calls = await started(*(grouped.submit(number) for number in range(5)))
    closing = asyncio.ensure_future(grouped.aclose())
    await settled()
    assert not closing.done()
    with pytest.raises(Stopping):
        await grouped.submit(9)
    ledger.open.set()
    await closing
    assert [call.result() for call in calls] == [0, 10, 20, 30, 40]
    assert ledger.batches == [[0, 1], [2, 3], [4]]


async def test_a_write_torn_down_with_the_loop_leaves_nobody_hanging():
    ledger = Ledger()
    ledger.open.clear()
    grouped = Grouped(ledger.write)
    calls = await started(grouped.submit(1))
    calls += await started(grouped.submit(2))
    (flight,) = [task for task in asyncio.all_tasks() if "Grouped._fly" in repr(task)]
    flight.cancel()
    await asyncio.wait(calls, timeout=1)
    assert [call.cancelled() for call in calls] == [True, True]
    ledger.open.set()
    assert await grouped.submit(3) == 30


async def test_too_few_results_are_a_bug_that_everybody_hears_of_and_nothing_is_written_twice():
    attempts = []

    async def write(numbers: Sequence[int]) -> Sequence[int]:
        attempts.append(list(numbers))
        return numbers[1:]

    results = await submit_all(Grouped(write), [1, 2])
    assert [str(result) for result in results] == ["2 items were written, but 1 results came back"] * 2
    assert attempts == [[1, 2]]


async def test_a_batch_does_not_carry_the_context_of_the_request_that_began_it():
    seen = []

    async def write(numbers: Sequence[int]) -> Sequence[int]:
        seen.append(REQUEST.get())
        return numbers

    REQUEST.set("anna's")
    await Grouped(write).submit(1)
    assert seen == ["nobody's"]


@given(
    rounds=st.lists(st.lists(st.integers(0, 30), max_size=40), max_size=6),
    poisonous=st.frozensets(st.integers(0, 30), max_size=8),
    most=st.integers(1, 12),
    flights=st.integers(1, 3),
)
def test_everybody_gets_exactly_their_own_result_in_order_and_in_bounds(
    rounds: list[list[int]], poisonous: frozenset[int], most: int, flights: int
):
    async def run() -> None:
        ledger = Ledger(sorted(poisonous))
        grouped = Grouped(ledger.write, most=most, flights=flights)
        for numbers in rounds:
            results = await submit_all(grouped, numbers)
            for number, result in zip(numbers, results, strict=True):
                assert isinstance(result, ValueError) if number in poisonous else result == number * 10
        await grouped.aclose()
        good = [number for numbers in rounds for number in numbers if number not in poisonous]
        assert sorted(ledger.written) == sorted(good)
        if flights == 1:
            assert ledger.written == good
        assert all(1 <= len(batch) <= most for batch in ledger.batches)
        assert ledger.most_under_way <= flights

    asyncio.run(run())
