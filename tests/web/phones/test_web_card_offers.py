"""The personal offers on a web card: what they bring, until when, and the code for the till."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.conftest import Site
from tests.people import ANNA, Brand
from tests.web.phones.scene import issue
from tests.web.phones.test_web_card import card_of, face_of, html
from wallet_service.loyalty.offers.offers import Offer
from wallet_service.loyalty.offers.offers_given import PersonalOffer
from wallet_service.web.phones.link_words import words_for
from wallet_service.web.phones.web_card import draw
from wallet_service.web.phones.web_card_offers import benefit_text, web_offer

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
COFFEE: Mapping[str, Any] = {
    "title": {"en": "A coffee <on us>", "ru": "Кофе в подарок"},
    "description": {"en": "Of any size"},
    "benefit": {"percent": 12.5},
}


def held(document: Mapping[str, Any], until: date | None = date(2026, 11, 16)) -> PersonalOffer:
    """An offer that a member holds."""
    offer = Offer("off_1", "brand_1", "prog_1", "free-coffee", document, 0, NOW, None)
    return PersonalOffer(offer, "mem_1", "7KQM2XWPR4", "open", NOW, None, until, currency="EUR")


@pytest.mark.parametrize(
    ("benefit", "language", "said"),
    [
        ({"percent": 15}, "en", "\u221215%"),
        ({"percent": 12.5, "most": 500}, "de", "\u221212,5\xa0%"),
        ({"amount": 200}, "en", "\u2212€2.00"),
        ({"amount": 123456}, "ru", "\u22121\xa0234,56\xa0€"),
        ({"points": 1300}, "en", "+1,300"),
        ({"entitlement": {"en": "The lounge", "ru": "Бизнес-зал"}}, "ru", "Бизнес-зал"),
        ({"gift": "coffee-s"}, "en", ""),
    ],
)
def test_what_an_offer_brings_is_said_in_a_few_signs(benefit: Mapping[str, Any], language: str, said: str) -> None:
    assert benefit_text(benefit, "EUR", language) == said


def test_an_offer_is_shown_with_its_end_and_its_code() -> None:
    offers = [
        web_offer(held(COFFEE), "en", words_for(None, "en")),
        web_offer(held(COFFEE, None), "ru", words_for(None, "ru")),
    ]
    page = html(draw(card_of(face_of(), offers=offers)))

    (section,) = re.findall(r'<section class="offers">(.*?)</section>', page, re.DOTALL)

    first, second = re.findall(r"<article.*?</article>", section, re.DOTALL)
    for said in (
        "A coffee &lt;on us&gt;",
        "Of any size",
        "<b>\u221212.5%</b>",
        "until November 16, 2026",
        ">7KQM2XWPR4<",
        "<svg",
    ):
        assert said in first
    assert "Кофе в подарок" in second
    assert "<small>" not in second


def test_a_card_without_offers_has_no_room_for_them() -> None:
    assert "offers" not in html(draw(card_of(face_of()))).partition("<body")[2]


def test_a_new_offer_makes_the_page_load_anew() -> None:
    card, offer = card_of(face_of()), web_offer(held(COFFEE), "en", words_for(None, "en"))
    assert replace(card, offers=[offer]).rest == replace(card, offers=[offer]).rest != card.rest


async def test_a_member_sees_on_the_web_card_what_was_given_and_no_longer_what_was_redeemed(
    site: Site, burger_heroes: Brand
) -> None:
    anna = await issue(site, burger_heroes, ANNA)
    terms = {"name": "free-coffee", "kind": "personal", **COFFEE}
    await call(site, burger_heroes, "/v1/offers", terms)
    given = await call(
        site, burger_heroes, f"/v1/members/{anna.member}/offers", {"offer": "free-coffee", "occasion": "x"}
    )

    before = (await site.client.get(f"{anna.link}?web")).text
    lines = [{"quantity": 1, "price": 400}]
    await call(site, burger_heroes, "/v1/offers/redeem", {"code": given["code"], "member": anna.member, "lines": lines})
    after = (await site.client.get(f"{anna.link}?web")).text

    assert ("Кофе в подарок" in before, given["code"] in before, given["code"] in after) == (True, True, False)


async def call(site: Site, brand: Brand, path: str, body: Mapping[str, Any]) -> Any:
    """The answer to a call of REST that must succeed."""
    headers = {"Authorization": f"Bearer {brand.key}"}
    answer = await site.client.post(f"{site.base_url}{path}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()
