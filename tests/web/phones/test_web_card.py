"""The web card: what stands on it, what it asks, and what it lets nobody do."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.conftest import TEMPLATES
from wallet_service.cards.design import CardState, compose
from wallet_service.cards.faces import style_of
from wallet_service.cards.numerals import locale_of
from wallet_service.cards.templates import parse_template, read_template
from wallet_service.wallets.looks import Part, look_of
from wallet_service.wallets.seam import CardFace
from wallet_service.web.http import Answer
from wallet_service.web.phones.link_pages import Button
from wallet_service.web.phones.link_words import words_for
from wallet_service.web.phones.web_card import WebCard, address_of, draw, tell, unchanged

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
PATH = "/c/card_1.1-token"
SHIPPED = [
    (folder.stem, language) for folder in sorted(TEMPLATES.glob("*.pkpasstemplate")) for language in ("en", "ru")
]


def face_of(name: str = "burger-heroes", language: str = "en", **member: Any) -> CardFace:
    """The sample member's card."""
    template = parse_template(read_template(TEMPLATES / f"{name}.pkpasstemplate"))
    holder = replace(template.sample, language=language, **member)
    state = CardState("card_1", "pass.example", "tv", 1, 1, NOW, 1, False, holder)
    return compose(style_of(template, "tv", language), state)


def card_of(face: CardFace, **more: Any) -> WebCard:
    """Its web card."""
    language = face.design.language
    look = look_of(face, locale_of(language), NOW)
    words = words_for(None, language)
    card = WebCard(look, language, face.design.files, words, PATH, NOW, "", [Button("/save", "Save it", "")])
    return replace(card, **more)


def with_document(face: CardFace, **changed: Any) -> CardFace:
    """The card in a design whose pass.json says something else."""
    document: Mapping[str, Any] = {**face.design.pass_json, **changed}
    return replace(face, design=replace(face.design, pass_json=document))


def html(answer: Answer) -> str:
    """The page."""
    return answer.pieces[0].decode()


@pytest.mark.parametrize(("name", "language"), SHIPPED)
def test_the_page_is_one_answer_of_less_than_thirty_kilobytes(name: str, language: str) -> None:
    card = card_of(face_of(name, language), push_key="B" * 87)
    content = draw(card).pieces[0]

    loaded = re.findall(rb'(?:src|<link[^>]*href)="([^"]*)"', content)

    assert len(content) < 30_000
    assert {address.partition(b":")[0] for address in loaded if not address.startswith(PATH.encode())} == {b"data"}
    assert b"url(" not in content
    assert b"@import" not in content


def test_the_back_says_what_expires_next_in_the_members_language() -> None:
    page = html(draw(card_of(face_of("beauty-atelier", "ru", expiring_points=1, expires_on=date(2028, 2, 29)))))

    assert "1 бонус" in page
    assert "29 февраля 2028" in page


def test_the_front_and_the_back_say_what_the_pass_says_in_the_members_language() -> None:
    page = html(draw(card_of(face_of(language="ru", name="burger-heroes"))))

    for said in ("БАЛЛЫ", "1\xa0250", "Anna Petrova", "BH-100045", "Ваш баланс", "1\xa0250 баллов: каждый балл"):
        assert said in page


def test_a_text_of_a_member_is_only_text() -> None:
    page = html(draw(card_of(face_of(first_name="<script>alert(1)</script>", name="burger-heroes"))))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_policy_allows_our_script_and_style_and_no_other() -> None:
    answer = draw(card_of(face_of()))
    policy = dict(answer.fields)[b"content-security-policy"].decode()
    page = html(answer)

    inside = {kind: re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL) for kind in ("script", "style")}

    for kind, (text,) in inside.items():
        seal = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{seal}';" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"\s(on\w+|style)=", page)


def test_links_on_the_back_lead_somewhere_and_tell_nobody_from_where() -> None:
    page = html(draw(card_of(face_of())))

    leading = dict(re.findall(r'<a rel="noopener noreferrer nofollow" href="([^"]*)">([^<]*)</a>', page))

    assert leading == {
        "tel:+442079460101": "+44 20 7946 0101",
        "mailto:help@burger-heroes.example": "help@burger-heroes.example",
        "https://burger-heroes.example": "https://burger-heroes.example",
    }


@pytest.mark.parametrize(
    ("target", "address"),
    [("mailto:a@b.example", "mailto:a@b.example"), ("tel:112", "tel:112"), ("8 (800) 555-35-35", "tel:88005553535")],
)
def test_a_target_keeps_its_scheme_or_gets_one(target: str, address: str) -> None:
    assert address_of(Part(target, target)) == address


