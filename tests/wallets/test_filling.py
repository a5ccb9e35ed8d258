"""What a card shows of a design: holes filled, fields without anything to say left out, one field that may announce."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.apple.fields import Stencils
from wallet_service.wallets.apple.preview import from_face
from wallet_service.wallets.filling import optional_texts, shown_by
from wallet_service.wallets.seam import CardFace, Design, Hole, Text

TIER, OFFERS, BALANCE = Text((Hole("tier"),)), Text((Hole("offers"), "\n", Hole("more"))), Text((Hole("balance"),))
DOCUMENT = {
    "description": "Card",
    "storeCard": {
        "headerFields": [{"key": "balance", "value": BALANCE, "changeMessage": "Now %@"}],
        "secondaryFields": [
            {"key": "tier", "label": "LEVEL", "value": TIER, "changeMessage": "You are %@"},
            {"key": "hello", "value": Text(("Dear ", Hole("tier")))},
        ],
        "backFields": [{"key": "offers", "label": "Offers", "value": OFFERS}, {"key": "plain", "value": ""}],
    },
    "barcodes": [{"format": "PKBarcodeFormatQR", "message": TIER}],
}
FACE = CardFace(
    Design("tpl/en", "en", DOCUMENT, {}),
    {"balance": 0, "tier": "Gold", "offers": "Tea", "more": ""},
    "card_1",
    "pass.a",
    1,
    datetime(2026, 1, 1, tzinfo=UTC),
    1,
    voided=False,
)
IDENTITY = {"serialNumber": "card_1"}


def keys(face: CardFace) -> list[str]:
    return [field["key"] for slot in shown_by(face)["storeCard"].values() for field in slot]


def speaking(face: CardFace) -> list[str]:
    slots = shown_by(face)["storeCard"].values()
    return [field["key"] for slot in slots for field in slot if "changeMessage" in field]


def saying(**values: str | int) -> CardFace:
    return replace(FACE, values={**FACE.values, **values})


def test_a_field_that_says_nothing_is_left_out():
    assert keys(FACE) == ["balance", "tier", "hello", "offers", "plain"]
    assert keys(saying(tier="")) == ["balance", "hello", "offers", "plain"]
    assert keys(saying(offers="")) == ["balance", "tier", "hello", "plain"]
    assert keys(saying(offers="", more="Cake")) == keys(FACE)


def test_what_has_words_of_its_own_or_is_no_field_stays():
    bare = shown_by(saying(tier=""))
    assert bare["storeCard"]["secondaryFields"] == [{"key": "hello", "value": "Dear "}]
    assert bare["barcodes"] == [{"format": "PKBarcodeFormatQR", "message": ""}]


def test_a_number_says_something_even_if_it_is_zero():
    assert BALANCE in optional_texts(DOCUMENT)
    assert "balance" in keys(FACE)


def test_only_the_announcing_field_has_a_change_message():
    assert speaking(FACE) == []
    assert speaking(replace(FACE, announces="tier")) == ["tier"]
    assert speaking(replace(FACE, announces="balance")) == ["balance"]
    assert speaking(replace(FACE, announces="elsewhere")) == []


def test_a_preview_shows_what_the_phone_does():
    face = replace(saying(tier=""), announces="balance")
    document: Any = from_face(face).document
    assert document["storeCard"] == json.loads(json.dumps(shown_by(face)["storeCard"]))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "Gold"]), st.sampled_from(["", "Tea"]), st.sampled_from(["", "tier", "balance"])
        ),
        max_size=8,
    )
)
def test_a_pass_is_the_same_whichever_passes_were_made_of_its_design_before(cards: list[tuple[str, str, str]]):
    stencils = Stencils.of(DOCUMENT)
    for tier, offers, announces in cards:
        face = replace(saying(tier=tier, offers=offers), announces=announces)
        assert json.loads(stencils.fill(face, IDENTITY)) == {**IDENTITY, **shown_by(face)}


def test_a_pass_is_made_of_any_choice_of_fields():
    for tier, offers, announces in product(("", "Gold"), ("", "Tea"), ("", "tier")):
        face = replace(saying(tier=tier, offers=offers), announces=announces)
        assert json.loads(Stencils.of(DOCUMENT).fill(face, IDENTITY)) == {**IDENTITY, **shown_by(face)}
