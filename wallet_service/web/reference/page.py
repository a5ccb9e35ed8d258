"""Writes the reference as HTML pages that ask nobody for anything: no script, no link to elsewhere."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

from jinja2 import Environment, PackageLoader, StrictUndefined

from wallet_service.web.reference.prose import content, inline, paragraphs, pretty_json
from wallet_service.web.reference.view import Reference

POLICY = "default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, in UTF-8, with the headers that must go with it."""

    content: bytes
    headers: Mapping[str, str]


def write(reference: Reference) -> dict[str, Page]:
    """The pages by the names of their chapters; the index has none. Each allows its own style sheet, and nothing else."""
    looks = _looks()
    style = "\n" + looks.get_template("page.css").render()
    headers = {
        "Content-Security-Policy": POLICY.format(seal=_seal(style)),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    index, chapter_page = looks.get_template("index.html"), looks.get_template("chapter.html")
    written = {"": index.render(reference=reference, style=style, chapter=None)}
    for chapter in reference.chapters:
        written[chapter.name] = chapter_page.render(reference=reference, style=style, chapter=chapter)
    return {name: Page(text.encode(), headers) for name, text in written.items()}


def _seal(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@cache
def _looks() -> Environment:
    looks = Environment(
        loader=PackageLoader(__package__, "look"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    looks.filters |= {
        "content": content,
        "inline": inline,
        "paragraphs": paragraphs,
        "json": pretty_json,
        "phrase": _phrase,
    }
    return looks


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
