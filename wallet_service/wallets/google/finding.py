"""What a check of a payload has to say: a place, a reason and a mend."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_QUOTE = 40


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "E"
    """Google would refuse the payload, or show the card wrong."""
    WARNING = "W"
    """It is taken, and a part of it is not seen."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong with a payload for Google."""

    severity: Severity
    where: str
    """A path into the payload: `loyaltyPoints.balance.int`; the payload itself is an empty path."""
    message: str
    mend: str


def error(where: str, message: str, mend: str) -> Finding:
    """A finding that forbids to send the payload."""
    return Finding(Severity.ERROR, where, message, mend)


def warning(where: str, message: str, mend: str) -> Finding:
    """A finding that only wants to be known."""
    return Finding(Severity.WARNING, where, message, mend)


def refused(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings forbids to send the payload."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def quoted(value: Any) -> str:
    """A value, short and harmless enough for a terminal."""
    text = str(value)
    cut = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return f"“{''.join(letter if letter.isprintable() else '?' for letter in cut)}”"


def within(where: str, step: str | int) -> str:
    """The path one step further in."""
    if isinstance(step, int):
        return f"{where}[{step}]"
    return f"{where}.{step}" if where else step
