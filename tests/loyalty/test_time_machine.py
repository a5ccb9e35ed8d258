"""The time machine gives the same answer as the live run would have given."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.loyalty.club import DAY, MONDAY, Club, mechanic, open_club
from wallet_service.loyalty.awards.happenings import buy_membership
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.journeys.simulations import (
    IDLE,
    MOST_WAITING,
    Simulating,
    SimulationNotFound,
    State,
    TooManySimulations,
    ask,
    find_simulation,
    joined,
    rules_to_try,
)
from wallet_service.loyalty.journeys.time_machine import Span, size, travel
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.engine import compile_rules
from wallet_service.loyalty.rules.happening import Line, Trigger
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.replay import Replay
from wallet_service.loyalty.rules.replay_report import distribution, report
from wallet_service.loyalty.sales.receipts import Purchase
from wallet_service.settings import Settings

MINUTE = timedelta(minutes=1)

RULES: dict[str, Any] = {
    "currency": "EUR",
    "tiers": [
        {"name": "silver", "title": {"en": "Silver"}, "reach": [{"purchases": 3, "within_days": 6}], "term_days": 4},
        {"name": "gold", "title": {"en": "Gold"}, "reach": [{"spent": 9000, "within_days": 30}], "term_days": 30},
    ],
    "mechanics": [
        mechanic("base", "purchase", {"percent": 5, "live_days": 90}),
        mechanic("fourth", "purchase", {"percent": 15}, when=[{"purchases": {"at_least": 4, "within_days": 30}}]),
        mechanic("sixth", "purchase", {"points": 300}, when=[{"quantity": {"categories": ["coffee"], "every": 6}}]),
        mechanic("budget", "purchase", {"points": 50}, limits={"budget": 1030, "times": 1, "period": "week"}),
        mechanic("golden", "tier-reached", {"points": 500}, of="gold", limits={"per_member": 1}),
        mechanic("double", "purchase", {"multiply": 2}, when=[{"weekdays": ["sat"]}]),
        mechanic("visitor", "visit", {"points": 3}, limits={"times": 1, "period": "day"}),
        mechanic("miss-you", "inactive", {"points": 40}, days=5),
        mechanic("birthday", "birthday", {"points": 77}),
        mechanic("primed", "tier-reached", {"points": 9}, of="silver"),
        mechanic("for-silver", "purchase", {"points": 2}, when=[{"tiers": ["silver"]}]),
    ],
}
GOODS = (
    Line("latte", "coffee", 1, 350),
    Line("burger", "food", 1, 990),
    Line("cola", "drink", 2, 250, 50),
    Line("latte", "coffee", 3, 350),
)
MECHANIC_OF = text("""
SELECT l.origin, e.kind, sum(e.amount) AS points FROM ledger_entry AS e JOIN bonus_lot AS l ON l.id = coalesce(e.undoes, e.id)
WHERE l.origin LIKE 'mechanic:%' AND e.kind IN ('posted', 'reversed') GROUP BY 1, 2
""")


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        yield opened


async def a_month_of_trade(club: Club, days: int = 30) -> list[Purchase]:
    """People buy, some of them a lot, and bring some of it back."""
    luck = random.Random(7)  # noqa: S311 - trade is no secret
    known = [await club.enrol_born(date(1990, 3, day)) for day in (1, 2, 3, 4, 5, 20, 25, 31)]
    people: list[Member | None] = [*known]
    sold: list[Purchase] = []
    for day in range(days):
        await club.turn_the_calendar()
        if luck.random() < 0.5:
            await club.tell(luck.choice(known), Trigger.VISIT, f"visit-{day}")
            club.clock.forward(MINUTE)
        for _ in range(luck.randrange(2, 6)):
            who = luck.choice([*people[:3], *people, None])
            sold += await club.buy_all((who, luck.sample(GOODS, luck.randrange(1, 4))))
            club.clock.forward(timedelta(hours=1))
        if luck.random() < 0.4:
            purchase = luck.choice(sold)
            left = [n for n, line in enumerate(purchase.lines, 1) if line.quantity == 1]
            sold.remove(purchase)
            await club.give_back(purchase, *([(left[0], 1)] if left and luck.random() < 0.5 else []))
        club.clock.forward(DAY - (club.clock.now() - MONDAY) % DAY)
    return sold


async def run(club: Club, rules: dict[str, Any], span: Span | None = None) -> Replay:
    """One journey."""
    async with club.database.read() as tx:
        programme = await find_programme(tx, club.brand.id, club.brand.programme)
    return await travel(club.database, programme, compile_rules(read_rulebook(rules)), span or Span())


async def live_points(club: Club) -> tuple[dict[str, int], dict[str, int]]:
    """What mechanics gave, and what was taken back of it, as the ledger has it."""
    gave, back = Counter[str](), Counter[str]()
    async with club.database.read() as tx:
        for row in await tx.all(MECHANIC_OF):
            name = row.origin.removeprefix("mechanic:")
            (gave if row.kind == "posted" else back)[name] += abs(int(row.points))
    return gave, back


async def test_a_journey_says_what_the_live_run_gave(club: Club) -> None:
    await club.rule(*RULES["mechanics"], tiers=RULES["tiers"])
    await a_month_of_trade(club)
    gave, back = await live_points(club)
    replay = await run(club, RULES)
    tallies = replay.tallies
    assert {name: tally.points for name, tally in tallies.items() if tally.points} == gave
    assert {name: tally.taken_back for name, tally in tallies.items() if tally.taken_back} == back
    assert set(gave) == {each["name"] for each in RULES["mechanics"]}
    assert back
    found = report(replay)
    assert found["points"] == sum(gave.values()) - sum(back.values())
    assert tallies["budget"].spent_on is not None


async def test_a_membership_that_was_bought_is_bought_on_the_journey_too(club: Club) -> None:
    prime = {"name": "prime", "title": {"en": "Prime"}, "paid_days": 3}
    back = mechanic("prime-back", "purchase", {"points": 5}, when=[{"tiers": ["prime"]}])
    await club.rule(back, tiers=[prime])
    anna = await club.enrol()
    async with club.database.begin() as tx:
        ref = MemberRef("id", anna.id)
        await buy_membership(tx, club.rulebooks, club.brand.id, ref, "prime", "sale-1")
    club.clock.forward(MINUTE)
    for _ in range(5):
        await club.turn_the_calendar()
        await club.buy(anna)
        club.clock.forward(DAY)
    gave, _ = await live_points(club)
    replay = await run(club, {"currency": "EUR", "tiers": [prime], "mechanics": [back]})
    assert replay.tallies["prime-back"].points == gave["prime-back"] == 15
    without = await run(club, {"currency": "EUR", "mechanics": [mechanic("one", "purchase", {"points": 1})]})
    assert without.tallies["one"].points == 5


async def test_rules_that_nobody_had_are_tried_on_what_was_sold_without_them(club: Club) -> None:
    await club.rule()
    await a_month_of_trade(club, days=12)
    replay = await run(club, RULES)
    assert await live_points(club) == ({}, {})
    assert replay.tallies["base"].points > 0
    async with club.database.read() as tx:
        programme = await find_programme(tx, club.brand.id, club.brand.programme)
    assert await size(club.database, programme, Span()) == replay.purchases


async def test_what_came_before_counts_and_gives_nothing(club: Club) -> None:
    await club.rule()
    anna = await club.enrol()
    for _ in range(3):
        await club.buy(anna)
        club.clock.forward(DAY)
    since = club.clock.now()
    await club.give_back(await club.buy(anna))
    club.clock.forward(DAY)
    until = club.clock.now()
    await club.buy(anna)
    replay = await run(club, RULES, Span(since, until))
    assert replay.tallies["fourth"].points == replay.tallies["fourth"].taken_back == 150
    assert (replay.purchases, replay.revenue) == (1, 0)


async def test_nothing_recorded_comes_to_nothing(club: Club) -> None:
    found = report(await run(club, RULES))
    assert (found["purchases"], found["cost_share"], found["distribution"]) == (0, None, {"bins": []})


async def test_a_mechanic_that_would_have_failed_is_reported_as_parked(club: Club) -> None:
    await club.rule()
    await club.buy(await club.enrol(), Line("car", "cars", 2, 1))
    each = {"quantity": {"categories": ["cars"], "every": 1}}
    wrong = mechanic("wrong", "purchase", {"points": 900_000_000}, when=[each])
    found = report(await run(club, {"currency": "EUR", "mechanics": [wrong]}))
    assert found["mechanics"][0]["parked"]


def test_points_are_spread_over_bins_of_powers_of_two() -> None:
    spread = distribution({"a": 1, "b": 3, "c": 4, "d": 900, "e": 0, "f": -5})
    assert spread["bins"][0] == {"to": 1, "members": 1}
    assert sum(each["members"] for each in spread["bins"]) == 4
    assert (spread["least"], spread["most"], spread["bins"][-1]["to"]) == (1, 900, 1024)


async def test_a_simulation_is_answered_by_a_worker(club: Club) -> None:
    await club.rule(*RULES["mechanics"], tiers=RULES["tiers"])
    await a_month_of_trade(club, days=5)
    more = mechanic("more", "purchase", {"points": 1})
    async with club.database.begin() as tx:
        programme = await find_programme(tx, club.brand.id, club.brand.programme)
        document = await rules_to_try(tx, programme, {"mechanics": [more]}, only=False)
        asked = await ask(tx, programme, document, None, None)
    assert asked.state is State.WAITING
    worker = Simulating(club.database)
    assert [await worker.take(), await worker.take()] == [0.0, IDLE]
    async with club.database.read() as tx:
        found = await find_simulation(tx, club.brand.id, asked.id)
    assert found.state is State.DONE
    assert found.result is not None
    assert [each["name"] for each in found.result["mechanics"]][-2:] == ["for-silver", "more"]
    assert found.done == found.result["purchases"]
    assert found.result["to"] == date(2027, 3, 5).isoformat()


async def test_a_brand_waits_for_its_simulations_before_it_asks_for_more(club: Club) -> None:
    async with club.database.begin() as tx:
        programme = await find_programme(tx, club.brand.id, club.brand.programme)
        document = await rules_to_try(tx, programme, RULES, only=True)
        for _ in range(MOST_WAITING):
            await ask(tx, programme, document, None, None)
        with pytest.raises(TooManySimulations):
            await ask(tx, programme, document, None, None)
        with pytest.raises(SimulationNotFound):
            await find_simulation(tx, club.brand.id, "sim_1")


async def test_a_simulation_that_fails_says_so(club: Club) -> None:
    async with club.database.begin() as tx:
        programme = await find_programme(tx, club.brand.id, club.brand.programme)
        asked = await ask(tx, programme, {"nonsense": 1}, None, None)
    assert await Simulating(club.database).take() == 0.0
    async with club.database.read() as tx:
        assert (await find_simulation(tx, club.brand.id, asked.id)).state is State.FAILED


def test_mechanics_join_the_rules_in_force_one_for_one_of_the_same_name() -> None:
    present = {"currency": "EUR", "mechanics": [{"name": "a", "x": 1}, {"name": "b"}]}
    assert joined(present, {"mechanics": [{"name": "a", "x": 2}]}) == {
        "currency": "EUR",
        "mechanics": [{"name": "b"}, {"name": "a", "x": 2}],
    }
    assert joined({}, {"currency": "USD"}) == {"currency": "USD", "mechanics": []}
