"""Who opens a card's link, as far as a request tells: a phone, a desk, a messenger that draws a preview. PURE.

An iPad says it is a Macintosh (Safari asks for desktop pages since iPadOS 13) and cannot be told from one. It need not
be: it has no Wallet either, so that both, and an iPad that says so, are shown what to scan with a phone.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

Header = Callable[[bytes], str | None]
"""Gives a header of the request by its name in small letters."""
Table = tuple[tuple["Visitor", re.Pattern[str]], ...]


class Visitor(StrEnum):
    """Who opens the link."""

    IPHONE = "iphone"
    ANDROID = "android"
    PHONE = "phone"
    """Another phone, or an Android without Google."""
    DESKTOP = "desktop"
    PREVIEW = "preview"
    """A program that draws a preview of the link, or indexes it: nobody has opened the card."""
    AHEAD = "ahead"
    """A browser that guesses where its user goes next: nobody has opened the card yet."""
    PROGRAM = "program"
    """No browser, and asks for no page: curl, a script, Wallet itself."""


PURPOSES = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
"""Headers by which browsers say that nobody looks (`Sec-Purpose`: Fetch standard; the others are older)."""

NOBODY_LOOKS = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)

PREVIEWERS = re.compile(
    r"(?<!cu)bot(?![a-z])|crawl|spider|preview|lighthouse|"  # Cubot makes phones
    r"externalhit|external(agent|fetcher)|facebookcatalog|vkshare|^whatsapp/|^viber/|"
    r"cardyb|embedly|iframely|kakaotalk-scrap|im(age|g)proxy|mailproxy|"
    r"google-(inspectiontool|pagerenderer|read-aloud|safety)|mediapartners|apis-google",
    re.IGNORECASE,
)
WITHOUT_GOOGLE = re.compile(
    r"windows phone|kaios|tizen|openharmony|harmonyos|hmscore(?!.*gmscore)|\bsilk/", re.IGNORECASE
)
NAMES = ((Visitor.PREVIEW, PREVIEWERS), (Visitor.PHONE, WITHOUT_GOOGLE))
"""Names that programs call themselves by; asked before the kind of device, which all of them name too."""

PLATFORMS: Mapping[str, Visitor] = {
    "android": Visitor.ANDROID,
    "ios": Visitor.IPHONE,
    "windows": Visitor.DESKTOP,
    "macos": Visitor.DESKTOP,
    "linux": Visitor.DESKTOP,
    "chrome os": Visitor.DESKTOP,
    "chromium os": Visitor.DESKTOP,
}
"""What `Sec-CH-UA-Platform` says (User-Agent Client Hints, 3.6)."""

DEVICES = (
    (Visitor.IPHONE, re.compile(r"iPhone|iPod")),
    (Visitor.ANDROID, re.compile(r"Android")),
    (Visitor.DESKTOP, re.compile(r"Windows NT|Macintosh|X11|CrOS|iPad")),
)
"""Devices by their names in the `User-Agent`."""


def who_opens(header: Header) -> Visitor:
    """Whoever sent a request with these headers."""
    if any(NOBODY_LOOKS.search(header(name) or "") for name in PURPOSES):
        return Visitor.AHEAD
    agent = header(b"user-agent") or ""
    hint = PLATFORMS.get((header(b"sec-ch-ua-platform") or "").strip(' "').lower())
    return _named(NAMES, agent) or hint or _named(DEVICES, agent) or _nameless(agent, header)


def reads_pages(header: Header) -> bool:
    """Whether a page is welcome, rather than a line of text."""
    return "text/html" in (header(b"accept") or "")


def _named(table: Table, agent: str) -> Visitor | None:
    return next((visitor for visitor, pattern in table if pattern.search(agent)), None)


def _nameless(agent: str, header: Header) -> Visitor:
    return Visitor.PHONE if agent.startswith("Mozilla/") or reads_pages(header) else Visitor.PROGRAM
