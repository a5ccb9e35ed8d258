"""What FCM meant by an answer, or by its silence: pure tables from its codes to the outcome of a message.

Sources: the FCM HTTP v1 reference (`FcmError.errorCode`), google.rpc.BadRequest.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown

QUOTA_PAUSE = 60.0
"""Seconds to leave the project alone after a 429 that names no time."""

PAUSE = 10.0
"""Seconds before a message is worth another attempt when FCM was in trouble and named no time."""

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"

ADDRESS_FIELDS = frozenset({"message.fid", "message.token"})
"""The members whose violation is the address's fault and not ours."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one message, and what it says about its neighbours."""

    outcome: Outcome
    code: str = ""
    """FCM's own code, the HTTP status without one, or the name of a failure."""
    hold_s: float = 0.0
    """Seconds for which the whole project has to be left alone."""


DELIVERED = Verdict(Delivered())


def _dead(code: str, _: float | None) -> Verdict:
    return Verdict(Dead(None), code)


def _refused(code: str, _: float | None) -> Verdict:
    return Verdict(Refused(code), code)


def _later(code: str, wait: float | None) -> Verdict:
    return Verdict(TryLater(PAUSE if wait is None else wait, code), code, wait or 0.0)


def _quota(code: str, wait: float | None) -> Verdict:
    seconds = QUOTA_PAUSE if wait is None else wait
    return Verdict(TryLater(seconds, code), code, seconds)


Meaning = Callable[[str, float | None], Verdict]

MEANING_OF_CODE: Mapping[str, Meaning] = {
    "UNREGISTERED": _dead,
    "SENDER_ID_MISMATCH": _dead,  # the address belongs to another project
    "INVALID_ARGUMENT": _dead,  # only as `judge` reads it, and after our own check of the message
    "THIRD_PARTY_AUTH_ERROR": _refused,  # the project lacks its APNs key or VAPID pair
    "APNS_AUTH_ERROR": _refused,  # the same, by its older name
    "QUOTA_EXCEEDED": _quota,
    "UNAVAILABLE": _later,
    "INTERNAL": _later,
}

MEANING_OF_STATUS: Mapping[int, Meaning] = {
    401: _later,  # the access token was revoked: it is forgotten, and the next attempt fetches another
    404: _refused,  # without a code it is our URL or project that is wrong, and no address may go for it
    429: _quota,
}

NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""Failures of httpx before the first byte of a request has left."""

MISMATCH = "SENDER_ID_MISMATCH"
DOUBTFUL = frozenset({"INVALID_ARGUMENT", MISMATCH})
"""Codes that a wrong service account or a mistake in our payload would bring for every address alike."""

LEAST_DOUBTED = 20
"""Answers below which a share says nothing."""


def judge(status: int, body: bytes = b"", wait: float | None = None) -> Verdict:
    """The verdict in a complete answer that is no success; `wait` is its Retry-After in seconds.

    INVALID_ARGUMENT condemns the address only if nothing but the address is blamed: with a violation in any other member
    it is our payload that is wrong.
    """
    details = _details(body)
    code = next((str(detail.get("errorCode")) for detail in details if detail.get("@type") == FCM_ERROR), "")
    if code == "INVALID_ARGUMENT" and not _blamed(details) <= ADDRESS_FIELDS:
        return Verdict(Refused(f"INVALID_ARGUMENT: {', '.join(sorted(_blamed(details)))}"), "payload")
    by_status = MEANING_OF_STATUS.get(status, _later if status >= 500 else _refused)
    return MEANING_OF_CODE.get(code, by_status)(code or str(status), wait)


def judge_silence(failure: str) -> Verdict:
    """The verdict when no answer could be read; `failure` is the name of the exception that said so."""
    outcome = TryLater(PAUSE, failure) if failure in NEVER_SENT else Unknown(failure)
    return Verdict(outcome, failure)


def doubt(verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """The verdicts of one batch, believed only if most addresses did not die of one code that our own mistake explains.

    A service account of another project makes every address a mismatch; no customer may be forgotten for it. So a
    mismatch is believed only beside a message that was delivered.
    """
    told = Counter(verdict.code for verdict in verdicts)
    doubted = {code for code in DOUBTFUL if len(verdicts) >= LEAST_DOUBTED and 2 * told[code] > len(verdicts)}
    doubted |= set() if DELIVERED in verdicts else {MISMATCH}
    suspect = Refused("most of a batch died of one cause: the service account or the message looks wrong")
    return [replace(verdict, outcome=suspect) if verdict.code in doubted else verdict for verdict in verdicts]


def _details(body: bytes) -> list[Mapping[str, Any]]:
    """The error's details; none if the body is not Google's (a proxy's page, say)."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    error = said.get("error") if isinstance(said, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def _blamed(details: Sequence[Mapping[str, Any]]) -> set[str]:
    """The members that a BadRequest blames; what it says in an odd shape is no word against an address."""
    said = (detail.get("fieldViolations") or [] for detail in details if detail.get("@type") == BAD_REQUEST)
    violations = (violation for found in said for violation in (found if isinstance(found, list) else [found]))
    return {str(violation.get("field")) if isinstance(violation, dict) else "?" for violation in violations}
