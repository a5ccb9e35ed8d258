"""The programme's calendar: every day once, by its own time zone, and later where nobody was there."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.loyalty.club import DAY, Club, mechanic, open_club
from tests.loyalty.test_merges import merge
from wallet_service.loyalty.awards.daily import Daily
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.settings import Settings

RUNS = text("SELECT job, day, members FROM daily_run WHERE done_at IS NOT NULL ORDER BY job, day")
TIER = text("SELECT tier FROM member_standing WHERE member_id = :member")
BIRTHDAY = mechanic("birthday", "birthday", {"points": 50})
SILENT = mechanic("miss-you", "inactive", {"points": 100, "live_days": 30}, days=60)


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        yield opened


async def runs(club: Club) -> list[tuple[str, date, int]]:
    async with club.database.read() as tx:
        return [(row.job, row.day, row.members) for row in await tx.all(RUNS)]


async def test_a_birthday_is_celebrated_once_however_often_the_day_is_looked_at(club: Club) -> None:
    await club.rule(BIRTHDAY)
    anna = await club.enrol_born(date(1990, 3, 1))
    boris = await club.enrol_born(date(1990, 3, 2))
    wait = await club.turn_the_calendar()
    await club.turn_the_calendar()
    assert 0 < wait <= 600
    assert (await club.balance(anna), await club.balance(boris)) == (50, 0)
    club.clock.forward(DAY)
    await club.turn_the_calendar()
    assert (await club.balance(anna), await club.balance(boris)) == (50, 50)
    assert await runs(club) == [("birthday", date(2027, 3, 1), 1), ("birthday", date(2027, 3, 2), 1)]


async def test_days_that_nobody_saw_are_gone_through_when_somebody_comes(club: Club) -> None:
    await club.rule(BIRTHDAY)
    people = [await club.enrol_born(date(1990, 3, day)) for day in range(2, 9)]
    await club.turn_the_calendar()
    club.clock.forward(7 * DAY)
    await club.turn_the_calendar()
    assert [await club.balance(each) for each in people] == [50] * 7
    assert [day.day for _, day, _ in await runs(club)] == list(range(1, 9))


async def test_a_day_begins_when_it_does_in_the_programme(club: Club) -> None:
    await club.live_in("Asia/Tokyo")
    await club.rule(BIRTHDAY)
    anna = await club.enrol_born(date(1990, 3, 2))
    assert await club.turn_the_calendar() <= 600
    assert await club.balance(anna) == 0
    club.clock.forward(timedelta(hours=3, minutes=1))  # past midnight in Tokyo
    await club.turn_the_calendar()
    assert await club.balance(anna) == 50


async def test_leap_day_children_are_congratulated_every_year(settings: Settings) -> None:
    async with open_club(settings, datetime(2027, 2, 28, 9, tzinfo=UTC)) as club:
        await club.rule(BIRTHDAY)
        anna = await club.enrol_born(date(1992, 2, 29))
        await club.turn_the_calendar()
        assert await club.balance(anna) == 50
        club.clock.forward(366 * DAY)  # 29 February 2028, and the 28th was 365 days later
        await club.turn_the_calendar()
        assert await club.balance(anna) == 100


async def test_whoever_is_silent_for_60_days_is_missed_once_and_the_bonuses_lapse_after_30(club: Club) -> None:
    await club.rule(SILENT, mechanic("hurry", "lot-expiring", {"message": "use-them"}, days=5))
    anna, boris, carl = [await club.enrol() for _ in range(3)]
    await club.buy(anna)
    club.clock.forward(10 * DAY)
    await club.tell(boris, Trigger.VISIT, "v1")
    await club.turn_the_calendar()
    await club.buy(dora := await club.enrol())
    club.clock.forward(5 * DAY)
    await club.buy(dora)  # who came again, and is not missed yet
    club.clock.forward(45 * DAY)  # anna and carl (who never bought) are silent since 60 days
    await club.turn_the_calendar()
    assert [await club.balance(each) for each in (anna, boris, carl)] == [100, 0, 100]
    club.clock.forward(10 * DAY)
    await club.buy(carl)
    await club.turn_the_calendar()
    assert [await club.balance(each) for each in (anna, boris, carl)] == [100, 100, 100]
    club.clock.forward(15 * DAY)  # 25 days after the grant: five more days
    await club.turn_the_calendar()
    async with club.database.read() as tx:
        hooks = {
            row.member_id for row in await tx.all(text("SELECT member_id FROM happening WHERE trigger = 'message'"))
        }
    assert hooks == {anna.id, carl.id}
    club.clock.forward(6 * DAY)
    await club.lapse_all()
    await club.turn_the_calendar()
    assert await club.balance(anna) == 0
    await club.prove()


async def test_a_portion_goes_on_where_the_one_before_has_ended(club: Club) -> None:
    await club.rule(BIRTHDAY)
    people = [await club.enrol_born(date(1990, 3, 1)) for _ in range(7)]
    daily = Daily(club.database, club.rulebooks, 3)
    assert await daily.take() == 0.0
    assert sorted([await club.balance(each) for each in people]) == [0, 0, 0, 0, 50, 50, 50]
    await club.turn_the_calendar(portion=3)
    assert [await club.balance(each) for each in people] == [50] * 7
    assert await runs(club) == [("birthday", date(2027, 3, 1), 7)]


async def test_a_tier_whose_days_are_over_is_kept_left_in_grace_or_lost(club: Club) -> None:
    reach = [{"purchases": 2, "within_days": 10}]
    gold = {"name": "gold", "title": {"en": "Gold"}, "reach": reach, "term_days": 10, "grace_days": 2}
    await club.rule(tiers=[gold])
    anna, boris = await club.enrol(), await club.enrol()
    for member in (anna, anna, boris, boris):
        await club.buy(member)
    club.clock.forward(9 * DAY)
    await club.buy(anna)
    await club.buy(anna)

    async def tiers() -> list[str]:
        await club.turn_the_calendar()
        async with club.database.read() as tx:
            rows = [await tx.first(TIER, {"member": each.id}) for each in (anna, boris)]
        return [row.tier for row in rows if row]

    club.clock.forward(DAY)
    assert await tiers() == ["gold", "gold"]
    club.clock.forward(2 * DAY)
    assert await tiers() == ["gold", ""]


async def test_programmes_without_rules_have_no_calendar(club: Club) -> None:
    await club.enrol_born(date(1990, 3, 1))
    await club.turn_the_calendar()
    assert await runs(club) == []


async def test_two_workers_side_by_side_congratulate_everybody_once(club: Club) -> None:
    await club.rule(BIRTHDAY, mechanic("party", "birthday", {"points": 7}, limits={"budget": 10_000}))
    people = [await club.enrol_born(date(1990, 3, day)) for day in (1, 2) * 10]
    await asyncio.gather(*(club.turn_the_calendar(portion=3) for _ in range(3)))
    club.clock.forward(DAY)
    await asyncio.gather(*(club.turn_the_calendar(portion=3) for _ in range(3)))
    assert [await club.balance(each) for each in people] == [57] * 20
    assert await runs(club) == [("birthday", date(2027, 3, 1), 10), ("birthday", date(2027, 3, 2), 10)]


async def test_a_clock_that_leaps_back_a_day_congratulates_nobody_twice(club: Club) -> None:
    await club.rule(BIRTHDAY)
    people = [await club.enrol_born(date(1990, 3, day)) for day in (1, 2)]
    for leap in (DAY, -DAY, DAY):
        club.clock.forward(leap)
        assert await club.turn_the_calendar() > 0
    assert [await club.balance(each) for each in people] == [0, 50]
    club.clock.forward(-2 * DAY)
    await club.turn_the_calendar()
    assert [await club.balance(each) for each in people] == [0, 50]
    assert await runs(club) == [("birthday", date(2027, 3, 2), 1)]


async def test_whoever_came_as_another_who_they_are_by_now_is_not_missed(club: Club) -> None:
    await club.rule(SILENT)
    people = anna, boris = [await club.enrol() for _ in range(2)]
    twins = [await club.enrol() for _ in people]
    await club.buy(anna)
    await club.tell(twins[1], Trigger.VISIT, "v1")
    club.clock.forward(5 * DAY)
    await club.buy(twins[0])
    for twin, person in zip(twins, people, strict=True):
        await merge(club, twin, person)

    async def missed(days: int) -> list[int]:
        club.clock.forward(days * DAY)
        await club.turn_the_calendar()
        return [await club.balance(each) for each in people]

    await club.turn_the_calendar()
    assert await missed(55) == [0, 100]  # boris came 60 days ago, as his twin; anna, five days later
    assert await missed(5) == [100, 100]
    assert len(await club.entries(boris)) == 1
