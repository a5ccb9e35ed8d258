"""The presets: each is whole, speaks both languages, and gives what its title says."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import TEMPLATES
from wallet_service.cards.templates import parse_template, read_template
from wallet_service.cli.demo.plots import PLOTS
from wallet_service.loyalty.awards.programme_file import (
    FOLDER,
    Preset,
    ProgrammeFileUnreadable,
    find_preset,
    list_presets,
)
from wallet_service.loyalty.rules.engine import compile_rules, take_in
from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.tiers import join

PRESETS = list_presets(TEMPLATES)
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Europe/Berlin"))


class Player:
    """A member of a preset's programme, by the rules alone."""

    def __init__(self, preset: str) -> None:
        self.rules = compile_rules(read_rulebook(find_preset(TEMPLATES, preset).rules))
        self.standing = Standing(tracks=self.rules.tracks)
        self.occasions = 0
        self.offers: list[str] = []

    def meets(self, trigger: Trigger, day: int = 0, hour: int = 12, **more: Any) -> dict[str, int]:
        """Points by mechanic of what happens so many days after the first day."""
        self.occasions += 1
        at = (SUNDAY + timedelta(days=day)).replace(hour=hour)
        happening = Happening(trigger, at, str(self.occasions), **more)
        verdict = take_in(self.rules, self.standing, happening, left={}, parked=())
        assert verdict.troubles == []
        self.offers += [gift.offer for gift in verdict.gifts]
        return {points.mechanic: points.points for points in verdict.points}

    def buys(self, *lines: Line, day: int = 0, hour: int = 12) -> dict[str, int]:
        """Points by mechanic of a purchase that is paid in money."""
        return self.meets(Trigger.PURCHASE, day, hour, lines=lines, paid=sum(line.total for line in lines))


def languages(part: Any) -> Iterator[set[str]]:
    """The languages of every text in a document."""
    if isinstance(part, Mapping):
        if "en" in part:
            yield set(part)
        for inner in part.values():
            yield from languages(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from languages(inner)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_is_whole(preset: Preset) -> None:
    book = read_rulebook(preset.rules)
    template = parse_template(read_template(TEMPLATES / f"{preset.template}.pkpasstemplate"))
    given = {effect.offer for mechanic in book.mechanics for effect in mechanic.gives if hasattr(effect, "offer")}

    assert given == book.offers  # none is forgotten
    assert set(template.tiers) <= {tier.name for tier in book.tiers}
    spoken = list(languages(preset.rules))
    assert len(spoken) >= len(book.mechanics)
    assert all(each == set(template.languages) for each in spoken)


def test_every_preset_is_played_in_the_demo() -> None:
    assert {preset.name for preset in PRESETS} == set(PLOTS)


def test_every_template_has_a_preset() -> None:
    templates = {path.stem for path in TEMPLATES.glob("*.pkpasstemplate")}
    assert {preset.template for preset in PRESETS} == templates


def test_a_chain_gives_back_more_to_whoever_comes_often() -> None:
    anna = Player("burger-bonus")
    menu = Line("menu", "menus", 1, 1000)

    assert anna.meets(Trigger.ENROLLED) == {"welcome": 300}
    assert [anna.buys(menu, day=day) for day in (0, 7, 14)] == [{"cashback": 50}] * 3
    assert anna.buys(menu, day=21) == {"cashback": 50, "often": 100}
    assert anna.buys(Line("card", "gift-card", 1, 5000), day=60) == {}
    assert anna.buys(menu, day=71) == {"cashback": 50}
    assert anna.buys(menu, day=71, hour=15) == {"cashback": 50, "quiet-hours": 50}  # a Monday
    assert anna.meets(Trigger.INACTIVE, 200, days=60) == {"we-miss-you": 100}


def test_stars_are_for_drinks_and_mugs_not_for_money() -> None:
    anna = Player("coffee-stars")

    assert anna.buys(Line("latte", "drink", 2, 400)) == {"first-drink": 10, "drinks": 10}
    assert anna.buys(Line("tea", "drink", 1, 1), Line("own-mug", "mug", 1, 0)) == {"drinks": 5, "own-mug": 1}
    assert anna.buys(Line("cake", "food", 3, 400)) == {}
    assert anna.meets(Trigger.BIRTHDAY) == {}
    assert anna.offers == ["birthday-drink"]


def test_tiers_of_beauty_come_with_gifts() -> None:
    anna = Player("beauty-tiers")

    assert anna.buys(Line("cream", "care", 1, 10000)) == {"cashback": 700}
    assert anna.standing.tier == "petal"
    anna.buys(Line("set", "care", 1, 20000), day=1)
    assert (anna.standing.tier, anna.offers) == ("bloom", ["travel-set"])
    assert anna.buys(Line("cream", "care", 1, 10000), day=2) == {"cashback": 700, "bloom-more": 300}
    anna.buys(Line("set", "care", 1, 60000), day=3)
    assert (anna.standing.tier, anna.offers) == ("peony", ["travel-set", "atelier-hour"])
    assert anna.meets(Trigger.BIRTHDAY, 9) == {"birthday-more": 500}


def test_a_membership_that_is_paid_for_gives_five_times_as_much() -> None:
    anna = Player("market-circle")
    basket = Line("basket", "groceries", 1, 10000)

    assert anna.buys(basket) == {"everyone": 100}
    join(anna.rules.book, anna.standing, "circle", SUNDAY.date())
    assert anna.meets(Trigger.TIER_REACHED, name="circle") == {"welcome-circle": 500}
    assert anna.buys(basket) == {"everyone": 100, "circle": 400}
    assert anna.offers == ["free-delivery", "early-hour"]


def test_a_club_counts_runs_and_not_money() -> None:
    anna = Player("running-club")

    runs = [anna.meets(Trigger.VISIT, day) for day in range(10)]

    assert runs[0] == {"run": 10}
    assert runs[4] == runs[9] == {"run": 10, "every-fifth": 25}
    assert (anna.standing.tier, anna.offers) == ("pacer", ["all-plans"])
    assert anna.meets(Trigger.VISIT, 9).get("run") is None  # once a day
    assert anna.meets(Trigger.EVENT, 9, name="race-finished") == {"race": 100}
    assert anna.buys(Line("shirt", "goods", 1, 5000), day=9) == {}


def test_a_reader_collects_nothing_and_is_remembered() -> None:
    anna = Player("reader-card")

    assert anna.buys(Line("novel", "books", 1, 2200)) == {}
    assert anna.meets(Trigger.BIRTHDAY) == {}
    assert anna.offers == ["birthday-tea"]


def test_a_preset_without_its_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "bare.toml").write_text('currency = "EUR"\n')

    with pytest.raises(ProgrammeFileUnreadable, match=r"bare\.toml is no preset"):
        list_presets(tmp_path)
