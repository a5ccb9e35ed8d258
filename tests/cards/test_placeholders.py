"""The language of placeholders, in every language of people."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.cards.numerals import NumbersUnknown, counter, grouper, locale_of, plural_forms
from wallet_service.cards.placeholders import (
    FIELDS,
    FILTERS,
    Holder,
    PlaceholderInvalid,
    compile_hole,
    fields_of,
    holes_of,
    parse,
)
from wallet_service.wallets.seam import Hole, Text

RUSSIAN = {"one": "балл", "few": "балла", "many": "баллов", "other": "балла"}
ENGLISH = {"one": "point", "other": "points"}
ANNA = Holder(
    first_name="Anna",
    name="Anna Petrova",
    balance=1250,
    external_id="BH-100045",
    member_id="mem_1",
    card_id="card_1",
    programme="Heroes",
    brand="Burger Heroes",
    language="en",
    expiring_points=120,
    expires_on=date(2027, 1, 31),
)


def holder(**known: str | int) -> Holder:
    nothing = dict.fromkeys(FIELDS, "") | {"balance": 0, "expiring_points": 0, "expires_on": None}
    return Holder(**{**nothing, **known})  # type: ignore[arg-type]  # by field name


def shown(name: str, member: Holder = ANNA, language: str = "en", units: dict[str, str] = ENGLISH) -> str | int:
    return compile_hole(name, language, units)(member)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{balance}", (Hole("balance"),)),
        ("Hello, {first_name|or:friend}!", ("Hello, ", Hole("first_name|or:friend"), "!")),
        ("{{{balance}}}", ("{", Hole("balance"), "}")),
        ("{name|or:a:b}{brand}", (Hole("name|or:a:b"), Hole("brand"))),
        ("{balance|points|or:0}", (Hole("balance|points|or:0"),)),
    ],
)
def test_a_text_falls_into_pieces_and_holes(text, parts):
    assert parse(text) == Text(parts)


@pytest.mark.parametrize(
    ("text", "plain"), [("", ""), ("Points", "Points"), ("{{balance}}", "{balance}"), ("}}{{", "}{")]
)
def test_a_text_without_placeholders_is_a_plain_string(text, plain):
    assert parse(text) == plain


def test_the_holes_of_a_text_stand_in_its_order():
    assert holes_of("{name} has {balance|points}") == (Hole("name"), Hole("balance|points"))


def test_a_text_names_the_fields_it_shows_whatever_the_filters():
    assert fields_of("{first_name|or:You} of {brand}: {balance|points} {{name}}") == {
        "first_name",
        "brand",
        "balance",
    }


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("{balanc}", 2, "did you mean balance?"),
        ("{}", 2, "fields are first_name, name, balance"),
        ("Hi { there", 4, "brace stands alone"),
        ("Hi } there", 4, "brace stands alone"),
        ("{balance|pints}", 10, "did you mean points?"),
        ("{balance|percent}", 10, "filters are points, number, or"),
        ("{name|or}", 7, "written or:TEXT"),
        ("{balance|points:x}", 10, "written points"),
        ("{balance|or:0}", 10, "goes with text only"),
        ("{balance|or:none}", 10, "goes with text only"),
        ("Hi {name|or:x|points}", 15, "goes with bare points only"),
        ("{balance|number|number}", 17, "goes with bare points only"),
        ("{expires_on|points}", 13, "goes with bare points only"),
        ("{ balance }", 2, 'no field " balance "'),
        ("{name.__class__}", 2, "no field"),
    ],
)
def test_a_wrong_placeholder_is_refused_with_its_place(text, position, reason):
    with pytest.raises(PlaceholderInvalid, match=rf"character {position} of ") as refusal:
        parse(text)
    assert reason in refusal.value.detail
    assert refusal.value.extra["position"] == position


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("balance", 1250),
        ("balance|number", "1,250"),
        ("balance|points", "1,250 points"),
        ("balance|points|or:none", "1,250 points"),
        ("first_name|or:friend", "Anna"),
        ("external_id", "BH-100045"),
        ("expiring_points", 120),
        ("expiring_points|points", "120 points"),
        ("expires_on", "January 31, 2027"),
        ("expires_on|or:none expires", "January 31, 2027"),
    ],
)
def test_a_placeholder_shows_its_field(name, value):
    assert shown(name) == value


def test_what_never_expires_has_no_day():
    assert (shown("expiring_points", holder()), shown("expires_on", holder())) == (0, "")
    assert shown("expires_on|or:none expires", holder()) == "none expires"


def test_what_is_not_known_is_replaced_by_a_word():
    assert shown("first_name|or:friend|or:foe", holder()) == "friend"


@pytest.mark.parametrize(
    ("balance", "words"),
    [
        (0, "0 баллов"),
        (1, "1 балл"),
        (3, "3 балла"),
        (11, "11 баллов"),
        (1251, "1\u00a0251 балл"),
        (10**9, "1\u00a0000\u00a0000\u00a0000 баллов"),
    ],
)
def test_russian_counts_points_in_three_forms(balance, words):
    assert shown("balance|points", holder(balance=balance), "ru", RUSSIAN) == words


def test_points_without_their_words_are_refused():
    with pytest.raises(PlaceholderInvalid, match='no words for "en"') as refusal:
        compile_hole("balance|points", "en", {})
    assert refusal.value.remedy == "Add [points.en] to card.toml."


def test_a_language_nobody_knows_is_refused():
    with pytest.raises(NumbersUnknown):
        compile_hole("balance|number", "xx-Nope", {})


@pytest.mark.parametrize(
    ("language", "number", "written"),
    [
        ("en", -1250, "-1,250"),
        ("de", 1234567, "1.234.567"),
        ("fr", 1250, "1\u202f250"),
        ("hi", 1234567, "12,34,567"),
        ("hi", -99, "-99"),
        ("hi", 0, "0"),
    ],
)
def test_numbers_are_grouped_as_the_language_does(language, number, written):
    assert grouper(language)(number) == written


def test_a_missing_plural_form_is_read_as_other():
    assert counter("ru", {"one": "балл", "other": "баллы"})(5) == "баллы"


@given(
    language=st.sampled_from(["en", "ru", "ar", "fr", "es", "pl", "cy", "ga", "kw", "lt", "lv", "sl", "mt", "ja"]),
    number=st.one_of(st.integers(-3000, 3000), st.integers(0, 10**9), st.integers(0, 10**6).map(lambda n: n * 1000)),
)
def test_the_table_of_plurals_agrees_with_cldr(language, number):
    forms = {form: form for form in plural_forms(language)}
    assert counter(language, forms)(number) == locale_of(language).plural_form(number)


@given(st.text(st.sampled_from("{}|:balnceor upt"), max_size=30))
def test_any_text_is_understood_or_refused(text):
    try:
        understood = parse(text)
    except PlaceholderInvalid as trouble:
        refusal = trouble
    else:
        assert isinstance(understood, str) == (not fields_of(text))
        return
    assert 1 <= refusal.extra["position"] <= len(text) + 1


@given(st.text())
def test_a_text_with_doubled_braces_says_itself(text):
    assert parse(text.replace("{", "{{").replace("}", "}}")) == text


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=2, unique=True))
def test_another_balance_always_shows_another_text(balances):
    for name in ["balance", *(f"balance|{filter_}" for filter_, each in FILTERS.items() if each.takes is int)]:
        one, other = (shown(name, holder(balance=balance), "ru", RUSSIAN) for balance in balances)
        assert one != other
