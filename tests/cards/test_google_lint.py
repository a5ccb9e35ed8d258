"""The `[google]` table: read, laid out with sensible defaults, and linted."""

import pytest

from tests.cards.template_maker import CARD_TOML, png, tea
from wallet_service.cards.design import looks_alike
from wallet_service.cards.lint import lint
from wallet_service.cards.problem import error
from wallet_service.cards.sample import sample_face
from wallet_service.cards.templates import TemplateInvalid, design, parse_template
from wallet_service.wallets.seam import Hole, Text


def google(lines: str) -> str:
    """The tea template's sheet with these lines about Google."""
    return f"{CARD_TOML}\n[google]\n{lines}\n"


def layout(lines: str = "", language: str = "en", change=lambda _: None, **files):
    template = parse_template(tea(change, sheet=google(lines), files=files))
    return design(template, "tpl_1", language).google


def second(**fields):
    """Adds secondary fields, by key and value."""

    def change(document):
        document["storeCard"]["secondaryFields"] = [
            {"key": key, "label": key.upper(), "value": value} for key, value in fields.items()
        ]

    return change


def test_a_template_without_the_table_is_laid_out_from_what_it_has():
    found, files = design(parse_template(tea()), "tpl_1", "ru").google, tea().files
    assert (found.programme, found.issuer_name, found.balance) == ("Tiny Tea", "Tiny Tea", "balance")
    assert (found.points, found.points_label) == (Text((Hole("balance"),)), "ЛИСТЬЯ")
    assert (found.logo, found.wide_logo, found.hero) == tuple(
        files[name] for name in ("icon@3x.png", "logo@3x.png", "strip@3x.png")
    )


def test_the_card_shows_no_name_and_no_number_that_the_pass_does_not_show():
    found = layout()
    assert (found.account_name, found.account_id) == ("", "")
    assert "name" not in parse_template(tea()).shows


def test_fields_that_show_a_name_and_a_number_are_the_accounts():
    found = layout(change=second(member="{name|or:friend}", number="{external_id}"))
    assert (found.account_name, found.account_name_label) == (Text((Hole("name|or:friend"),)), "MEMBER")
    assert (found.account_id, found.account_id_label) == (Text((Hole("external_id"),)), "NUMBER")


def test_what_the_table_shows_is_shown_by_the_template():
    template = parse_template(tea(sheet=google('account_name = "{name}"')))
    assert "name" in template.shows
    assert sample_face(template, "en").values["name"] == "Anna Petrova"


def test_a_text_of_the_table_may_differ_by_language():
    lines = 'points_label = { ru = "ЛИСТ" }\nprogramme = "Tea Club"\nissuer_name = "Tea Ltd"'
    assert (layout(lines).points_label, layout(lines, "ru").points_label) == ("LEAVES", "ЛИСТ")
    assert (layout(lines).programme, layout(lines).issuer_name) == ("Tea Club", "Tea Ltd")


def test_an_account_of_the_table_takes_the_label_of_the_field_that_says_the_same():
    found = layout('account_id = "{member_id}"', change=second(seat="{member_id}"))
    assert (found.account_id, found.account_id_label) == (Text((Hole("member_id"),)), "SEAT")
    assert layout('account_id = "{member_id}"').account_id_label == ""


@pytest.mark.parametrize("value", ["{balance|points} left", "100", 7])
def test_a_balance_that_is_more_than_a_number_stays_as_it_is(value):
    def change(document):
        document["storeCard"]["primaryFields"].append({"key": "more", "value": value})

    found = layout('balance = "more"', change=change)
    assert found.points == (Text((Hole("balance|points"), " left")) if value == "{balance|points} left" else value)


def test_googles_own_images_stay_out_of_the_pass():
    logo = png(660, 660)
    template = parse_template(tea(sheet=google('logo = "googleLogo.png"'), files={"googleLogo.png": logo}))
    laid_out = design(template, "tpl_1", "en")
    assert laid_out.google.logo == logo
    assert "googleLogo.png" not in laid_out.files
    assert "icon.png" in laid_out.files


def test_a_card_that_differs_in_google_wallet_alone_differs():
    one, other = (
        sample_face(parse_template(tea(sheet=google(f'points_label = "{label}"'))), "en") for label in ("TEA", "CUPS")
    )
    again = sample_face(parse_template(tea(sheet=google('points_label = "TEA"'))), "en")
    assert looks_alike(one, again)
    assert not looks_alike(one, other)


@pytest.mark.parametrize(
    ("sheet", "where", "message"),
    [
        (google('programe = "Tea"'), "card.toml: google.programe", "no such key"),
        (google('whatever = "Tea"'), "card.toml: google.whatever", "no such key"),
        (google("programme = 7"), "card.toml: google.programme", "a text is needed"),
        (google("points_label = { en = 7 }"), "card.toml: google.points_label", "a text is needed"),
        (google('logo = ["a"]'), "card.toml: google.logo", "text in quotes"),
        (f"google = 7\n{CARD_TOML}", "card.toml: google", "not a table"),
    ],
)
def test_a_table_that_cannot_be_understood_is_refused_with_its_place(sheet, where, message):
    with pytest.raises(TemplateInvalid) as refused:
        parse_template(tea(sheet=sheet))
    (found,) = refused.value.findings
    assert (found.where, message in found.message) == (where, True)
    assert found in lint(tea(sheet=sheet))


@pytest.mark.parametrize(
    ("lines", "severity", "where", "message"),
    [
        ('balance = "money"', "E", "google.balance", 'no field has the key "money"'),
        ('account_name = "{nam}"', "E", "google.account_name", "did you mean name"),
        ('account_id = { en = "{", ru = "1" }', "E", "google.account_id.en", "brace"),
        ('programme = "{programme}"', "E", "google.programme", "the same on every card"),
        ('logo = "nothing.png"', "E", "google.logo", "there is no nothing.png"),
        ('points_label = { en = "A", ru = "B", de = "C" }', "W", "google.points_label.de", "no card speaks"),
        ('points_label = { en = "A" }', "W", "google.points_label", "nothing is said in ru"),
        ('logo = "logo@3x.png"', "W", "google.logo", "480 x 150 pixels are cut to a circle"),
        ('logo = "icon@3x.png"', "W", "google.logo", "114 x 114"),
        ('hero = "strip@3x.png"', "W", "google.hero", "1125 x 432 pixels are not wide enough"),
        ('hero = "logo@3x.png"', "W", "google.hero", "480 x 150 pixels are not wide enough"),
    ],
)
def test_a_rule_that_is_broken_is_named_with_its_place(lines, severity, where, message):
    (found,) = lint(tea(sheet=google(lines)))
    assert (found.severity, found.where, message in found.message) == (severity, f"card.toml: {where}", True)
    assert found.mend


def test_a_good_table_has_no_problems():
    lines = """
        programme = { en = "Tea Club", ru = "Чайный клуб" }
        account_name = "{name|or:Friend}"
        logo = "googleLogo.png"
        hero = "googleHero.png"
    """
    files = {"googleLogo.png": png(660, 660), "googleHero.png": png(1032, 336)}
    assert lint(tea(sheet=google(lines), files=files)) == []


def test_a_wallets_check_sees_the_card_in_all_languages_at_once():
    def check(faces):
        yield error("here", " ".join(face.design.language for face in faces), "say it once")

    assert lint(tea(), of_faces=[check]) == [error("here", "en ru", "say it once")]
