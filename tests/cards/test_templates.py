"""Templates: understood, and laid out in a language."""

import pytest

from tests.cards.template_maker import CARD_TOML, RUSSIAN, png, tea
from wallet_service.cards.announcing import Change
from wallet_service.cards.numerals import NumbersUnknown
from wallet_service.cards.placeholders import PlaceholderInvalid
from wallet_service.cards.sample import sample_pass
from wallet_service.cards.templates import TemplateInvalid, design, fillers, parse_template
from wallet_service.wallets.seam import Hole, Text


def set_value(document, value):
    document["storeCard"]["primaryFields"][0]["value"] = value


def test_a_template_knows_its_sheet_and_what_it_shows():
    template = parse_template(tea())
    assert (template.name, template.title) == ("tiny-tea", "Tiny Tea")
    assert template.announce == {Change.BALANCE: "balance"}
    assert template.shows == {"balance", "first_name", "card_id"}
    assert template.sample.first_name == "Anna"


def test_a_field_shown_in_a_translation_only_is_shown():
    template = parse_template(tea(russian='"Call" = "Звоните, {name}";'))
    assert "name" in template.shows


@pytest.mark.parametrize(("wanted", "given"), [("ru", "ru"), ("ru-RU", "ru"), ("en-GB", "en"), ("de", "en")])
def test_a_member_gets_the_nearest_language(wanted, given):
    assert parse_template(tea()).nearest(wanted) == given


def test_a_design_stands_in_its_language():
    laid_out = design(parse_template(tea()), "tpl_1", "ru")
    header, primary = (laid_out.pass_json["storeCard"][name][0] for name in ("headerFields", "primaryFields"))
    assert (laid_out.key, laid_out.language) == ("tpl_1/ru", "ru")
    assert header["label"] == "ЛИСТЬЯ"
    assert header["value"] == Text((Hole("balance|points"),))
    assert primary["value"] == Text((Hole("first_name|or:Друг"), ", привет"))


def test_keys_are_no_texts_and_are_not_translated():
    laid_out = design(parse_template(tea(russian='"balance" = "баланс"; "hello" = "привет";')), "tpl_1", "ru")
    assert laid_out.pass_json["storeCard"]["primaryFields"][0]["key"] == "hello"


def test_only_the_announcing_field_keeps_its_change_message():
    def speak(document):
        document["storeCard"]["primaryFields"][0]["changeMessage"] = "Also %@"

    laid_out = design(parse_template(tea(speak)), "tpl_1", "en")
    assert laid_out.pass_json["storeCard"]["headerFields"][0]["changeMessage"] == "You have %@"
    assert "changeMessage" not in laid_out.pass_json["storeCard"]["primaryFields"][0]


def test_each_language_has_its_own_images_at_the_root():
    russian = png(16, 5)
    template = parse_template(tea(files={"ru.lproj/logo.png": russian}))
    files = {language: design(template, "tpl_1", language).files for language in ("en", "ru")}
    assert files["ru"]["logo.png"] == russian
    assert files["en"]["logo.png"] == tea().files["logo.png"]
    assert files["ru"].keys() == files["en"].keys()
    assert not [name for name in files["en"] if not name.endswith(".png")]


def test_the_holes_of_a_design_are_filled_for_a_member():
    template = parse_template(tea())
    filled = {name: fill(template.sample) for name, fill in fillers(template, design(template, "t", "ru")).items()}
    assert filled == {
        "balance": 1250,
        "balance|points": "1\u00a0250 листьев",
        "first_name|or:Друг": "Anna",
        "card_id": "card_01k00000000000000000000000",
    }


def test_the_sample_member_sees_a_whole_card():
    face = sample_pass(parse_template(tea(lambda document: set_value(document, "{balance}"))), "en")
    assert face["storeCard"]["primaryFields"][0]["value"] == 1250
    assert face["storeCard"]["headerFields"][0]["value"] == "1,250 leaves"
    assert face["formatVersion"] == 1


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"pass.json": None}, "missing"),
        ({"card.toml": None}, "missing"),
        ({"pass.json": b"{\n\n nope}"}, "line 3: not valid JSON"),
        ({"pass.json": b'{"a": 1, "a": 2}'}, '"a" stands twice'),
        ({"pass.json": b'{"a": NaN}'}, "NaN is not a number"),
        ({"pass.json": b"\xff"}, "not valid JSON"),
        ({"pass.json": b"[" * 100_000}, "not valid JSON"),
        ({"pass.json": b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}"}, "not the form"),
        ({"pass.json": b"[]"}, "not the form"),
        ({"card.toml": b"[card\n"}, "not valid TOML.*line 1"),
        ({"card.toml": b"\xff"}, "not valid TOML"),
        ({"card.toml": b"card = 1"}, r"card\.title: text in quotes.*and 5 more"),
        ({"card.toml": CARD_TOML.replace('"ru"', "7").encode()}, "a language is text"),
        ({"card.toml": CARD_TOML.replace('"leaf"', "1").encode()}, r"points\.en: the words"),
        (
            {
                "card.toml": b"points = 3"
                + (CARD_TOML.split("[points")[0] + CARD_TOML[CARD_TOML.index("[sample]") :]).encode()
            },
            "the words for points",
        ),
        ({"ru.lproj/pass.strings": b"\xff\xfe"}, "not UTF-8"),
        ({"ru.lproj/pass.strings": b'"a" = "b";\n\n"c" = d;'}, "line 3: this is not a translation"),
        ({"ru.lproj/pass.strings": b'"a" = "b"'}, "line 1: this is not a translation"),
        ({"ru.lproj/pass.strings": b'"a" = "b"; "a" = "c";'}, '"a" is translated twice'),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(files, reason):
    with pytest.raises(TemplateInvalid, match=reason):
        parse_template(tea(files=files))


def test_strings_are_unescaped():
    template = parse_template(tea(russian=RUSSIAN + r'"a \"b\"\n" = "\U0041\\\t\r";'))
    assert template.strings["ru"]['a "b"\n'] == "A\\\t\r"


def test_a_language_without_a_file_of_strings_keeps_the_first_language():
    template = parse_template(tea(files={"ru.lproj/pass.strings": None}))
    assert design(template, "t", "ru").pass_json["description"] == "Tea card"


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        (tea(lambda document: set_value(document, "{nonsense}")), PlaceholderInvalid),
        (tea(sheet=CARD_TOML.replace("points.ru", "points.de")), PlaceholderInvalid),
        (tea(sheet=CARD_TOML.replace('"ru"', '"xx-Nope"').replace("points.ru", "points.xx-Nope")), NumbersUnknown),
    ],
)
def test_a_template_whose_cards_could_not_be_filled_is_refused(source, refusal):
    with pytest.raises(refusal):
        parse_template(source)