def test_a_code_that_we_do_not_draw_is_spelt() -> None:
    code = {"format": "PKBarcodeFormatPDF417", "message": "4600 1234", "messageEncoding": "iso-8859-1"}
    page = html(draw(card_of(with_document(face_of(), barcodes=[code]))))

    assert "<small>PDF417</small> 4600 1234" in page
    assert "<svg" not in page


def test_a_code_that_we_draw_comes_before_one_that_we_spell() -> None:
    spelt = {"format": "PKBarcodeFormatPDF417", "message": "4600", "messageEncoding": "iso-8859-1"}
    drawn = spelt | {"format": "PKBarcodeFormatQR"}

    assert "<svg" in html(draw(card_of(with_document(face_of(), barcodes=[spelt, drawn]))))


def test_a_card_without_a_code_a_logo_or_a_style_is_a_page_all_the_same() -> None:
    face = with_document(face_of(), barcodes=[])
    bare = {key: part for key, part in face.design.pass_json.items() if key not in {"storeCard", "posterGeneric"}}
    face = replace(face, design=replace(face.design, pass_json=bare, files={}))
    page = html(draw(card_of(face)))

    assert "<strong>Burger Heroes</strong>" in page
    assert "<figure>" not in page
    assert '<link rel="icon" href="data:,">' in page


def test_a_withdrawn_card_is_grey() -> None:
    assert 'class="card lapsed"' in html(draw(card_of(replace(face_of(), voided=True))))


def test_a_button_is_a_text_or_the_picture_that_an_operator_placed() -> None:
    plain, pictured = Button("/save", "Save it", ""), Button("/save", "Save it", "/c/x/apple-en.svg")

    pages = [html(draw(card_of(face_of(), buttons=[button]))) for button in (plain, pictured)]

    assert ">Save it</a>" in pages[0]
    assert '<img src="/c/x/apple-en.svg" alt="Save it" height="48">' in pages[1]


def test_the_button_for_notifications_is_there_only_with_a_key() -> None:
    assert 'id="push"' not in html(draw(card_of(face_of())))
    assert 'data-key="BKey"' in html(draw(card_of(face_of(), push_key="BKey")))


def test_a_new_balance_is_told_as_texts_in_the_order_of_the_page() -> None:
    before, after = (card_of(face_of(balance=balance)) for balance in (1250, 1251))
    news = orjson.loads(tell(after).pieces[0])

    shown = re.findall(r"<dd data-live>(.*?)</dd>", html(draw(after)), re.DOTALL)

    assert news["texts"] == shown
    assert news["texts"][0] == "1,251"
    assert news["rest"] == before.rest


@pytest.mark.parametrize(
    "changed",
    [
        {"backgroundColor": "rgb(0, 0, 0)"},
        {"organizationName": "Others"},
        {"barcodes": []},
        {"storeCard": {"headerFields": [{"key": "balance", "label": "Bonus", "value": "{balance}"}]}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_the_page_cannot_change_by_itself_makes_it_load_anew(changed: dict[str, Any]) -> None:
    assert card_of(with_document(face_of(), **changed)).rest != card_of(face_of()).rest


def test_the_mark_of_a_card_changes_with_whatever_it_shows() -> None:
    others = [face_of(balance=7), with_document(face_of(), organizationName="Others")]

    assert len({card_of(face).mark for face in (face_of(), face_of(), *others)}) == 3


def test_a_card_that_expires_while_it_is_looked_at_has_another_mark() -> None:
    face = with_document(face_of(), expirationDate=NOW.isoformat())
    before, after = (look_of(face, locale_of("en"), NOW - timedelta(seconds=ago)) for ago in (1, 0))

    assert (before.lapsed, after.lapsed) == (False, True)
    assert card_of(face, look=before).mark != card_of(face, look=after).mark


@pytest.mark.parametrize(
    ("condition", "status"),
    [('"m1"', 304), ('W/"m1"', 304), ('"m0", "m1"', 304), ('"m2"', None), ("m1", None), ("", None), (None, None)],
)
def test_a_page_that_is_up_to_date_hears_so(condition: str | None, status: int | None) -> None:
    answer = unchanged("m1", condition)

    assert (answer and answer.status) == status


def test_scripts_are_named_nowhere_but_in_the_folder_of_pages() -> None:
    pages = Path(__file__).parents[3] / "wallet_service/web/phones/pages"

    assert "{" + "{" not in (pages / "card.js").read_text() + (pages / "worker.js").read_text()
