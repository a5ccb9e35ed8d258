"""Lint names every problem of a template at once, each with its place."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cards.template_maker import CARD_TOML, RUSSIAN, png, tea, tea_json
from wallet_service.cards.lint import lint
from wallet_service.cards.lint.colours import colour, contrast
from wallet_service.cards.lint.widths import text_width
from wallet_service.cards.problem import Severity, warning
from wallet_service.cards.templates import parse_template


def test_a_good_template_has_no_problems():
    assert lint(tea()) == []


def header(**changes):
    return lambda document: document["storeCard"]["headerFields"][0].update(changes)


def primary(**changes):
    return lambda document: document["storeCard"]["primaryFields"][0].update(changes)


def back(**changes):
    return lambda document: document["storeCard"]["backFields"][0].update(changes)


def top(**changes):
    return lambda document: document.update(changes)


def code(message):
    return lambda document: document["barcodes"][0].update(message=message)


def without(key):
    return lambda document: document.pop(key)


NO_FILES = dict.fromkeys(tea().files)
RULES = {
    "JSON that cannot be read": (tea(files={"pass.json": b"{,"}), "E", "pass.json: line 1", "not valid JSON"),
    "TOML that cannot be read": (tea(files={"card.toml": b"["}), "E", "card.toml", "not valid TOML"),
    "no pass.json": (tea(files={"pass.json": None}), "E", "pass.json", "missing"),
    "no card.toml": (tea(files={"card.toml": None}), "E", "card.toml", "missing"),
    "strings that cannot be read": (tea(russian="nonsense"), "E", "ru.lproj/pass.strings: line 1", "not a translation"),
    "no sample member": (tea(sheet=CARD_TOML.split("[sample]")[0]), "E", "card.toml: sample.name", "text in quotes"),
    "an unknown placeholder": (tea(primary(value="{nam}")), "E", "storeCard.primaryFields[0].value", "did you mean name"),
    "an unknown placeholder in a translation": (
        tea(russian=RUSSIAN.replace("|or:Друг", "|nor:Друг")), "E", "ru.lproj/pass.strings", 'no filter "nor"',
    ),
    "a missing translation": (tea(russian=RUSSIAN.replace('"LEAVES"', '"LEAFS"')), "E", "headerFields[0].label", "no translation into ru"),
    "an unused translation": (tea(russian=RUSSIAN + '"Tea" = "Чай";'), "W", "ru.lproj/pass.strings", '"Tea" stands nowhere'),
    "a translation that shows less": (
        tea(russian=RUSSIAN.replace("{first_name|or:Друг}", "Друг")), "W", "ru.lproj/pass.strings", "only one side shows first_name",
    ),
    "a translation without %@": (tea(russian=RUSSIAN.replace("Стало %@", "Стало")), "E", "ru.lproj/pass.strings", "only one side has %@"),
    "a language named twice": (tea(sheet=CARD_TOML.replace('"en", ', '"en", "en", ')), "E", "card.languages", "stands twice"),
    "a language nobody speaks": (tea(sheet=CARD_TOML.replace('"ru"', '"ru", "xx"')), "E", "card.languages", "not a known language"),
    "a folder of an unnamed language": (tea(files={"de.lproj/pass.strings": b""}), "W", "de.lproj", "does not name"),
    "strings of the first language": (tea(files={"en.lproj/pass.strings": b""}), "W", "en.lproj/pass.strings", "in pass.json itself"),
    "a missing plural form": (tea(sheet=CARD_TOML.replace("few", "two")), "E", "card.toml: points.ru", '"few" is missing'),
    "a plural form that does not exist": (tea(sheet=CARD_TOML.replace("few", "two")), "W", "card.toml: points.ru", 'no plural form "two"'),
    "no words for points": (tea(sheet=CARD_TOML.replace("points.en", "points.de")), "E", "card.toml: points.en", '"other" is missing'),
    "a poor contrast": (tea(top(labelColor="rgb(40, 90, 60)")), "E", "labelColor", "many cannot read"),
    "a weak contrast": (tea(top(foregroundColor="rgb(120, 130, 125)")), "W", "foregroundColor", "some cannot read"),
    "a serial number": (tea(top(serialNumber="1")), "E", "pass.json: serialNumber", "the service writes"),
    "no storeCard": (tea(without("storeCard")), "E", "pass.json: storeCard", "missing"),
    "no posterGeneric": (tea(without("posterGeneric")), "W", "pass.json: posterGeneric", "missing"),
    "nobody announces": (tea(header(key="money")), "E", "pass.json: storeCard", 'no field has the key "balance"'),
    "nothing to announce": (tea(header(changeMessage="")), "E", "headerFields[0]", "no changeMessage"),
    "a still announcer": (tea(header(value="100")), "W", "headerFields[0]", "never changes"),
    "two announcers": (tea(primary(changeMessage="You have %@")), "W", "primaryFields[0].changeMessage", "never shown"),
    "no contact": (tea(back(value="Come by")), "W", "storeCard.backFields", "contact data"),
    "an open link": (tea(back(value="http://tea.example")), "E", "backFields[0].value", "without encryption"),
    "a dangerous link": (
        tea(back(attributedValue="<a href='javascript:alert(1)'>x</a>")), "E", "backFields[0].attributedValue", "not safe",
    ),
    "no barcode": (tea(without("barcodes")), "E", "pass.json: barcodes", "no till"),
    "the same code for all": (tea(code("TEA")), "E", "barcodes[0].message", "told apart"),
    "a name in the code": (tea(code("{card_id} {name}")), "E", "barcodes[0].message", "a code with name"),
    "a placeholder unknown in a code": (tea(code("{card}")), "E", "barcodes[0].message", 'no field "card"'),
    "no icon": (tea(files=dict.fromkeys(["icon.png", "icon@2x.png", "icon@3x.png"])), "E", "icon.png", "without an icon"),
    "no strip": (tea(files=dict.fromkeys(["strip.png", "strip@2x.png", "strip@3x.png"])), "W", "strip@2x.png", "no strip"),
    "a missing scale": (tea(files={"logo@3x.png": None}), "W", "logo@3x.png", "missing"),
    "wrong pixels": (tea(files={"strip@2x.png": png(375, 144)}), "W", "strip@2x.png", "Export it at 750 x 288"),
    "a logo too wide": (tea(files={"logo.png": png(200, 50)}), "W", "logo.png", "Export it at 50-160 x 50"),
    "an image of no use": (tea(files={"hero.png": png(5, 5)}), "W", "hero.png", "neither style"),
    "a scale that no phone has": (tea(files={"strip@4x.png": png(5, 5)}), "W", "strip@4x.png", "neither style"),
    "too heavy": (tea(files={"strip.png": png(375, 144) + bytes(200_000)}), "W", "images", "first in strip.png"),
    "a long text": (tea(primary(value="Dear {first_name|or:friend}, how very long we have waited")), "W", "(en)", "cut off"),
}  # fmt: skip


def test_what_is_no_picture_has_no_size_to_complain_of():
    assert lint(tea(files={"strip.png": b"no picture"})) == []  # reading the folder refuses it


@pytest.mark.parametrize("name", RULES)
def test_each_problem_is_named(name):
    source, severity, where, message = RULES[name]
    found = lint(source)
    told = [each for each in found if where in f"{each.where} {each.mend}" and message in f"{each.message} {each.mend}"]
    assert [each.severity for each in told[:1]] == [severity], found


def test_all_problems_are_named_at_once_errors_first():
    def spoil(document):
        header(value="{nope}")(document)
        top(serialNumber="1", labelColor="rgb(20, 60, 40)")(document)

    found = lint(tea(spoil, russian="", files={"logo@2x.png": None}))
    assert len(found) >= 7
    assert [each.severity for each in found] == sorted(each.severity for each in found)


def test_a_neutral_text_needs_no_translation():
    assert lint(tea(back(value="https://tea.example"))) == []
    assert lint(tea(primary(value="{first_name}, {balance|number}: tea@tea.example"), russian=RUSSIAN)) != []
    assert not [found for found in lint(tea(primary(value="{name}"))) if "no translation" in found.message]


def test_a_link_may_be_https_a_number_or_an_address():
    links = "<a href='https://tea.example'>a</a> <a href=tel:+442079460101>b</a> <a href=\"mailto:a@tea.example\">c</a>"
    assert [found for found in lint(tea(back(attributedValue=links))) if "not safe" in found.message] == []


def test_what_is_no_barcode_at_all_is_left_to_the_rules_of_the_wallet():
    assert lint(tea(lambda document: document["barcodes"].append("code"))) == []


def test_a_language_may_go_without_points():
    sheet = CARD_TOML.split("[points.ru]")[0] + CARD_TOML[CARD_TOML.index("[sample]") :]

    def number(document):
        for style in ("storeCard", "posterGeneric"):
            document[style]["headerFields"][0]["value"] = "{balance|number}"

    assert lint(tea(number, sheet=sheet)) == []


def test_the_wallets_own_checks_see_the_filled_card_in_each_language():
    seen = []

    def check(pass_json, language):
        seen.append((language, pass_json["storeCard"]["headerFields"][0]["value"]))
        yield warning("here", "said in both languages", "say it once")

    assert lint(tea(), check) == [warning("here", "said in both languages", "say it once")]
    assert seen == [("en", "1,250 leaves"), ("ru", "1\u00a0250 листьев")]


def test_contrast_follows_wcag():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)
    assert contrast((9, 9, 9), (9, 9, 9)) == 1


@pytest.mark.parametrize("text", ["#fff", "rgb(1,2)", "rgb(256, 0, 0)", 7, None])
def test_another_notation_is_no_colour(text):
    assert colour(text) is None


def test_wider_letters_need_more_room():
    assert text_width("WIDE", 10) > text_width("wide", 10) > text_width(".  .", 10)


def paths(node, path=()):
    yield path
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in pairs:
        yield from paths(inner, (*path, key))


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["{balance}", "{x", "rgb(1,2,3)"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from([path for path in paths(tea_json()) if path]), ANYTHING)
def test_lint_survives_any_pass_json_and_what_it_passes_can_be_filled(path, value):
    document = copy.deepcopy(tea_json())
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    source = tea(files={"pass.json": json.dumps(document).encode()})
    if not any(found.severity is Severity.ERROR for found in lint(source)):
        parse_template(source)
