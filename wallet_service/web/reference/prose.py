"""Texts as HTML: paragraphs and `code` of our Markdown, and JSON with its names and texts set apart."""

import html
import json
import re
from typing import Any

from markupsafe import Markup

CODE = re.compile(r"`([^`]+)`")
NAME_OR_TEXT = re.compile(r'("(?:[^"\\]|\\.)*")(:?)')
"""A text in JSON; with a colon after it, the name of a member."""


def content(text: str) -> Markup:
    """Text for the content of an element, where quotation marks may stand as they are."""
    return Markup(_escaped(text))  # noqa: S704 - escaped in this very line


def inline(text: str) -> Markup:
    """One line of Markdown."""
    return Markup(CODE.sub(r"<code>\1</code>", _escaped(text)))  # noqa: S704 - our tags in escaped text


def paragraphs(text: str) -> list[Markup]:
    """The paragraphs of a Markdown text."""
    return [inline(" ".join(part.split())) for part in text.split("\n\n") if part.strip()]


def pretty_json(value: Any) -> Markup:
    """JSON as people like to read it: names in `b`, texts in `i`."""
    text = _escaped(json.dumps(value, indent=2, ensure_ascii=False))
    return Markup(NAME_OR_TEXT.sub(_set_apart, text))  # noqa: S704 - our tags in escaped text


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _set_apart(found: re.Match[str]) -> str:
    return f"<b>{found[1]}</b>:" if found[2] else f"<i>{found[1]}</i>"
