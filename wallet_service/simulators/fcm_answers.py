"""How FCM answers: by the name of the address, so that a test says what befalls a message where it names the phone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wallet_service.simulators.fcm_rules import Fault

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"

CANONICAL = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}

PAGE = "<!DOCTYPE html><title>Error 502 (Server Error)</title>"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one message."""

    status: int = 200
    body: Any = None
    """JSON, or text as it stands; None with 200: the message's name."""
    retry_after: int | None = None
    """Seconds, as the header `Retry-After`."""
    takes: bool = False
    """The message is delivered, whatever is said of it."""
    way: Literal["answer", "stall", "drop"] = "answer"
    """Answer; keep silent; cut the connection."""


def refusal(
    status: int, code: str = "", *, faults: Sequence[Fault] = (), retry_after: int | None = None, message: str = ""
) -> Answer:
    """An error of Google: `code` as an FcmError detail, `faults` as violations of a BadRequest."""
    details: list[Mapping[str, Any]] = [{"@type": FCM_ERROR, "errorCode": code}] if code else []
    if faults:
        violations = [{"field": field, "description": description} for field, description in faults]
        details.append({"@type": BAD_REQUEST, "fieldViolations": violations})
    error = {"code": status, "message": message or code or CANONICAL.get(status, "Error")}
    error |= {"status": CANONICAL.get(status, "UNKNOWN")} | ({"details": details} if details else {})
    return Answer(status, {"error": error}, retry_after)


NOT_A_TOKEN = ("message.token", "The registration token is not a valid FCM registration token")

ACCEPTED = Answer(takes=True)
BY_NAME: Mapping[str, Answer] = {
    "unreg": refusal(404, "UNREGISTERED"),
    "mismatch": refusal(403, "SENDER_ID_MISMATCH"),
    "malformed": refusal(400, "INVALID_ARGUMENT"),
    "blamed": refusal(400, "INVALID_ARGUMENT", faults=[NOT_A_TOKEN]),
    "payload": refusal(400, "INVALID_ARGUMENT", faults=[("message.android.ttl", "Invalid TTL")]),
    "bare400": refusal(400),
    "apnskey": refusal(401, "THIRD_PARTY_AUTH_ERROR"),
    "quota": refusal(429, "QUOTA_EXCEEDED"),
    "wait7": refusal(429, "QUOTA_EXCEEDED", retry_after=7),
    "busy9": refusal(503, "UNAVAILABLE", retry_after=9),
    "lost": refusal(404, message="Requested entity was not found."),
    "denied": refusal(403, message="The caller does not have permission"),
    "moved": Answer(302, ""),
    "html": Answer(502, PAGE),
    "500": refusal(500, "INTERNAL"),
    "503": refusal(503, "UNAVAILABLE"),
    "slow": Answer(takes=True, way="stall"),
    "drop": Answer(takes=True, way="drop"),
    "garble": Answer(200, "done", takes=True),
    "nameless": Answer(200, {}, takes=True),
    "oddly": Answer(400, {"error": "odd"}),
}
"""Beginning of an address -> what FCM says of it."""

_NAMES = re.compile("|".join(BY_NAME))


def answer_for(address: str) -> Answer:
    """What FCM says to a message for this address: accepted, unless its name begins with a trouble."""
    found = _NAMES.match(address)
    return BY_NAME[found[0]] if found else ACCEPTED
