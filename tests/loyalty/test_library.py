"""The library: every ready mechanic is whole by itself, goes with all others, and does what its title says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wallet_service.loyalty.rules.engine import Rules, compile_rules, take_in
from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.library import library, together
from wallet_service.loyalty.rules.mechanic import Beneficiary, Life
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.verdict import Points, Verdict

MONDAY = datetime(2027, 2, 1, 15, 0, tzinfo=ZoneInfo("Europe/Berlin"))
TUESDAY = MONDAY + timedelta(days=1)
LUNCH = Line("1", "burger", 1, 1200)
COFFEE = Line("2", "coffee", 1, 300)
TONGUES = {"en", "ru", "de"}
READY = sorted(library())


class Visitor:
    """A member whose days are played through the engine by one file of the library."""

    def __init__(self, name: str) -> None:
        self.rules: Rules = compile_rules(read_rulebook(library()[name]))
        self.standing = Standing()
        self.times = 0

    def meets(self, trigger: Trigger, at: datetime = MONDAY, **said: Any) -> Verdict:
        self.times += 1
        happening = Happening(trigger, at, f"{trigger} {self.times}", **said)
        return take_in(self.rules, self.standing, happening, left={}, parked=())

    def buys(self, *lines: Line, at: datetime = MONDAY, **said: Any) -> Verdict:
        return self.meets(Trigger.PURCHASE, at, lines=lines, paid=sum(line.total for line in lines), **said)


def given(verdict: Verdict) -> list[tuple[str, int]]:
    """Which mechanics gave how many points."""
    assert not verdict.troubles
    return [(each.mechanic, each.points) for each in verdict.points]


def test_the_library_has_a_dozen_mechanics() -> None:
    assert READY == [
        "birthday-drink",
        "birthday-points",
        "bring-a-friend",
        "card-bonus",
        "cashback",
        "double-points",
        "expiring-reminder",
        "frequent-cashback",
        "stamps",
        "tier-gift",
        "we-miss-you",
        "welcome",
    ]


@pytest.mark.parametrize("name", READY)
def test_each_is_whole_by_itself_and_speaks_three_languages(name: str) -> None:
    book = read_rulebook(library()[name])

    texts = [text for each in book.mechanics for text in (each.title, each.why) if text]
    assert all(set(text) == TONGUES for text in texts)
    assert all(each.stage for each in book.mechanics)


def test_all_go_together_and_what_they_share_is_there_once() -> None:
    book = read_rulebook(together(READY))

    names = [each.name for each in book.mechanics]
    assert len(names) == len(set(names)) == 13
    assert {name for one in READY for name in _names(one)} == set(names)
    assert [each.name for each in book.tiers] == ["silver", "gold"]
    assert book.offers == {"birthday-drink", "free-coffee"}


def _names(ready: str) -> Sequence[str]:
    return [each.name for each in read_rulebook(library()[ready]).mechanics]


def test_what_two_files_share_is_the_same_in_both() -> None:
    found: dict[tuple[str, str], Any] = {}
    for document in library().values():
        for part in ("mechanics", "tiers", "offers"):
            for each in document.get(part, ()):
                assert found.setdefault((part, each["name"]), each) == each


def test_some_of_them_make_a_file_with_no_empty_parts() -> None:
    assert set(together(["welcome"])) == {"currency", "mechanics"}


def test_300_points_to_welcome_you() -> None:
    anna = Visitor("welcome")

    assert anna.meets(Trigger.ENROLLED).points == [Points("welcome", 300, Life(90))]
    assert given(anna.meets(Trigger.ENROLLED)) == []


def test_50_points_for_the_card_in_your_phone() -> None:
    anna = Visitor("card-bonus")

    assert [given(anna.meets(Trigger.INSTALLED)) for _ in range(2)] == [[("card-bonus", 50)], []]


def test_5_percent_back() -> None:
    assert given(Visitor("cashback").buys(LUNCH)) == [("cashback", 60)]


def test_15_percent_back_from_the_4th_purchase_in_30_days() -> None:
    anna = Visitor("frequent-cashback")
    days = [0, 10, 20, 29, 30, 45]

    gave = [given(anna.buys(LUNCH, at=MONDAY + timedelta(days=day))) for day in days]

    assert gave == [
        [],
        [],
        [],
        [("frequent-cashback", 180)],
        [("frequent-cashback", 180)],
        [("frequent-cashback", 180)],
    ]
    assert given(anna.buys(LUNCH, at=MONDAY + timedelta(days=100))) == []


def test_every_6th_coffee_is_free() -> None:
    anna = Visitor("stamps")

    coffees = [len(anna.buys(COFFEE, LUNCH).gifts) for _ in range(10)]

    assert coffees == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert [gift.offer for gift in anna.buys(COFFEE._replace(quantity=10)).gifts] == ["free-coffee"] * 2


@pytest.mark.parametrize(
    ("at", "more"),
    [
        (TUESDAY, [("double-points", 60)]),
        (TUESDAY.replace(hour=14), [("double-points", 60)]),
        (TUESDAY.replace(hour=17), []),
        (MONDAY, []),
    ],
)
def test_double_points_on_tuesdays_from_2_to_5(at: datetime, more: list[tuple[str, int]]) -> None:
    assert given(Visitor("double-points").buys(LUNCH, at=at)) == [("cashback", 60), *more]


def test_200_points_for_a_friend_and_300_for_whoever_brought_them() -> None:
    boris = Visitor("bring-a-friend")

    first, second = boris.buys(LUNCH, referred=True), boris.buys(LUNCH, referred=True)

    assert first.points == [
        Points("friend-welcome", 200, Life(90)),
        Points("friend-thanks", 300, Life(90), Beneficiary.REFERRER),
    ]
    assert (given(second), given(Visitor("bring-a-friend").buys(LUNCH))) == ([], [])


def test_a_free_drink_on_your_birthday_once_a_year() -> None:
    anna = Visitor("birthday-drink")

    years = [anna.meets(Trigger.BIRTHDAY, MONDAY.replace(year=year)) for year in (2027, 2027, 2028)]

    assert [[gift.offer for gift in each.gifts] for each in years] == [["birthday-drink"], [], ["birthday-drink"]]


def test_200_points_on_your_birthday() -> None:
    assert Visitor("birthday-points").meets(Trigger.BIRTHDAY).points == [Points("birthday-points", 200, Life(14))]


def test_500_points_for_gold() -> None:
    anna = Visitor("tier-gift")

    gave = [anna.buys(LUNCH) for _ in range(21)]

    assert [n for n, each in enumerate(gave, 1) if each.points] == [20]
    assert (given(gave[19]), gave[19].reached[-1]) == ([("gold-gift", 500)], "gold")


def test_a_reminder_a_week_before_points_expire() -> None:
    verdict = Visitor("expiring-reminder").meets(Trigger.EXPIRING, days=7, points=120)

    assert ([hook.hook for hook in verdict.hooks], verdict.points) == (["points-expiring"], [])


def test_we_miss_you_100_points_for_30_days() -> None:
    verdict = Visitor("we-miss-you").meets(Trigger.INACTIVE, days=60)

    assert verdict.points == [Points("we-miss-you", 100, Life(30))]
    assert [hook.hook for hook in verdict.hooks] == ["we-miss-you"]
