"""A member's personal offers, as the web card shows them: what each brings, until when, and the code for the till. PURE."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import segno
from babel.numbers import format_percent
from markupsafe import Markup

from wallet_service.cards.calendar import dater
from wallet_service.cards.numerals import grouper, locale_of, pricer
from wallet_service.cards.standing import in_language
from wallet_service.loyalty.offers.offers_given import PersonalOffer
from wallet_service.web.phones.link_words import Words

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class WebOffer:
    """An offer, in words."""

    title: str
    description: str
    benefit: str
    """Short; empty where the title says it all."""
    until: str
    """Empty: it has no end."""
    code: str

    @property
    def drawing(self) -> Markup:
        """The code as a QR code."""
        return Markup(_drawn(self.code))  # noqa: S704 - drawn by the library, of black modules only


def web_offer(held: PersonalOffer, language: str, words: Words) -> WebOffer:
    """An offer in the language of the card, within the words of the page."""
    document = held.offer.document
    return WebOffer(
        title=in_language(document["title"], language),
        description=in_language(document.get("description", {}), language),
        benefit=benefit_text(document["benefit"], held.currency, language),
        until=words.until.replace("%", dater(words.language)(held.until)) if held.until else "",
        code=held.code,
    )


def benefit_text(benefit: Mapping[str, Any], currency: str, language: str) -> str:
    """What an offer brings, in a few signs: 15 % off, a sum off, so many points more. Goods for nothing are named by its title."""
    return next((TEXTS[key](said, currency, language) for key, said in benefit.items() if key in TEXTS), "")


def _percent(share: Any, language: str) -> str:
    locale = locale_of(language)
    form = locale.percent_formats[None].pattern.replace("##0", "##0.##")
    return format_percent(Decimal(str(share)) / 100, form, locale)


TEXTS: Mapping[str, Callable[[Any, str, str], str]] = {
    "percent": lambda share, _currency, language: MINUS + _percent(share, language),
    "amount": lambda amount, currency, language: MINUS + pricer(language)(amount, currency),
    "points": lambda points, _currency, language: f"+{grouper(language)(points)}",
    "entitlement": lambda text, _currency, language: in_language(text, language),
}


@lru_cache(maxsize=1024)  # the page asks for its news every half a minute
def _drawn(code: str) -> str:
    drawing: str = segno.make_qr(code, error="m").svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None)
    return drawing
