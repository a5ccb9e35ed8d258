"""Texts of Google's are written as Apple's phones write the same fields, each language in its own way."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.cards.template_maker import RUSSIAN, tea
from tests.wallets.google.tea_cards import class_of, faces, header, object_of, style_of
from wallet_service.wallets.google.objects import object_payload
from wallet_service.wallets.google.rules import check

NIGHT = "2026-12-31T23:59:59+03:00"
EUROS = {"value": "{balance}", "currencyCode": "EUR"}


def behind(**form: Any):
    """Adds one field to the back."""
    return lambda document: document["storeCard"]["backFields"].append({"key": "it", "label": "It", **form})


def in_words(payload: Mapping[str, Any]) -> list[str]:
    """What the text module says, in its first language and then in the others."""
    (text,) = payload["textModulesData"]
    others = text.get("localizedBody", {}).get("translatedValues", ())
    return [text["body"], *(other["value"] for other in others)]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"value": NIGHT, "dateStyle": "PKDateStyleLong"}, ["December 31, 2026", "31 декабря 2026\u202fг."]),
        ({"value": NIGHT, "timeStyle": "PKDateStyleShort"}, ["11:59\u202fPM", "23:59"]),
        ({"value": NIGHT, "isRelative": True}, ["Dec 31, 2026", "31 дек. 2026\u202fг."]),
        ({"value": 1500, "currencyCode": "RUB"}, ["RUB1,500.00", "1\xa0500,00\xa0₽"]),
        ({"value": 0.07, "numberStyle": "PKNumberStylePercent"}, ["7%", "7\xa0%"]),
        ({"value": 1250.5, "numberStyle": "PKNumberStyleDecimal"}, ["1,250.5", "1\xa0250,5"]),
        ({"value": NIGHT}, [NIGHT]),
        ({"value": 1994}, ["1994"]),
    ],
)
def test_the_class_says_a_field_in_every_language_as_it_is_written_there(form, said):
    found = class_of(tea(behind(**form)))
    assert in_words(found) == said
    assert check("LoyaltyClass", found) == []


@pytest.mark.parametrize(("language", "said"), [(0, "€1,250.00"), (1, "1\xa0250,00\xa0€")])
def test_the_object_says_a_field_as_it_is_written_in_the_members_language(language, said):
    assert in_words(object_of(tea(behind(**EUROS)), language)) == [said]


def test_a_date_may_be_another_in_another_language():
    source = tea(
        behind(value=NIGHT, dateStyle="PKDateStyleShort"), russian=f'{RUSSIAN}"{NIGHT}" = "2027-01-07T00:00Z";'
    )
    assert in_words(class_of(source)) == ["12/31/26", "07.01.2027"]


def points(balance: int, **form: Any):
    """What Google is sent of a balance that is written in this form."""
    cards = faces(tea(header(**form)))
    payload = object_payload(style_of(cards), replace(cards[1], values={**cards[1].values, "balance": balance}))
    found = [finding for finding in check("LoyaltyObject", payload) if finding.where != "loyaltyPoints.balance.string"]
    assert found == []
    return payload["loyaltyPoints"]["balance"]


@pytest.mark.parametrize(
    ("balance", "form", "sent"),
    [
        (1250, {"value": "{balance}"}, {"int": 1250}),
        (1250, {"value": "{balance}", "numberStyle": "PKNumberStyleDecimal"}, {"int": 1250}),
        (1250, EUROS, {"money": {"micros": "1250000000", "currencyCode": "EUR"}}),
        (0, EUROS, {"money": {"micros": "0", "currencyCode": "EUR"}}),
        (-5, EUROS, {"money": {"micros": "-5000000", "currencyCode": "EUR"}}),
        (9223372036854, EUROS, {"money": {"micros": "9223372036854000000", "currencyCode": "EUR"}}),
        (9223372036855, EUROS, {"string": "9\xa0223\xa0372\xa0036\xa0855,00\xa0€"}),
        (2**31, {"value": "{balance}", "numberStyle": "PKNumberStyleDecimal"}, {"string": "2\xa0147\xa0483\xa0648"}),
        (2, {"value": "{balance}", "numberStyle": "PKNumberStylePercent"}, {"string": "200\xa0%"}),
    ],
)
def test_a_balance_is_of_the_kind_that_google_writes_as_the_field_asks(balance, form, sent):
    assert points(balance, **form) == sent


def test_a_date_in_place_of_the_balance_is_written():
    found = object_of(tea(header(value=NIGHT, dateStyle="PKDateStyleShort")))
    assert found["loyaltyPoints"]["balance"] == {"string": "12/31/26"}


@pytest.mark.parametrize("junk", [5, [], {}, None, "{name}"])
def test_a_form_that_no_phone_knows_keeps_nobody_from_seeing_what_is_wrong(junk):
    form = dict.fromkeys(("dateStyle", "timeStyle", "numberStyle", "currencyCode"), junk)
    assert in_words(class_of(tea(behind(value=1994, **form)))) == ["1994"]
    assert points(1250, value="{balance}", currencyCode=junk) == {"int": 1250}
