"""Where and when a pass suggests itself (rule 26)."""

from collections.abc import Iterator, Mapping
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted

MOST_PLACES = 10
MOST_BEACONS = 10
LIMITS = {"latitude": 90, "longitude": 180}
DATES = ("relevantDate", "relevantDates")
PLACE_BOUND_STYLES = ("storeCard", "coupon")
"""Styles that know no relevant dates."""


def check_relevance(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the places, beacons and dates are such as Wallet takes."""
    yield from _places(document.get("locations", ()))
    beacons = {beacon["proximityUUID"].lower() for beacon in document.get("beacons", ())}
    if len(beacons) > MOST_BEACONS:
        mend = "Use one UUID for all shops and tell them apart by major and minor."
        yield error(26, "beacons", f"There are {len(beacons)} UUIDs, {MOST_BEACONS} are allowed.", mend)
    if _dated_in_vain(document):
        mend = "Give it locations, and drop the relevant dates."
        yield error(26, "locations", "This style becomes relevant by place, and there is none.", mend)


def _places(places: list[Mapping[str, Any]]) -> Iterator[Finding]:
    if len(places) > MOST_PLACES:
        mend = "Choose the ten nearest to the member."
        yield error(26, "locations", f"There are {len(places)} places, {MOST_PLACES} are allowed.", mend)
    for index, place in enumerate(places):
        for key, limit in LIMITS.items():
            if not -limit <= place[key] <= limit:
                where = f"locations[{index}].{key}"
                yield error(
                    26, where, f"{quoted(place[key])} is not within ±{limit}.", "Write degrees, latitude first."
                )


def _dated_in_vain(document: Mapping[str, Any]) -> bool:
    placed = document.get("locations") or document.get("beacons")
    return (
        not placed and any(style in document for style in PLACE_BOUND_STYLES) and any(key in document for key in DATES)
    )
