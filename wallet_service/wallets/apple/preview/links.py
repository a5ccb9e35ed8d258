"""Where a phone sees links: in `attributedValue`, and in what its data detectors recognise. PURE.

A preview shows where a link would lead and never leads there: no text of a pass becomes an address of the page.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from wallet_service.wallets.apple.preview.subject import speakable

FOLLOWED = frozenset({"http", "https", "mailto", "tel", "sms", "maps"})
"""Schemes that Wallet opens from a pass; a link with any other is only text."""

LONGEST_MARKUP = 10_000

DETECTORS: Mapping[str, str] = {
    "PKDataDetectorTypeLink": r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    "PKDataDetectorTypePhoneNumber": r"\+?\d(?:[ ().-]{0,2}\d){6,14}",
}
"""What the detectors look for; addresses of houses and dates in plain words are beyond a preview."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, all of it link or none of it."""

    text: str
    target: str = ""
    """Where it leads; empty if nowhere."""


def marked_up(text: str) -> tuple[Part, ...]:
    """The parts of an `attributedValue`, of whose HTML Wallet obeys only `<a href>`."""
    reader = _Reader()
    try:
        reader.feed(text[:LONGEST_MARKUP])
        reader.close()
    except AssertionError:  # how the parser answers `<![`
        return (Part(text),)
    return tuple(reader.parts)


def detected(text: str, detectors: Iterable[str] | None) -> tuple[Part, ...]:
    """The parts of a plain text, in which these detectors (`PKDataDetectorType…`; None for all) find links."""
    names = DETECTORS if detectors is None else detectors
    patterns = [DETECTORS[name] for name in names if name in DETECTORS]
    return tuple(_split(text, re.compile("|".join(patterns)))) if patterns else (Part(text),)


def _split(text: str, pattern: re.Pattern[str]) -> Iterator[Part]:
    end = 0
    for match in pattern.finditer(text):
        if match.start() > end:
            yield Part(text[end : match.start()])
        yield Part(match[0], match[0])
        end = match.end()
    if end < len(text):
        yield Part(text[end:])


class _Reader(HTMLParser):
    """Reads the texts of an HTML fragment, and which of them lead somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self._target = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Begin a link."""
        if tag == "a":
            target = dict(attrs).get("href") or ""
            self._target = target if _is_followed(target) else ""

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        if tag == "a":
            self._target = ""

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.parts.append(Part(speakable(data), speakable(self._target)))


def _is_followed(target: str) -> bool:
    try:
        return urlsplit(target).scheme in FOLLOWED
    except ValueError:  # an unbalanced bracket
        return False
