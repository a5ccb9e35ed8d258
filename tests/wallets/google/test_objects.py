"""From a card's face to Google's object."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cards.template_maker import RUSSIAN, tea
from tests.wallets.google.tea_cards import (
    ISSUER,
    account,
    back,
    class_of,
    faces,
    google,
    header,
    object_of,
    style_of,
    top,
)
from wallet_service.cards.placeholders import Holder
from wallet_service.cards.sample import sample_face
from wallet_service.cards.templates import fillers, parse_template
from wallet_service.wallets.google.card_class import class_id, object_id
from wallet_service.wallets.google.objects import full_object, message_payload, object_payload
from wallet_service.wallets.google.rules import check


def test_the_object_says_what_is_the_members_own():
    assert object_of(tea(), 1) == {
        "id": f"{ISSUER}.card_01k00000000000000000000000",
        "classId": f"{ISSUER}.tiny-tea-1",
        "state": "ACTIVE",
        "loyaltyPoints": {"label": "ЛИСТЬЯ", "balance": {"int": 1250}},
        "barcode": {
            "type": "QR_CODE",
            "value": "card_01k00000000000000000000000",
            "renderEncoding": "UTF_8",
        },
    }


def test_a_withdrawn_card_is_inactive():
    assert object_of(tea(), voided=True)["state"] == "INACTIVE"


def test_a_text_with_placeholders_in_any_language_is_the_objects():
    source = tea(back(how="Hello"), russian=RUSSIAN + '"Hello" = "Привет, {first_name}";')
    assert "textModulesData" not in class_of(source)
    assert object_of(source)["textModulesData"] == [{"id": "how", "header": "How", "body": "Hello"}]
    assert object_of(source, 1)["textModulesData"] == [{"id": "how", "header": "How", "body": "Привет, Anna"}]


def test_a_text_that_says_nothing_is_not_sent():
    source = tea(back(empty="{external_id}", note=""))
    cards = faces(source)
    silent = replace(cards[0], values={**cards[0].values, "external_id": ""})
    assert "textModulesData" not in object_payload(style_of(cards), silent)
    assert "textModulesData" not in class_of(source)


def test_an_address_of_its_own_in_a_language_is_the_objects():
    source = tea(russian=RUSSIAN + '"+44 20 7946 0101" = "+7 495 555 01 01";')
    assert "linksModuleData" not in class_of(source)
    uris = [object_of(source, language)["linksModuleData"]["uris"] for language in (0, 1)]
    assert uris[0] == [{"id": "phone", "uri": "tel:+442079460101", "description": "Call"}]
    assert uris[1] == [{"id": "phone", "uri": "tel:+74955550101", "description": "Позвоните"}]


def test_what_stands_on_the_front_is_not_said_again_below():
    source = tea(account(member="{name}", number="{external_id}", seat="{member_id}"))
    found = object_of(source)
    assert (found["accountName"], found["accountId"]) == ("Anna Petrova", "TT-7")
    assert [text["id"] for text in found["textModulesData"]] == ["seat"]
    assert (class_of(source)["accountNameLabel"], class_of(source)["accountIdLabel"]) == ("MEMBER", "NUMBER")


def test_a_balance_below_the_front_is_not_said_again():
    def move(document):
        document["storeCard"]["secondaryFields"] = document["storeCard"].pop("headerFields")

    assert object_of(tea(move))["loyaltyPoints"]["balance"] == {"int": 1250}
    assert "textModulesData" not in object_of(tea(move))


@pytest.mark.parametrize(
    ("balance", "sent"),
    [(2**31 - 1, {"int": 2**31 - 1}), (2**31, {"string": "2147483648"}), (-(2**31) - 1, {"string": "-2147483649"})],
)
def test_a_balance_beyond_32_bits_is_sent_as_text(balance, sent):
    cards = faces(tea())
    rich = replace(cards[0], values={**cards[0].values, "balance": balance})
    assert object_payload(style_of(cards), rich)["loyaltyPoints"]["balance"] == sent


def test_a_balance_in_words_is_sent_in_words():
    source = tea(header(value="{balance|points} left"))
    assert object_of(source)["loyaltyPoints"]["balance"] == {"string": "1,250 leaves left"}


def test_a_card_without_a_balance_has_no_points():
    assert "loyaltyPoints" not in object_of(tea(sheet=google('balance = "nothing"')))
    assert "loyaltyPoints" not in object_of(tea(header(value="")))


@pytest.mark.parametrize(
    ("barcodes", "kind"),
    [
        ([{"format": "PKBarcodeFormatPDF417", "message": "1"}], "PDF_417"),
        (
            [{"format": "PKBarcodeFormatI2of5", "message": "12"}, {"format": "PKBarcodeFormatQR", "message": "1"}],
            "QR_CODE",
        ),
        (
            ["code", {"format": "PKBarcodeFormatQR", "message": 7}, {"format": "PKBarcodeFormatAztec", "message": "1"}],
            "AZTEC",
        ),
    ],
)
def test_the_first_code_that_google_can_draw_is_sent(barcodes, kind):
    assert object_of(tea(top(barcodes=barcodes)))["barcode"]["type"] == kind


@pytest.mark.parametrize("barcodes", [None, [], [{"format": "PKBarcodeFormatQR", "message": ""}]])
def test_a_card_without_a_code_has_none(barcodes):
    assert "barcode" not in object_of(tea(top(barcodes=barcodes)))


def test_texts_are_cut_to_what_is_shown():
    sheet = google('programme = "The Extraordinary Tea Society"\npoints_label = "TEA LEAVES"')
    assert class_of(tea(sheet=sheet))["programName"] == "The Extraordinary T…"
    assert object_of(tea(sheet=sheet))["loyaltyPoints"]["label"] == "TEA LEAV…"
    cards = faces(tea(sheet=sheet))
    assert full_object(style_of(cards), cards[0])["loyaltyPoints"]["label"] == "TEA LEAVES"


def test_a_message_notifies_only_when_asked():
    quiet, loud = (message_payload("m1", "Hello", "Tea time", notify=notify) for notify in (False, True))
    assert (quiet["messageType"], loud["messageType"]) == ("TEXT", "TEXT_AND_NOTIFY")
    assert check("Message", quiet) == check("Message", loud) == []


@given(st.text(), st.integers(min_value=1))
def test_ids_are_ids_whatever_they_are_made_of(text, family):
    found = {"id": object_id(ISSUER, f"c{text}"), "classId": class_id(ISSUER, text, family), "state": "ACTIVE"}
    assert check("LoyaltyObject", found) == []


TEMPLATE = parse_template(
    tea(account(member="{name}", number="{external_id}", note="{first_name|or:You} of {brand}: {balance|points}"))
)
HOLDERS = st.builds(
    Holder,
    first_name=st.text(),
    name=st.text(max_size=300),
    balance=st.integers(),
    external_id=st.text(max_size=100),
    member_id=st.just("mem_1"),
    card_id=st.just("card_1"),
    programme=st.text(),
    brand=st.text(max_size=900),
    language=st.sampled_from(TEMPLATE.languages),
)


@given(HOLDERS, st.booleans())
def test_google_takes_every_members_card(holder, voided):
    cards = [sample_face(TEMPLATE, language) for language in TEMPLATE.languages]
    face = cards[TEMPLATE.languages.index(holder.language)]
    values = {name: fill(holder) for name, fill in fillers(TEMPLATE, face.design).items()}
    payload = object_payload(style_of(cards), replace(face, values=values, voided=voided))
    found = check("LoyaltyObject", payload)
    assert [finding for finding in found if finding.where != "loyaltyPoints.balance.string"] == []
    assert payload["state"] == ("INACTIVE" if voided else "ACTIVE")
    balance = payload["loyaltyPoints"]["balance"]
    assert int(balance.get("int", balance.get("string"))) == holder.balance
