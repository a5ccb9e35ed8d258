"""Looks of tiers: colours, texts and images of a template that are others for some of its cards."""

from pathlib import Path
from typing import Any

import pytest

from tests.cards.template_maker import CARD_TOML, RUSSIAN, png, put, tea
from wallet_service.cards.google_layout import google_layout
from wallet_service.cards.lint import lint
from wallet_service.cards.problem import Severity
from wallet_service.cards.sample import sample_face, sample_pass
from wallet_service.cards.template_source import TemplateSource, read_template
from wallet_service.cards.templates import Template, design, parse_template
from wallet_service.cards.tier_sheet import PLAIN, read_tiers
from wallet_service.wallets.google.card_class import card_class, class_id
from wallet_service.wallets.google.objects import class_payload

GOLDEN = """
[tier.gold]
background = "rgb(60, 40, 0)"
foreground = "rgb(255, 255, 255)"
label = "rgb(255, 240, 200)"
logo_text = { en = "Gold", ru = "Золото" }
"""
STRIPS = {f"gold.tier/strip{scale}.png": png(375 * n, 144 * n) for n, scale in ((1, ""), (2, "@2x"), (3, "@3x"))}
STRIP = png(1125, 433)


def golden_tea(more: str = GOLDEN, files: dict[str, bytes | None] | None = None) -> TemplateSource:
    """The tea template with a golden look."""
    return tea(sheet=CARD_TOML + more, files={**STRIPS, "gold.tier/strip@3x.png": STRIP, **(files or {})})


@pytest.fixture(scope="module")
def template() -> Template:
    """It understood."""
    return parse_template(golden_tea())


def look(template: Template, language: str, tier: str) -> tuple[Any, ...]:
    laid_out = design(template, "tv", language, tier)
    document = laid_out.pass_json
    return document["backgroundColor"], document.get("logoText"), laid_out.files["strip@3x.png"] == STRIP


def test_a_tier_has_its_own_colours_words_and_images(template: Template):
    assert look(template, "en", "") == ("rgb(20, 60, 40)", None, False)
    assert look(template, "en", "gold") == ("rgb(60, 40, 0)", "Gold", True)
    assert look(template, "ru", "gold") == ("rgb(60, 40, 0)", "Золото", True)


def test_everything_else_of_the_card_is_the_same(template: Template):
    plain, golden = (design(template, "tv", "ru", tier) for tier in ("", "gold"))
    assert plain.pass_json["storeCard"] == golden.pass_json["storeCard"]
    assert {**plain.files, "strip@3x.png": STRIP} == golden.files


def test_each_look_goes_by_a_name_of_its_own(template: Template):
    assert [design(template, "tv", "en", tier).key for tier in ("", "gold")] == ["tv/en", "tv/en/gold"]


def test_a_tier_that_the_template_does_not_know_looks_like_the_card_itself(template: Template):
    assert [template.look(tier) for tier in ("", "gold", "tin")] == ["", "gold", ""]


def test_a_template_with_looks_shows_the_tier(template: Template):
    assert "tier" in template.shows
    assert "tier" not in parse_template(tea()).shows


def test_images_alone_make_a_look():
    template = parse_template(golden_tea(more=""))
    assert template.tiers == {"gold": PLAIN}
    assert look(template, "en", "gold") == ("rgb(20, 60, 40)", None, True)


def test_google_has_a_class_for_each_look(template: Template):
    def payload(tier: str) -> dict[str, Any]:
        designs = [design(template, "tv", language, tier) for language in template.languages]
        id_ = class_id("338", template.name, 1, tier)
        return class_payload(card_class(id_, designs, public_url="https://cards.example.com"))

    plain, golden = payload(""), payload("gold")
    assert (plain["id"], golden["id"]) == ("338.tiny-tea-1", "338.tiny-tea-1.gold")
    assert (plain["hexBackgroundColor"], golden["hexBackgroundColor"]) == ("#143c28", "#3c2800")
    assert plain["heroImage"] != golden["heroImage"]
    assert plain["programLogo"] == golden["programLogo"]


def test_google_without_a_balance_to_announce_has_no_points():
    sheet = parse_template(tea()).google
    laid_out = google_layout(sheet, "en", title="T", announce="", pass_json={"storeCard": {}}, images={})
    assert (laid_out.balance, laid_out.points) == ("", "")


def test_the_sample_member_has_the_tier(template: Template):
    assert sample_face(template, "en", "gold").design.key == "sample/en/gold"
    assert sample_pass(template, "ru", "gold")["logoText"] == "Золото"


