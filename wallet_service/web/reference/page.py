"""Writes the reference as one HTML page that asks nobody for anything: no script, no link to elsewhere."""

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


def write(reference: Reference) -> Page:
    """The page. Its security policy allows its own style sheet, and nothing else."""
    looks = _looks()
    style = "\n" + looks.get_template("page.css").render()
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    written = looks.get_template("page.html").render(reference=reference, style=style)
    headers = {
        "Content-Security-Policy": POLICY.format(seal=seal),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return Page(written.encode(), headers)


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
