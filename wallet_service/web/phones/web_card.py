"""The web card: a member's card as a page of its own, that keeps itself up to date. PURE.

For phones without a wallet, and for whoever does not want one. It says what the pass says, in the same words.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from markupsafe import Markup

from wallet_service.wallets.looks import Colour, Look, Part
from wallet_service.web.http import Answer, fields
from wallet_service.web.phones.link_pages import UNTOLD, Button, page, script_of
from wallet_service.web.phones.link_words import Words
from wallet_service.web.phones.web_card_offers import WebOffer

MOST_LOGO = 6_000
"""Bytes of a logo inside the page; a larger one stays out, and the name stands in its place."""

LOGOS = tuple(f"{name}{scale}.png" for name in ("logo", "primaryLogo") for scale in ("@3x", "@2x", ""))
ICONS = ("icon.png", "icon@2x.png", "icon@3x.png")
TELEPHONE = re.compile(r"\+?[\d ().-]+")
ADDRESS = re.compile(r"[a-z]+:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class WebCard:
    """Everything that the page of a card shows."""

    look: Look
    language: str
    """Of the card; that of the words around it may be another."""
    images: Mapping[str, bytes]
    words: Words
    path: str
    """Of the link: `/c/<card>.<token>`."""
    at: datetime
    """When it looked so."""
    push_key: str
    """The VAPID key for browsers; empty if there is no web push."""
    buttons: Sequence[Button] = ()
    offers: Sequence[WebOffer] = ()

    @property
    def logo(self) -> str:
        """The sharpest logo that is small enough, as an address with the image inside."""
        fit = (self.images[name] for name in LOGOS if len(self.images.get(name, b"")) in range(1, MOST_LOGO))
        return inside(next(fit, b""))

    @property
    def icon(self) -> str:
        """The smallest icon, for the tab."""
        return inside(next((self.images[name] for name in ICONS if name in self.images), b""))

    @property
    def texts(self) -> Sequence[str]:
        """What the page can change by itself, in the order of the page."""
        return [shown.text for shown in self.look.fields if is_plain(shown.parts)]

    @property
    def rest(self) -> str:
        """A digest of whatever the page cannot change by itself; when it changes the page is loaded anew."""
        look = self.look
        kept = [(shown.label, "" if is_plain(shown.parts) else shown.text) for shown in look.fields]
        said = (kept, look.barcode, look.colours, look.organisation, look.logo_text, look.lapsed, self.language)
        return digest(repr((said, self.offers)))

    @property
    def mark(self) -> str:
        """Two cards with the same mark say the same. It changes with time too: a card expires without being changed."""
        return digest(f"{self.rest} {self.texts}")


def draw(card: WebCard) -> Answer:
    """The page."""
    look, code = card.look, card.look.barcode
    said = {"card": card, "look": look, "words": card.words, "address_of": address_of, "is_plain": is_plain}
    drawing = Markup(code.svg) if code else ""  # noqa: S704 - drawn by the library, of black modules only
    own = {"drawing": drawing, "theme": css(look.colours.background)}
    answer = page("card.html", said | own, style=_paint(look), script=script_of("card.js"))
    return answer._replace(fields=(*answer.fields, (b"etag", _tag(card.mark))))


def tell(card: WebCard) -> Answer:
    """What the page asks for when it wants to know whether it is still true."""
    said = orjson.dumps({"rest": card.rest, "texts": card.texts})
    own = fields({"Content-Type": "application/json"} | UNTOLD)
    return Answer(200, (said,), (*own, (b"etag", _tag(card.mark))))


def unchanged(mark: str, condition: str | None) -> Answer | None:
    """304 if the page holds the card with this mark (`If-None-Match`; RFC 9110, 13.1.2)."""
    held = (tag.strip().removeprefix("W/") for tag in (condition or "").split(","))
    tag = _tag(mark)
    return Answer(304, fields=(*fields(UNTOLD), (b"etag", tag))) if tag.decode() in held else None


def is_plain(parts: Sequence[Part]) -> bool:
    """Whether a text leads nowhere, so that it can change without the page being loaded anew."""
    return not any(part.target for part in parts)


def address_of(part: Part) -> str:
    """Where a tap on a part of a text leads: found in plain words it may lack its scheme."""
    target = part.target
    if TELEPHONE.fullmatch(target):
        return f"tel:{re.sub(r'[^+0-9]', '', target)}"
    return target if ADDRESS.match(target) else f"mailto:{target}"


def inside(png: bytes) -> str:
    """A PNG as an address with the image inside; empty for no image."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def css(colour: Colour) -> str:
    """A colour as browsers want it."""
    return f"#{colour.red:02x}{colour.green:02x}{colour.blue:02x}"


def digest(text: str) -> str:
    """Short, and different for whatever differs."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _paint(look: Look) -> str:
    colours = look.colours
    named = {"background": colours.background, "foreground": colours.foreground, "label": colours.label}
    return f":root{{{';'.join(f'--{name}:{css(colour)}' for name, colour in named.items())}}}"


def _tag(mark: str) -> bytes:
    return f'"{mark}"'.encode()
