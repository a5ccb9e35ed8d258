"""No second holds more than the project may send, and a customer goes before a campaign."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.google.pace import Lane, Pace, Quota, Turns
from wallet_service.wallets.sharing import Share

INTERACTIVE, CAMPAIGN = Lane.INTERACTIVE, Lane.CAMPAIGN

ARRIVALS = st.lists(
    st.tuples(st.floats(0, 20, allow_nan=False), st.sampled_from(Lane), st.integers(1, 60)), min_size=1, max_size=120
)


def paced(arrivals, quota=None):
    """The turns given to these arrivals, as (turn, given at, requests), by a clock that leaps to what is next."""
    turns, now, given_turns = Turns(quota or Quota()), 0.0, []
    left = sorted(arrivals, key=lambda arrival: arrival[0], reverse=True)
    while left or turns.due_at() is not None:
        due_at = turns.due_at()
        if due_at is None or (left and left[-1][0] <= max(now, due_at)):
            at, lane, most = left.pop()
            now = max(now, at)
            turns.ask(lane, most, at)
        else:
            now = max(now, due_at)
            taken = turns.take(now)
            assert taken is not None
            turn, requests = taken
            given_turns.append((turn, now, requests))
    return given_turns


@given(ARRIVALS)
def test_no_second_ever_holds_more_than_the_project_may_send(arrivals):
    sent = [(at, requests) for _, at, requests in paced(arrivals)]
    for start, _ in sent:
        assert sum(requests for at, requests in sent if start <= at < start + 1) <= 20


@given(ARRIVALS)
def test_everybody_has_a_turn_of_at_least_one_and_at_most_what_was_asked_for(arrivals):
    turns = paced(arrivals)
    assert sorted((turn.since, turn.lane, turn.most) for turn, _, _ in turns) == sorted(arrivals)
    assert all(1 <= requests <= turn.most for turn, _, requests in turns)


@given(ARRIVALS)
def test_two_turns_are_never_closer_than_the_gap(arrivals):
    times = [at for _, at, _ in paced(arrivals)]
    assert all(later - earlier >= Quota().gap - 1e-9 for earlier, later in pairwise(times))


@given(ARRIVALS)
def test_a_customer_waits_for_what_is_already_sent_and_for_customers_before_him_only(arrivals):
    turns = paced(arrivals)
    for turn, at, _ in turns:
        if turn.lane is INTERACTIVE:
            overtaking = [other for other, when, _ in turns if other.lane is CAMPAIGN and turn.since < when < at]
            assert overtaking == []


@given(ARRIVALS)
def test_a_lane_is_served_in_the_order_of_asking(arrivals):
    for lane in Lane:
        asked = [turn.since for turn, _, _ in paced(arrivals) if turn.lane is lane]
        assert asked == sorted(asked)


def test_a_lonely_request_goes_at_once():
    ((_, at, requests),) = paced([(3.0, CAMPAIGN, 1)])
    assert (at, requests) == (3.0, 1)


def test_after_idleness_there_is_no_burst():
    times = [at for _, at, _ in paced([(100.0, INTERACTIVE, 1)] * 21)]
    assert times[1] - times[0] == pytest.approx(0.0525)
    assert times[20] - times[0] == pytest.approx(1.05)


def test_a_full_campaign_lane_uses_the_whole_quota():
    sent = paced([(0.0, CAMPAIGN, 10)] * 200)
    assert sum(requests for _, _, requests in sent) / sent[-1][1] == pytest.approx(20 / 1.05, rel=0.02)


def test_a_customer_in_front_of_a_full_campaign_lane_waits_half_a_second_at_most():
    customers = [(5 + 1.37 * number, INTERACTIVE, 1) for number in range(40)]
    turns = paced([(0.0, CAMPAIGN, 10)] * 200 + customers)
    waits = [at - turn.since for turn, at, _ in turns if turn.lane is INTERACTIVE]
    assert 0 < max(waits) <= 0.6


def test_a_batch_is_cut_to_what_the_second_has_left():
    turns = paced([(0.0, INTERACTIVE, 1)] * 15 + [(0.1, CAMPAIGN, 50)])
    assert turns[-1][2] == 5


def test_the_whole_second_may_go_in_one_batch_and_then_nothing_goes_for_a_second():
    batch, single = paced([(0.0, CAMPAIGN, 50), (0.01, INTERACTIVE, 1)])
    assert batch[2] == 20
    assert single[1] == pytest.approx(1.05)


def test_whoever_withdraws_has_no_turn_and_keeps_nobody_waiting():
    turns = Turns(Quota())
    gone, stays = turns.ask(INTERACTIVE, 1, 0.0), turns.ask(CAMPAIGN, 1, 0.0)
    turns.withdraw(gone)
    assert turns.take(2.0) == (stays, 1)
    assert turns.take(3.0) is None
    assert turns.due_at() is None


def test_nothing_goes_while_google_asked_us_to_wait():
    quota = Quota()
    quota.hold_until(7.0)
    assert quota.room(6.9) == 0
    ((_, at, _),) = paced([(1.0, INTERACTIVE, 1)], quota)
    assert at == 7.0


async def test_turns_are_waited_for_and_noted():
    pace, noted = Pace(Quota(per_s=100, slack=0.0)), []
    pace.noted = lambda lane, waited: noted.append((lane, waited))
    campaign = asyncio.create_task(pace.turn(CAMPAIGN, 30))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(pace.turn(lane)) for lane in (CAMPAIGN, INTERACTIVE, INTERACTIVE)]
    await asyncio.sleep(0)
    assert (await campaign, pace.waiting(INTERACTIVE), pace.waiting(CAMPAIGN)) == (30, 2, 1)
    assert await asyncio.gather(*rest) == [1, 1, 1]
    assert [lane for lane, _ in noted] == [CAMPAIGN, INTERACTIVE, INTERACTIVE, CAMPAIGN]
    assert noted[0][1] < noted[1][1] < noted[2][1]
    assert pace.oldest(INTERACTIVE) == 0.0


async def test_whoever_is_cancelled_while_waiting_is_forgotten():
    pace = Pace(Quota(per_s=1, slack=0.0))
    assert await pace.turn(INTERACTIVE) == 1
    waiting = asyncio.create_task(pace.turn(INTERACTIVE))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert (waiting.cancelled(), pace.waiting(INTERACTIVE)) == (True, 0)


async def test_whoever_is_cancelled_as_his_turn_comes_keeps_nobody_else_from_theirs():
    ahead = [0.0]
    pace = Pace(Quota(per_s=10, slack=0.0), seconds=lambda: monotonic() + ahead[0])
    await pace.turn(INTERACTIVE)
    late = asyncio.create_task(pace.turn(INTERACTIVE))
    await asyncio.sleep(0)
    late.cancel()
    ahead[0] = 1.0
    assert await pace.turn(INTERACTIVE) == 1
    assert late.cancelled()


async def test_a_pace_that_is_held_lets_nobody_through_for_so_long():
    seconds = [0.0]
    pace = Pace(seconds=lambda: seconds[0])
    pace.hold(0.05)
    turn = asyncio.create_task(pace.turn(INTERACTIVE))
    await asyncio.sleep(0)
    assert pace.waiting(INTERACTIVE) == 1
    seconds[0] = 1.0
    assert await turn == 1


@dataclass
class Others:
    """Other processes, as far as they leave a share."""

    answers: list[Share | None]
    asked: list[tuple[int, bool]] = field(default_factory=list)

    async def reserve(self, most: int, urgent: bool) -> Share | None:
        """The next answer."""
        self.asked.append((most, urgent))
        return self.answers.pop(0)


async def test_a_campaign_asks_again_until_other_processes_leave_it_a_share():
    others, noted = Others([Share(0, 0.02), Share(0, 0.01), Share(4, 0.0)]), []
    pace = Pace(reserve=others.reserve)
    pace.noted = lambda lane, waited: noted.append((lane, waited > 0.019))
    assert await pace.turn(CAMPAIGN, 7) == 4
    assert others.asked == [(7, False)] * 3
    assert noted == [(CAMPAIGN, True)]


async def test_a_customer_waits_for_the_seat_that_was_booked():
    others = Others([Share(1, 0.02)])
    pace, began = Pace(reserve=others.reserve), monotonic()
    assert await pace.turn(INTERACTIVE) == 1
    assert monotonic() - began > 0.019
    assert others.asked == [(1, True)]


async def test_while_nobody_knows_what_others_send_there_is_no_turn():
    assert await Pace(reserve=Others([None]).reserve).turn(CAMPAIGN, 7) == 0


async def test_whoever_waits_for_a_share_is_counted_among_those_who_wait():
    others, seconds = Others([Share(0, 60.0)]), [3.0]
    pace = Pace(seconds=lambda: seconds[0], reserve=others.reserve)
    campaign = asyncio.create_task(pace.turn(CAMPAIGN, 7))
    while not others.asked:
        await asyncio.sleep(0)
    seconds[0] = 5.0
    assert (pace.waiting(CAMPAIGN), pace.oldest(CAMPAIGN)) == (1, 2.0)
    assert (pace.waiting(INTERACTIVE), pace.oldest(INTERACTIVE)) == (0, 0.0)
    campaign.cancel()
    await asyncio.wait([campaign])
    assert (pace.waiting(CAMPAIGN), pace.oldest(CAMPAIGN)) == (0, 0.0)


async def test_a_customer_has_a_turn_while_a_campaign_of_this_process_waits_for_its_share():
    others = Others([Share(0, 60.0), Share(1, 0.0)])
    pace = Pace(reserve=others.reserve)
    campaign = asyncio.create_task(pace.turn(CAMPAIGN, 7))
    while not others.asked:
        await asyncio.sleep(0)
    assert await pace.turn(INTERACTIVE) == 1
    assert not campaign.done()
    campaign.cancel()
    await asyncio.wait([campaign])
    assert pace.waiting(CAMPAIGN) == 0
