"""What APNs meant by an answer: a pure table from status and reason to the outcome of a push.

Apple: "Handling notification responses from APNs"; the reasons are those of its table of error strings.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from wallet_service.retry_after import seconds_of
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult

BAD_DEVICE_TOKEN = "BadDeviceToken"  # noqa: S105 - a reason of Apple's table

OUTCOME_OF_REASON: Mapping[str, PushOutcome] = {
    BAD_DEVICE_TOKEN: PushOutcome.DEAD_TOKEN,
    "ExpiredToken": PushOutcome.DEAD_TOKEN,
    "Unregistered": PushOutcome.DEAD_TOKEN,
    "TooManyProviderTokenUpdates": PushOutcome.THROTTLED,
    "TooManyRequests": PushOutcome.THROTTLED,
    "IdleTimeout": PushOutcome.UNAVAILABLE,
    "InternalServerError": PushOutcome.UNAVAILABLE,
    "ServiceUnavailable": PushOutcome.UNAVAILABLE,
    "Shutdown": PushOutcome.UNAVAILABLE,
    "BadCertificate": PushOutcome.REJECTED,
    "BadCertificateEnvironment": PushOutcome.REJECTED,
    "BadCollapseId": PushOutcome.REJECTED,
    "BadExpirationDate": PushOutcome.REJECTED,
    "BadMessageId": PushOutcome.REJECTED,
    "BadPath": PushOutcome.REJECTED,
    "BadPriority": PushOutcome.REJECTED,
    "BadTopic": PushOutcome.REJECTED,
    "DeviceTokenNotForTopic": PushOutcome.REJECTED,
    "DuplicateHeaders": PushOutcome.REJECTED,
    "ExpiredProviderToken": PushOutcome.REJECTED,
    "Forbidden": PushOutcome.REJECTED,
    "InvalidProviderToken": PushOutcome.REJECTED,
    "InvalidPushType": PushOutcome.REJECTED,
    "MethodNotAllowed": PushOutcome.REJECTED,
    "MissingDeviceToken": PushOutcome.REJECTED,
    "MissingProviderToken": PushOutcome.REJECTED,
    "MissingTopic": PushOutcome.REJECTED,
    "PayloadEmpty": PushOutcome.REJECTED,
    "PayloadTooLarge": PushOutcome.REJECTED,
    "TopicDisallowed": PushOutcome.REJECTED,
}

OUTCOME_OF_STATUS: Mapping[int, PushOutcome] = {
    200: PushOutcome.ACCEPTED,
    410: PushOutcome.DEAD_TOKEN,
    429: PushOutcome.THROTTLED,
}


def judge(push: Push, status: int, body: bytes = b"", retry_after: bytes | None = None) -> PushResult:
    """The verdict in a complete answer of APNs; `retry_after` is that header's value as it came."""
    if status == 200:
        return PushResult(push, PushOutcome.ACCEPTED, 200)
    said = _object(body)
    reason, timestamp = said.get("reason"), said.get("timestamp")
    return PushResult(
        push,
        outcome_of(reason, status),
        status,
        reason if isinstance(reason, str) else None,
        timestamp if status == 410 and type(timestamp) is int else None,
        seconds_of(retry_after.decode("latin-1")) if retry_after is not None else None,
    )


def outcome_of(reason: object, status: int) -> PushOutcome:
    """The outcome for Apple's reason; an unknown reason is judged by its status alone."""
    if isinstance(reason, str) and reason in OUTCOME_OF_REASON:
        return OUTCOME_OF_REASON[reason]
    otherwise = PushOutcome.UNAVAILABLE if status >= 500 else PushOutcome.REJECTED
    return OUTCOME_OF_STATUS.get(status, otherwise)


def reason_in(body: bytes) -> str | None:
    """The reason in a JSON body; None if there is none (a proxy's HTML page is no reason)."""
    reason = _object(body).get("reason")
    return reason if isinstance(reason, str) else None


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
