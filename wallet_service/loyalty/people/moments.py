"""What happened to, with, or by a member, woven into one list that is read in pages. PURE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import merge
from typing import Any, Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9000, 1, 1, tzinfo=UTC)


class What(StrEnum):
    """What happened."""

    ENROLLED = "enrolled"
    CHANGE = "change"
    """Of the member's data: which, not how."""
    CONSENT = "consent"
    ENTRY = "entry"
    """Points moved."""
    PURCHASE = "purchase"
    REFUND = "refund"
    HAPPENING = "happening"
    """A visit, an event, or whatever else sets mechanics off."""
    OFFER_GIVEN = "offer-given"
    OFFER_REDEEMED = "offer-redeemed"
    OFFER_RETURNED = "offer-returned"
    """It is as if it had not been redeemed."""
    MERGE = "merge"
    """Another member turned out to be this one."""
    MERGE_UNDONE = "merge-undone"
    CARD_ISSUED = "card-issued"
    CARD_VOIDED = "card-voided"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened."""

    at: datetime
    kind: What
    id: str
    """Of the entry, the purchase, the card…"""
    about: Mapping[str, Any]

    def order(self) -> tuple[datetime, str, str]:
        """What tells it from all others, and when its turn is."""
        return self.at, self.kind.value, self.id


@dataclass(frozen=True, slots=True)
class Place:
    """How far a timeline was read: entries down to a number, all else down to a moment, a kind and an id."""

    entry: int = 2**62
    at: datetime = END
    kind: str = ""
    id: str = ""

    def __str__(self) -> str:
        """As a cursor keeps it."""
        return f"{self.entry}|{(self.at - EPOCH) // timedelta(microseconds=1)}|{self.kind}|{self.id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The place that was kept so. Raises ValueError or OverflowError for any other text."""
        entry, at, kind, own = text.split("|")
        return cls(int(entry), EPOCH + timedelta(microseconds=int(at)), kind, own)

    def after(self, moments: Sequence[Moment]) -> "Place":
        """The place behind these moments, which follow it."""
        place = self
        for moment in moments:
            if moment.kind is What.ENTRY:
                place = replace(place, entry=int(moment.id))
            else:
                place = replace(place, at=moment.at, kind=moment.kind.value, id=moment.id)
        return place


def is_place(text: str) -> bool:
    """Whether a text says how far a timeline was read."""
    try:
        place = Place.read(text)
    except (ValueError, OverflowError):
        return False
    return 0 <= place.entry <= 2**62 and place.at <= END and str(place) == text


def woven(entries: Sequence[Moment], others: Sequence[Moment]) -> list[Moment]:
    """Both lists in one, the newest first: neither changes its own order, so that any page can go on where one ended.

    Of what happened at the same moment, entries come first, for they follow from the rest.
    """
    return list(merge(entries, others, key=lambda moment: moment.at, reverse=True))
