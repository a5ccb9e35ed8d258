"""Rules of colours: texts far enough from the background to be read (WCAG 2.2, 1.4.3 and its contrast ratio)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wallet_service.cards.lint.draft import Draft
from wallet_service.cards.problem import Problem, error, warning
from wallet_service.cards.tier_sheet import WHERE as TIERS

Colour = tuple[int, int, int]

RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)")
COLOURS = ("backgroundColor", "foregroundColor", "labelColor")
COMFORTABLE, READABLE = 4.5, 3.0


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, from 1 (the same) to 21 (black on white)."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def colour(text: object) -> Colour | None:
    """A colour written `rgb(0-255, 0-255, 0-255)`; nothing if it is not."""
    match = RGB.fullmatch(text) if isinstance(text, str) else None
    parts = tuple(map(int, match.groups())) if match else (256,)
    return (parts[0], parts[1], parts[2]) if max(parts) < 256 else None


def _luminance(shade: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in shade)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _apart(draft: Draft) -> Iterator[Problem]:
    yield from _apart_in("pass.json", draft.pass_json)
    for tier, look in draft.sheet.tiers.items():
        if look.colours:
            yield from _apart_in(f"{TIERS}.{tier}", {**draft.pass_json, **look.colours})


def _apart_in(where: str, pass_json: Mapping[str, Any]) -> Iterator[Problem]:
    shades = _shades(pass_json)
    for key in COLOURS[1:]:
        if COLOURS[0] in shades and key in shades:
            yield from _readable(f"{where}: {key}", contrast(shades[key], shades[COLOURS[0]]))


def _readable(where: str, ratio: float) -> Iterator[Problem]:
    mend = f"Move it away from backgroundColor, to {COMFORTABLE} or more."
    if ratio < READABLE:
        yield error(where, f"contrast {ratio:.1f}: many cannot read this", mend)
    elif ratio < COMFORTABLE:
        yield warning(where, f"contrast {ratio:.1f}: some cannot read this", mend)


def _shades(pass_json: Mapping[str, Any]) -> dict[str, Colour]:
    found = {key: colour(pass_json.get(key)) for key in COLOURS}
    return {key: shade for key, shade in found.items() if shade}


COLOUR_RULES = (_apart,)
