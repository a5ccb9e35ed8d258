"""What Google meant by an answer: a pure table from status and words to a value.

Source: Google Wallet REST reference ("Error codes") and the shape of errors of Google's APIs. Status alone does not
tell: 403 and 429 stand for the project's rate, for a pass's daily notices, and 403 for a missing permission as well.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from wallet_service.outcomes import Delivered, Outcome, Refused, TryLater, Unknown
from wallet_service.retry_after import seconds_of

LONGEST_PAUSE = 60.0
"""Ceiling, in seconds, of a pause that Google did not ask for."""

UNTIL_MENDED = 300.0
"""Seconds until we ask again whether our own fault has been mended."""

LONGEST_REASON = 300
"""Characters of Google's own text that are kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came."""

    status: int
    body: bytes = b""
    retry_after: str | None = None
    """That header's value."""


@dataclass(frozen=True, slots=True)
class Done:
    """Google did it."""

    resource: Mapping[str, Any]
    """What it answered: as much of the resource as was asked for."""


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """Inserted before: an earlier try succeeded. Patch it with the intended state."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoSuchObject:
    """The object was never inserted. Insert it, then go on."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoSuchClass:
    """The class was never inserted, or is of another kind. Insert it, then its object."""

    reason: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Google will never take this as it is: a mistake of ours, to be kept with its payload and never repeated."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The service account may not do this, or is none any more: nothing of this issuer goes until that is mended."""

    reason: str


@dataclass(frozen=True, slots=True)
class TokenStale:
    """The access token has expired or was revoked. A new one, once; twice means that the account is not welcome."""

    reason: str


@dataclass(frozen=True, slots=True)
class RateExceeded:
    """More requests than the Google project may send."""

    reason: str
    seconds: float | None = None
    """For which Google asked us to wait."""


@dataclass(frozen=True, slots=True)
class NotificationQuotaExceeded:
    """This pass has had its notices for the day. Nothing was changed: say it again without a notice."""

    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Google, or the way to it, is in trouble: try again."""

    reason: str
    arrived: bool = True
    """Whether Google may have done it all the same; False: certainly not."""
    seconds: float | None = None
    """For which Google asked us to wait."""


Verdict = (
    Done
    | AlreadyThere
    | NoSuchObject
    | NoSuchClass
    | Malformed
    | NotAllowed
    | TokenStale
    | RateExceeded
    | NotificationQuotaExceeded
    | Trouble
)


@dataclass(frozen=True, slots=True)
class Said:
    """A refusal in Google's words."""

    reason: str
    """For people: its reasons and its message."""
    words: str
    """For us: all of its words, in lower case."""
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """Which answers mean what."""

    statuses: range | frozenset[int]
    means: Callable[[Said], Verdict]
    words: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    """What a refusal of these statuses must say for this rule to be its."""


QUOTA = frozenset({403, 429})

RULES = (
    Rule(
        QUOTA,
        lambda said: NotificationQuotaExceeded(said.reason),
        re.compile(r"notification|quotaexceededexception"),
    ),
    Rule(QUOTA, lambda said: RateExceeded(said.reason, said.seconds), re.compile(r"quota|rate ?limit|exhausted")),
    Rule(frozenset({429}), lambda said: RateExceeded(said.reason, said.seconds)),
    Rule(frozenset({401}), lambda said: TokenStale(said.reason)),
    Rule(frozenset({403}), lambda said: NotAllowed(said.reason)),
    Rule(frozenset({404}), lambda said: NoSuchClass(said.reason), re.compile(r"classnotfound|^class not found")),
    Rule(frozenset({404}), lambda said: NoSuchObject(said.reason)),
    Rule(frozenset({409}), lambda said: Trouble(said.reason, arrived=False), re.compile(r"abort|concurren|contention")),
    Rule(frozenset({409}), lambda said: AlreadyThere(said.reason)),
    Rule(frozenset({408}), lambda said: Trouble(said.reason, seconds=said.seconds)),
    Rule(range(400, 500), lambda said: Malformed(said.reason)),
    Rule(range(1000), lambda said: Trouble(said.reason, seconds=said.seconds)),
)
"""The first that fits says what it was."""


def judge(answer: Answer) -> Verdict:
    """What a complete answer means. PURE."""
    if 200 <= answer.status < 300:
        return Done(_object(answer.body))
    said = _said(answer)
    return next(rule.means(said) for rule in RULES if answer.status in rule.statuses and rule.words.search(said.words))


def full_jitter(attempt: int, jitter: float) -> float:
    """Seconds to wait before the attempt after `attempt` so far (1, 2, …); `jitter` is in [0, 1). PURE.

    The ceiling doubles from 1 s to a minute; waiting anything up to it keeps many from coming back at once.
    """
    return min(LONGEST_PAUSE, 2.0 ** min(attempt - 1, 16)) * jitter


def outcome_of(verdict: Verdict, pause: float) -> Outcome:
    """A verdict that nobody acts upon any more, as the outcome that a drain notes. PURE.

    `pause` is the seconds to wait where Google names none, as from `full_jitter`.
    """
    match verdict:
        case Done():
            return Delivered()
        case Malformed(reason):
            return Refused(reason)
        case NotAllowed(reason) | TokenStale(reason):
            return TryLater(UNTIL_MENDED, reason)
        case Trouble(reason, True, None):
            return Unknown(reason)
        case Trouble(reason, _, seconds) | RateExceeded(reason, seconds):
            return TryLater(max(pause, seconds or 0.0), reason)
    return TryLater(pause, verdict.reason)


def _said(answer: Answer) -> Said:
    error = _object(answer.body).get("error")
    error = error if isinstance(error, dict) else {}
    entries = [each for key in ("errors", "details") for each in _list(error.get(key)) if isinstance(each, dict)]
    reasons = [text for each in entries if isinstance(text := each.get("reason"), str)]
    message = error.get("message") if isinstance(error.get("message"), str) else ""
    told = ": ".join(part for part in (", ".join(reasons), message) if part)
    return Said(
        reason=f"{answer.status} {told}".strip()[:LONGEST_REASON],
        words="\n".join([str(message), *reasons, str(error.get("status", ""))]).lower().replace("_", ""),
        seconds=seconds_of(answer.retry_after),
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
