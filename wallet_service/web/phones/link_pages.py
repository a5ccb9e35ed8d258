"""The pages behind a card's link, drawn from `pages/`: each is one answer that asks nobody outside for anything."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wallet_service.web.http import Answer, Fields, fields
from wallet_service.web.phones.link_words import Words

VARY = "User-Agent, Sec-CH-UA-Platform, Sec-Purpose, Accept, Accept-Language"
"""What the answer to a link depends on."""

UNTOLD = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",  # the address of a card is its key
    "X-Content-Type-Options": "nosniff",
}
"""Headers of whatever only the holder of the link should see."""

POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Our own script and style by their digests, our own images and answers, and nothing else (CSP 3)."""


@dataclass(frozen=True, slots=True)
class Button:
    """A way into a wallet."""

    address: str
    text: str
    picture: str
    """Where its official picture is; empty without one."""


def page(name: str, said: Mapping[str, Any], *, style: str = "", script: str = "", status: int = 200) -> Answer:
    """The answer that shows a page; `style` comes after the common one, `script` stands at the end of the page."""
    sheet = f"{_source('page.css')}{style}"
    html = looks().get_template(name).render(said, style=Markup(sheet), script=Markup(script))  # noqa: S704 - our own files, and colours made of numbers
    policy = POLICY.format(script=_digest(script) if script else "'none'", style=_digest(sheet))
    own = fields({"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Vary": VARY})
    return Answer(status, (html.encode(),), own + fields(UNTOLD))


def told(status: int, words: Words, sentence: str, more: Fields = ()) -> Answer:
    """A page with one sentence."""
    answer = page("told.html", {"words": words, "sentence": sentence}, status=status)
    return answer._replace(fields=answer.fields + more)


def preview(words: Words, organisation: str) -> Answer:
    """What a messenger may draw of the link: whose card it is, and nothing of whom it belongs to."""
    return page("preview.html", {"words": words, "organisation": organisation})


def desk(words: Words, names: tuple[str, str], link: str, buttons: tuple[Button, ...]) -> Answer:
    """For a desktop: the code that opens the link on a phone, and the ways on for whoever wants no phone.

    `names`: of the brand and of its programme.
    """
    said = {"words": words, "names": names, "link": link, "buttons": buttons, "code": _code(link)}
    return page("desk.html", said)


@cache
def looks() -> Environment:
    """The templates."""
    return Environment(
        loader=PackageLoader(__package__, "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _source(name: str) -> str:
    return looks().get_template(name).render()


def script_of(name: str) -> str:
    """One of our scripts."""
    return _source(name)


def _code(link: str) -> Markup:
    code: str = segno.make_qr(link, error="m").svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    return Markup(code)  # noqa: S704 - drawn by the library, of black modules only


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
