"""What the owner of a simulated phone reads: the front of a card, and the lock screen when the card changes."""

from typing import Any

import pytest

from tests.simulators.pass_press import NOW, press, store_card
from wallet_service.simulators.installed_pass import InstalledPass, notification, shown
from wallet_service.simulators.pass_reader import read_pass


def card(**changes: Any) -> InstalledPass:
    return read_pass(press(**changes), roots=None, now=NOW)


def front(*fields: dict[str, Any]) -> InstalledPass:
    return card(storeCard={"headerFields": list(fields)})


def test_the_front_reads_from_top_to_bottom():
    assert card().face() == "Burger Heroes\nPoints: 300\nAnna\nTier: Gold\n[M-1]"


def test_fields_of_one_row_stand_side_by_side():
    fields = [{"key": "a", "label": "Tier", "value": "Gold"}, {"key": "b", "value": 7}]
    assert card(storeCard={"auxiliaryFields": fields}, barcodes=None).face() == "Burger Heroes\nTier: Gold · 7"


def test_the_logo_text_stands_for_the_name_and_a_void_card_says_so():
    assert card(logoText="BH", voided=True).face().startswith("BH (no longer valid)\n")


def test_a_barcode_without_text_is_not_read():
    code = {"format": "PKBarcodeFormatQR", "message": "1", "messageEncoding": "iso-8859-1"}
    assert card(barcodes=[code]).face().endswith("Tier: Gold")
    assert card(barcodes=[]).face().endswith("Tier: Gold")


def test_a_field_is_found_by_its_key_on_front_and_back():
    both = card(storeCard={**store_card(), "backFields": [{"key": "rules", "value": "Be kind"}]})
    assert both.field("balance")["value"] == 300
    assert both.field("rules")["value"] == "Be kind"
    with pytest.raises(KeyError):
        both.field("news")


def test_the_poster_adds_its_fields_and_repeats_none():
    poster = {"headerFields": [{"key": "balance", "value": 0}], "footerFields": [{"key": "poster", "value": "new"}]}
    both = card(posterGeneric=poster)
    assert both.field("balance")["value"] == 300
    assert both.field("poster")["value"] == "new"
    assert "new" not in both.face()
    assert card(storeCard=None, posterGeneric=poster).face() == "Burger Heroes\n0\nnew\n[M-1]"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"value": "Anna"}, "Anna"),
        ({"value": 1200}, "1200"),
        ({"value": 12.5, "currencyCode": "EUR"}, "12.50 EUR"),
        ({"value": 0.15, "numberStyle": "PKNumberStylePercent"}, "15%"),
        ({"value": 1200, "numberStyle": "PKNumberStyleDecimal"}, "1,200"),
        ({"value": 1200, "numberStyle": "PKNumberStyleScientific"}, "1.200000E+03"),
        ({"value": 1200, "numberStyle": "PKNumberStyleSpellOut"}, "1200"),
        ({"value": "2026-11-22T10:00Z", "dateStyle": "PKDateStyleShort"}, "2026-11-22T10:00Z"),
    ],
)
def test_a_value_is_shown_in_its_style(field: dict[str, Any], text: str):
    assert shown(field) == text


BALANCE = {"key": "balance", "value": 300, "changeMessage": "Now %@ points"}
NEWS = {"key": "news", "value": "Hello", "changeMessage": "%@"}


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ([BALANCE], [BALANCE | {"value": 450}], "Now 450 points"),
        ([NEWS], [NEWS | {"value": "Bye"}], "Bye"),
        ([BALANCE], [BALANCE], None),
        ([BALANCE], [{"key": "balance", "value": 450}], None),
        ([{"key": "balance", "value": 300}], [BALANCE | {"value": 450}], "Now 450 points"),
        ([BALANCE], [BALANCE, NEWS], None),
        ([BALANCE, NEWS], [BALANCE], None),
        ([BALANCE], [BALANCE | {"value": 450, "changeMessage": "Changed"}], "Burger Heroes: your card has changed"),
        (
            [BALANCE, NEWS],
            [BALANCE | {"value": 450}, NEWS | {"value": "Bye"}],
            "Burger Heroes: your card has changed",
        ),
    ],
    ids=[
        "a value changed",
        "the value is the message",
        "nothing changed",
        "the message is gone",
        "the message is new",
        "a new field",
        "a field is gone",
        "a message without the value",
        "two at once",
    ],
)
def test_the_lock_screen_speaks_when_one_announcing_value_changed(
    before: list[dict[str, Any]], after: list[dict[str, Any]], text: str | None
):
    assert notification(front(*before), front(*after)) == text
