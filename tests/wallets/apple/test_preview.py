"""The preview of a card: what it shows is what a phone shows, and nothing in a pass can break out of the page."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wallets.apple.checks.good_pass import Recipe, png, strings, zipped
from tests.wallets.apple.checks.throwaway_pki import NOW
from wallet_service.wallets.apple.preview import Subject, from_file, from_template, page, view
from wallet_service.wallets.apple.preview.subject import PassUnreadable, Picture
from wallet_service.wallets.apple.preview.view import Front, View

MOMENT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
ENGLISH = Locale("en")
LISTS = st.lists(
    st.dictionaries(st.sampled_from(["key", "value", "label", "changeMessage", "currencyCode"]), st.text())
)


def taken(recipe: Recipe, language: str | None = None) -> Subject:
    """The subject in this pass."""
    return from_file(recipe.cooked(), name="card.pkpass", language=language, now=NOW, development=True)


def seen(change: Callable[[dict[str, Any]], object] = len, language: str = "en") -> View:
    """What a phone shows of the good pass after a change to it."""
    recipe = Recipe()
    change(recipe.document)
    return view(taken(recipe, language), Locale(language), MOMENT)


def fronts(shown: View) -> tuple[Front, Front]:
    """The classic front and the poster."""
    assert shown.classic is not None
    assert shown.poster is not None
    return shown.classic, shown.poster


def parsed(html: str) -> ET.Element:
    """A page, read as XML is: strictly."""
    return ET.fromstring(html.split("<!DOCTYPE html>")[1])  # noqa: S314 - our own page, and strictness is the point


def texts(html: str) -> list[str]:
    """Every text of a page, in order."""
    return [text.strip() for text in parsed(html).itertext()]


def test_a_row_shows_what_it_has_room_for_and_the_rest_is_listed_behind():
    many = [{"key": f"field{number}", "value": f"value {number}"} for number in range(6)]
    shown = seen(lambda document: document["posterGeneric"].update(primaryFields=many))
    _, poster = fronts(shown)
    assert [field.text for field in poster.rows["primary"]] == [f"value {number}" for number in range(4)]
    assert [field.text for field in shown.back] == ["value 4", "value 5"]


def test_each_phone_draws_the_first_barcode_it_knows():
    classic, poster = (front.barcode for front in fronts(seen()))
    assert classic
    assert poster
    assert (classic.form, poster.form) == ("QR", "EAN13")
    assert "<svg" in classic.svg


@pytest.mark.parametrize(("message", "encoding"), [("x" * 5000, "utf-8"), ("Привет", "iso-8859-1"), ("x", "idna")])
def test_a_code_that_cannot_be_drawn_is_told_by_its_name(message, encoding):
    code = {"format": "PKBarcodeFormatQR", "message": message, "messageEncoding": encoding}
    html = page(seen(lambda document: document.update(barcodes=[code])))
    assert "<svg" not in html
    assert message in texts(html)


def test_the_announcing_field_says_its_value_in_the_language_of_the_phone():
    assert seen().notification == "Your balance is now 1250"
    assert seen(language="ru").notification == "Ваш баланс: 1250"


def test_several_announcing_fields_are_told_as_one_vague_change():
    message = {"changeMessage": "Now %@"}
    shown = seen(lambda document: document["posterGeneric"]["primaryFields"][0].update(message))
    assert shown.notification == "Store card changed"


def test_without_a_change_message_the_lock_screen_stays_silent():
    shown = seen(lambda document: document["posterGeneric"]["headerFields"][0].pop("changeMessage"))
    assert shown.notification is None
    assert "No field has a change message: updates stay silent." in texts(page(shown))


@pytest.mark.parametrize(("key", "value"), [("voided", True), ("expirationDate", "2026-11-22T10:30Z")])
def test_a_card_no_longer_valid_is_grey(key, value):
    assert not seen().lapsed
    assert seen(lambda document: document.update({key: value})).lapsed


def test_a_pass_is_read_in_the_language_asked_for_and_numbers_even_without_a_translation():
    assert (taken(Recipe()).language, taken(Recipe(), "ru-RU").language) == ("en", "ru-RU")
    labels = {language: fronts(seen(language=language))[1].rows["header"][0].label for language in ("en", "ru", "de")}
    assert labels == {"en": "Balance", "ru": "Баланс", "de": "BALANCE"}


def test_of_each_image_the_sharpest_is_taken_and_the_root_wins_over_a_language():
    recipe = Recipe()
    recipe.files |= {"ru.lproj/strip@3x.png": png(1125, 432, 9), "ru.lproj/thumbnail@2x.png": png(180, 180, 9)}
    images = taken(recipe, "ru").images
    assert images["strip"] == Picture(recipe.files["strip@3x.png"], 1125, 432)
    assert images["thumbnail"] == Picture(recipe.files["ru.lproj/thumbnail@2x.png"], 180, 180)
    assert "thumbnail" not in taken(recipe, "en").images


def test_only_pngs_of_a_sane_size_are_shown():
    files = {"logo.png": b"<svg onload='alert(1)'/>", "strip.png": png(4097, 1), "icon.png": png(38, 38)}
    subject = from_template({}, files, name="poor", language="en")
    assert subject.images == {"icon": Picture(files["icon.png"], 38, 38)}


def test_the_page_asks_nobody_for_anything_and_allows_only_its_own_style():
    html = page(seen())
    assert not re.search(r"\b(src|href|action|srcset|style|on\w+)\s*=", html)
    assert set(re.findall(r"url\((.{11})", html)) == {'"data:image'}
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"content=\"default-src 'none'; style-src 'sha256-{seal}'; img-src data:;" in html


ELEMENTS = {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "figure", "figcaption"} | {
    *("article", "div", "span", "p", "b", "i", "h1", "h2", "h3", "ul", "li", "svg", "path")
}
"""What the page is made of."""

HOSTILE = "\"><script>alert(1)</script>'</style>{{ 7 * 7 }}\x00\ud800\u202e"


def test_hostile_texts_stay_texts():
    recipe = Recipe()
    for key in ("organizationName", "description", "logoText"):
        recipe.document[key] = HOSTILE
    field = {"key": HOSTILE, "label": HOSTILE, "value": HOSTILE, "changeMessage": f"{HOSTILE}%@"}
    link = {"key": "link", "value": "x", "attributedValue": f"<a href='https://x/{HOSTILE}'>{HOSTILE}</a><script>x"}
    recipe.document["posterGeneric"] = {"headerFields": [field], "backFields": [link], "footerFields": [field]}
    recipe.document["barcodes"][1]["altText"] = HOSTILE
    html = page(view(taken(recipe), ENGLISH, MOMENT))
    said = HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert texts(html).count(said) >= 10
    assert {element.tag for element in parsed(html).iter()} == ELEMENTS
    assert html.encode().decode() == html


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"<html>please log in</html>", "not a readable zip"),
        (zipped({"icon.png": b""}), "missing"),
        (zipped({"pass.json": b"{,}"}), "not strict JSON"),
    ],
)
def test_what_is_no_pass_is_refused_with_the_reason(file, reason):
    with pytest.raises(PassUnreadable, match=reason):
        from_file(file, name="card.pkpass", language=None, now=NOW, development=True)


def test_a_pass_of_a_style_or_language_unknown_is_shown_as_far_as_it_goes():
    bare = page(view(from_template({}, {}, name="bare", language="fi"), Locale("fi"), MOMENT))
    assert "bare" in texts(bare)
    recipe = Recipe(files={"xx.lproj/pass.strings": strings({"BALANCE": "?"})})
    assert taken(recipe).language == "xx"


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["headerFields", "primaryFields", "backFields", "footerFields"]), LISTS),
    st.dictionaries(st.sampled_from(["organizationName", "logoText", "backgroundColor", "expirationDate"]), st.text()),
)
def test_whatever_a_pass_says_there_is_a_page_and_it_is_well_formed(slots, document):
    subject = from_template({**document, "storeCard": slots, "posterGeneric": slots}, {}, name="any", language="en")
    assert texts(page(view(subject, ENGLISH, MOMENT)))
