"""What APNs demands of a request before it looks at it: one table, in the order in which APNs complains.

Source: Apple, "Sending notification requests to APNs" and "Handling notification responses from APNs".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wallet_service.simulators.apns_script import Answer

PUSH_TYPES = frozenset({
    "alert", "background", "complication", "controls", "fileprovider", "liveactivity",
    "location", "mdm", "pushtotalk", "voip", "widgets",
})  # fmt: skip
PRIORITIES = frozenset({"1", "5", "10"})
MAX_PAYLOAD = 4096

_DEVICE_PATH = "/3/device/"
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")
_TOKEN = re.compile(r"(?:[0-9A-Fa-f]{2}){32,100}")
_TOPIC = re.compile(r"[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request with its header fields in order, and whom the client certificate names."""

    fields: Sequence[tuple[str, str]]
    payload: bytes
    subject_uid: str | None
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", dict(self.fields))

    @property
    def path(self) -> str:
        """The path asked for; CONNECT has none."""
        return self.headers.get(":path", "")

    @property
    def token(self) -> str:
        """The device token in the path, or "" when the path is not that of a device."""
        return self.path.removeprefix(_DEVICE_PATH) if self.path.startswith(_DEVICE_PATH) else ""

    @property
    def topic(self) -> str:
        """The topic the push is for, or "" when it names none."""
        return self.headers.get("apns-topic", "")

    def lacks(self, header: str, shape: re.Pattern[str]) -> bool:
        """Whether the header is there and not of that shape."""
        value = self.headers.get(header)
        return value is not None and not shape.fullmatch(value)


@dataclass(frozen=True, slots=True)
class _Rule:
    status: int
    reason: str
    broken_by: Callable[[Request], bool]


_RULES = (
    _Rule(404, "BadPath", lambda r: not r.path.startswith(_DEVICE_PATH)),
    _Rule(405, "MethodNotAllowed", lambda r: r.headers[":method"] != "POST"),
    _Rule(400, "MissingDeviceToken", lambda r: not r.token),
    _Rule(400, "BadDeviceToken", lambda r: not _TOKEN.fullmatch(r.token)),
    _Rule(400, "DuplicateHeaders", lambda r: len(r.headers) != len(r.fields)),
    _Rule(403, "BadCertificate", lambda r: not r.subject_uid),
    _Rule(400, "MissingTopic", lambda r: not r.topic),
    _Rule(400, "BadTopic", lambda r: not _TOPIC.fullmatch(r.topic)),
    _Rule(400, "TopicDisallowed", lambda r: r.topic != r.subject_uid),
    _Rule(400, "InvalidPushType", lambda r: r.headers.get("apns-push-type", "alert") not in PUSH_TYPES),
    _Rule(400, "BadPriority", lambda r: r.headers.get("apns-priority", "10") not in PRIORITIES),
    _Rule(400, "BadExpirationDate", lambda r: r.lacks("apns-expiration", _UNIX_SECONDS)),
    _Rule(400, "BadCollapseId", lambda r: len(r.headers.get("apns-collapse-id", "")) > 64),
    _Rule(400, "BadMessageId", lambda r: r.lacks("apns-id", _UUID)),
    _Rule(400, "PayloadEmpty", lambda r: not r.payload),
    _Rule(413, "PayloadTooLarge", lambda r: len(r.payload) > MAX_PAYLOAD),
)


def refusal_of(request: Request) -> Answer | None:
    """APNs' complaint about a request, or None when there is nothing to complain about."""
    broken = next((rule for rule in _RULES if rule.broken_by(request)), None)
    return Answer(broken.status, broken.reason) if broken else None
