"""Values of fields as phones write them, in the customs of several languages."""

from datetime import UTC, datetime

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.dates import is_date
from wallet_service.wallets.written import currency, customs, written

MOMENT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
NIGHT = "2026-12-31T23:59:59+03:00"
SHORT, MEDIUM, LONG, FULL, NONE = (f"PKDateStyle{name}" for name in ("Short", "Medium", "Long", "Full", "None"))
DECIMAL, PERCENT = "PKNumberStyleDecimal", "PKNumberStylePercent"


@pytest.mark.parametrize(
    ("field", "language", "text"),
    [
        ({"value": 1250}, "ru", "1250"),
        ({"value": 1250, "numberStyle": DECIMAL}, "en", "1,250"),
        ({"value": 1250, "numberStyle": DECIMAL}, "ru", "1\xa0250"),
        ({"value": 1250.5, "numberStyle": DECIMAL}, "de", "1.250,5"),
        ({"value": 0.07, "numberStyle": PERCENT}, "en", "7%"),
        ({"value": 0.07, "numberStyle": PERCENT}, "ru", "7\xa0%"),
        ({"value": 12345, "numberStyle": "PKNumberStyleScientific"}, "en", "1.2345E4"),
        ({"value": 42, "numberStyle": "PKNumberStyleSpellOut"}, "en", "42"),
        ({"value": 12.5, "currencyCode": "EUR"}, "en", "€12.50"),
        ({"value": 1500, "currencyCode": "RUB"}, "ru", "1\xa0500,00\xa0₽"),
        ({"value": 1500, "currencyCode": "RUB"}, "de", "1.500,00\xa0RUB"),
        ({"value": 1500, "currencyCode": "JPY"}, "ja", "\uffe51,500"),
        ({"value": 10**40, "currencyCode": "EUR"}, "en", f"{10**40}"),
        ({"value": NIGHT, "dateStyle": SHORT}, "en", "12/31/26"),
        ({"value": NIGHT, "dateStyle": SHORT, "timeStyle": NONE}, "de", "31.12.26"),
        ({"value": NIGHT, "dateStyle": LONG}, "ru", "31 декабря 2026\u202fг."),
        ({"value": NIGHT, "dateStyle": MEDIUM}, "zh-Hans", "2026年12月31日"),
        ({"value": NIGHT, "timeStyle": SHORT}, "ru", "23:59"),
        ({"value": NIGHT, "dateStyle": MEDIUM, "timeStyle": SHORT}, "pt-BR", "31 de dez. de 2026, 23:59"),
        ({"value": NIGHT, "dateStyle": NONE, "timeStyle": FULL}, "de", "23:59:59 GMT+03:00"),
        ({"value": "2026-11-25T10:30:16Z", "dateStyle": SHORT, "isRelative": True}, "en", "in 3 days"),
        ({"value": "2026-11-25T10:30:16Z", "dateStyle": SHORT, "isRelative": True}, "ru", "через 3 дня"),
        ({"value": "soon", "dateStyle": SHORT}, "en", "soon"),
        ({"value": ""}, "en", ""),
    ],
)
def test_a_value_is_written_by_the_customs_of_the_language(field, language, text):
    assert written(field, customs(language), MOMENT) == text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"value": NIGHT, "isRelative": True}, "31 дек. 2026\u202fг."),
        ({"value": NIGHT, "isRelative": True, "dateStyle": SHORT}, "31.12.2026"),
        ({"value": NIGHT, "isRelative": True, "timeStyle": SHORT}, "31 дек. 2026\u202fг., 23:59"),
        ({"value": NIGHT, "isRelative": False, "dateStyle": SHORT}, "31.12.2026"),
    ],
)
def test_a_text_that_stays_tells_no_distance_in_time(field, text):
    assert written(field, customs("ru")) == text


@pytest.mark.parametrize("value", [NIGHT, 1500, 0.5])
@pytest.mark.parametrize("junk", [None, 5, "", "PKDateStyleEver", [], {}])
def test_a_format_of_no_sense_is_none(value, junk):
    keys = ("dateStyle", "timeStyle", "numberStyle")
    assert written({"value": value, **dict.fromkeys(keys, junk)}, customs("en")) == str(value)
    assert currency({"currencyCode": junk}) == (junk if isinstance(junk, str) else "")


@pytest.mark.parametrize(("tag", "known"), [("ru", "ru"), ("pt-BR", "pt_BR"), ("tlh", "en"), ("", "en"), ("?", "en")])
def test_a_language_that_nobody_knows_has_english_customs(tag, known):
    assert customs(tag) == Locale.parse(known)


@pytest.mark.parametrize("text", ["", "2026-12-31", "2026-12-31T23:59", "2026-02-30T12:00:00Z", f"{NIGHT} ", 20261231])
def test_what_has_no_zone_or_does_not_exist_is_no_date(text):
    assert not is_date(text)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(("ar", "en", "hi", "ja", "ru", "zh-Hans")))
def test_every_date_can_be_written(moment, language):
    field = {"value": moment.isoformat(), "dateStyle": FULL, "timeStyle": FULL}
    assert is_date(moment.isoformat())
    assert written(field, customs(language)) != field["value"]


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False), st.sampled_from((DECIMAL, PERCENT)))
def test_every_number_can_be_written(number, style):
    assert written({"value": number, "numberStyle": style}, customs("ru"))
    assert written({"value": number, "currencyCode": "RUB"}, customs("ru"))