def test_a_template_on_disk_has_a_folder_for_each_tier(tmp_path: Path):
    source = golden_tea()
    assert read_template(put(source, tmp_path)) == source
    assert lint(source) == []


@pytest.mark.parametrize(
    ("more", "files", "severity", "where"),
    [
        ('[tier.gold]\nlabel = "rgb(20, 60, 41)"', {}, "E", "card.toml: tier.gold: labelColor"),
        ('[tier.gold]\nlabel = "rgb(120, 150, 120)"', {}, "W", "card.toml: tier.gold: labelColor"),
        ('[tier.gold]\nlogo_text = { en = "Gold" }', {}, "W", "card.toml: tier.gold.logo_text"),
        ("", {"gold.tier/strip@3x.png": None}, "W", "gold.tier/strip@3x.png"),
        ("", {"gold.tier/strip@3x.png": png(300, 300)}, "W", "gold.tier/strip@3x.png"),
        ("", {"gold.tier/banner.png": png(9, 9)}, "W", "gold.tier/banner.png"),
    ],
)
def test_what_is_wrong_with_a_look_is_told(more, files, severity, where):
    found = {(problem.severity, problem.where) for problem in lint(golden_tea(more, files))}
    assert (Severity(severity), where) in found


def test_the_weight_of_a_look_is_that_of_a_whole_card():
    heavy, heavier = (png(375 * n, 144 * n) + bytes(120_000) for n in (2, 3))
    in_its_place = lint(golden_tea(files={"gold.tier/strip@2x.png": heavy, "strip@2x.png": heavy}))
    assert in_its_place == []
    beside_others = lint(golden_tea(files={"gold.tier/strip@2x.png": heavy, "gold.tier/strip@3x.png": heavier}))
    assert [problem.where for problem in beside_others] == ["images with gold.tier"]


@pytest.mark.parametrize(
    ("tables", "where", "mend"),
    [
        (5, "", "Write [tier.gold] on a line of its own."),
        ({"gold": 5}, ".gold", "Write [tier.gold] on a line of its own."),
        ({"Gold!": {}}, ".Gold!", "Use [a-z0-9-], at most 40, as the programme's rules do."),
        ({"gold": {"backgrund": "x"}}, ".gold.backgrund", "Write background."),
        ({"gold": {"zzz": "x"}}, ".gold.zzz", "Keys are background, foreground, label, logo_text."),
        ({"gold": {"label": 5}}, ".gold.label", 'Write label = "…".'),
        ({"gold": {"label": {"en": "x"}}}, ".gold.label", 'Write label = "…".'),
        ({"gold": {"logo_text": {"en": 5}}}, ".gold.logo_text", 'Write logo_text = "…".'),
    ],
)
def test_a_look_that_cannot_be_read_is_named(tables, where, mend):
    _, problems = read_tiers(tables)
    assert [(problem.where, problem.mend) for problem in problems] == [(f"card.toml: tier{where}", mend)]


def test_a_goal_in_a_language_without_words_is_told():
    def shows_goal(document: dict[str, Any]) -> None:
        for style in ("storeCard", "posterGeneric"):
            document[style]["backFields"].append({"key": "goal", "value": "{next_goal}"})

    french = CARD_TOML.replace('"ru"]', '"fr"]').replace("[points.ru]", "[points.fr]")
    found = [problem.where for problem in lint(tea(shows_goal, sheet=french, russian=""))]
    assert "card.toml: words.fr" in found
    assert "card.toml: words.en" not in found


def test_an_announcing_field_that_may_be_empty_is_told():
    def tier(value: str) -> list[str]:
        def change(document: dict[str, Any]) -> None:
            for style in ("storeCard", "posterGeneric"):
                document[style]["backFields"].append({"key": "tier", "value": value, "changeMessage": "You are %@"})

        sheet = CARD_TOML.replace('announce = "balance"', 'announce = { tier = "tier", balance = "balance" }')
        russian = '"You are %@" = "Вы %@";\n"{tier|or:None}" = "{tier|or:Нет}";\n"Your {tier}" = "Ваш {tier}";'
        source = tea(change, sheet=sheet, russian=RUSSIAN + russian)
        return [problem.message for problem in lint(source) if "backFields" in problem.where]

    told = "the announcing field may be empty, and is left out then"
    assert tier("{tier}") == [told, told]
    assert tier("{tier} \n") == [told, told]
    assert tier("{tier|or:None}") == tier("Your {tier}") == []
