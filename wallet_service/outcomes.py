"""What became of something sent outside: a value, never an exception."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side took it (accepted, which is not yet seen by a person)."""


@dataclass(frozen=True, slots=True)
class Dead:
    """The address is gone for good; forget it if it is older than the moment the other side names."""

    since_ms: int | None
    """Unix milliseconds at which the address was known to be dead, if the other side said so."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side will never take this as it is: our mistake or our credential's."""

    reason: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """It was not taken now, and may be later."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It left, and nobody can say whether it arrived."""

    reason: str


Outcome = Delivered | Dead | Refused | TryLater | Unknown
