"""Whether the texts of a card can be read on its background (the contrast of rule 23)."""

from collections.abc import Iterator, Mapping
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, warning
from wallet_service.wallets.apple.checks.notations import contrast, read_colour

TEXT_COLOURS = ("foregroundColor", "labelColor")
LEAST_CONTRAST = 3.0
"""WCAG 2.2, 1.4.3, for large text."""


def check_colours(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether each colour of text stands out from the background; a colour left to Wallet is not judged."""
    background = read_colour(document.get("backgroundColor"))
    for key in TEXT_COLOURS:
        text = read_colour(document.get(key))
        if text and background and contrast(text, background) < LEAST_CONTRAST:
            yield warning(
                23,
                key,
                f"Its contrast with backgroundColor is {contrast(text, background):.1f}, at least 3 is readable.",
                "Make the text lighter or the background darker, or the other way round.",
            )
