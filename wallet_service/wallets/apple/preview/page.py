"""Writes the view of a card as one HTML page that asks nobody for anything: no script, no link, every image inside."""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from wallet_service.wallets.apple.checks.notations import Colour
from wallet_service.wallets.apple.preview.view import View

SHEETS = ("page.css", "phone.css", "card.css")
LOGOS = ("logo", "primaryLogo")
DRAWN = (*LOGOS, "icon", "strip", "artwork")
"""Images with a place on the page; each is a class of the same name. Logos are as wide as they were made."""


def page(view: View) -> str:
    """The page, in UTF-8. Its security policy allows its own style sheet and images inside it, and nothing else."""
    looks = _looks()
    style = "\n".join(("", *(looks.get_template(name).render() for name in SHEETS), *_paint(view)))
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return looks.get_template("page.html").render(view=view, style=style, seal=seal)


@cache
def _looks() -> Environment:
    return Environment(
        loader=PackageLoader(__package__, "look"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _paint(view: View) -> Iterator[str]:
    """The card's own colours and images, each image once however often it is shown; made of numbers and base64."""
    names = ("background", "foreground", "label")
    colours = (f"--{name}: {_rgb(getattr(view.colours, name))};" for name in names)
    yield f":root {{ {' '.join(colours)} }}"
    for name in filter(view.images.__contains__, DRAWN):
        content = base64.b64encode(view.images[name].content).decode()
        yield f'.{name} {{ background-image: url("data:image/png;base64,{content}"); }}'
    for name in filter(view.images.__contains__, LOGOS):
        yield f".{name} {{ aspect-ratio: {view.images[name].width} / {view.images[name].height}; }}"


def _rgb(colour: Colour) -> str:
    return f"rgb({colour.red} {colour.green} {colour.blue})"
