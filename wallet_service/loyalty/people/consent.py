"""What a member agreed to, and whether a message may go out by it. PURE."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """By which way a message comes."""

    ANY = "any"
    """All ways: for what is agreed to as a whole, and for being left in peace."""
    CARD = "card"
    """The card in the wallet."""
    APP = "app"
    EMAIL = "email"
    SMS = "sms"
    MESSENGER = "messenger"
    CALL = "call"
    POST = "post"


class Purpose(StrEnum):
    """What for."""

    DATA = "data"
    """That personal data are kept and used."""
    SERVICE = "service"
    """News of one's own points, card and purchases."""
    ADVERTISING = "advertising"
    PROFILING = "profiling"
    """That offers are chosen by what one bought."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One word of a member: yes or no."""

    channel: Channel
    purpose: Purpose
    granted: bool
    text_version: str
    """Of the text that they were shown."""
    at: datetime
    text_hash: str | None = None
    source: str | None = None
    """Where they said so, in the caller's words."""


def may_reach(consents: Iterable[Consent], channel: Channel, purpose: Purpose) -> bool:
    """Whether a message of this purpose may go out by this channel.

    The newest word decides, of those on the channel and on `any`. Without a word, only `service` may. Nothing may, once
    the consent to keep data was withdrawn.
    """
    said = list(consents)
    data = _newest([each for each in said if each.purpose is Purpose.DATA])
    if data is not None and not data.granted:
        return False
    word = _newest([each for each in said if each.purpose is purpose and each.channel in {channel, Channel.ANY}])
    return purpose is Purpose.SERVICE if word is None else word.granted


def _newest(words: Sequence[Consent]) -> Consent | None:
    """Of two at the same moment it is the no that counts."""
    return max(words, key=lambda word: (word.at, not word.granted), default=None)
