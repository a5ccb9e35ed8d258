"""What FCM takes: the members of its HTTP v1 messages and the rules its reference adds in prose."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

FOUR_WEEKS = 28 * 86400
PAYLOAD = 4096
TARGETS = ("fid", "token", "topic", "condition")

_TEXTS = "body:string bodyLocArgs:strings bodyLocKey:string title:string titleLocArgs:strings titleLocKey:string"
_LOOKS = (
    "channelId:string clickAction:string color:string defaultLightSettings:boolean defaultSound:boolean "
    "defaultVibrateTimings:boolean eventTime:string icon:string image:string localOnly:boolean "
    "notificationCount:integer notificationPriority:string sound:string sticky:boolean tag:string ticker:string "
    "vibrateTimings:durations visibility:string"
)
_CARRIAGE = (
    "bandwidthConstrainedOk:boolean collapseKey:string data:map directBootOk:boolean fcmOptions:AndroidFcmOptions "
    "restrictedPackageName:string restrictedSatelliteOk:boolean ttl:duration"
)
_LIGHTS = "color:Color lightOffDuration:duration lightOnDuration:duration"

_TABLE = {
    "SendMessageRequest": "message:Message validateOnly:boolean",
    "Message": "android:AndroidConfig androidV2:AndroidConfigV2 apns:ApnsConfig condition:string data:map "
    "fcmOptions:FcmOptions fid:string name:string notification:Notification token:string topic:string "
    "webpush:WebpushConfig",
    "Notification": "body:string image:string title:string",
    "FcmOptions": "analyticsLabel:string",
    "AndroidConfig": f"{_CARRIAGE} notification:AndroidNotification priority:string",
    "AndroidConfigV2": f"{_CARRIAGE} backgroundSync:AndroidBackgroundSyncMessage "
    "remoteNotification:AndroidRemoteNotification",
    "AndroidBackgroundSyncMessage": "",
    "AndroidRemoteNotification": "mutableContent:boolean notification:AndroidNotificationV2 useAsV1DataMessage:boolean",
    "AndroidFcmOptions": "analyticsLabel:string",
    "AndroidNotification": f"{_TEXTS} {_LOOKS} bypassProxyNotification:boolean lightSettings:LightSettings proxy:string",
    "AndroidNotificationV2": f"{_TEXTS} {_LOOKS} id:integer "
    "lightSettings:GoogleFirebaseFcmV1AndroidNotificationV2LightSettings",
    "LightSettings": _LIGHTS,
    "GoogleFirebaseFcmV1AndroidNotificationV2LightSettings": _LIGHTS,
    "Color": "alpha:number blue:number green:number red:number",
    "ApnsConfig": "fcmOptions:ApnsFcmOptions headers:map liveActivityToken:string payload:struct",
    "ApnsFcmOptions": "analyticsLabel:string image:string",
    "WebpushConfig": "data:map fcmOptions:WebpushFcmOptions headers:map notification:struct",
    "WebpushFcmOptions": "analyticsLabel:string link:string",
}

SHAPES: Mapping[str, Mapping[str, str]] = {
    name: dict(member.split(":") for member in members.split()) for name, members in _TABLE.items()
}
"""Schema -> member -> its type."""

Fault = tuple[str, str]
"""The member at fault, and what is wrong with it."""


def faults_of(request: Any) -> Iterator[Fault]:
    """Everything that FCM would refuse in the body of a `messages:send`; names in camel case or snake case."""
    shape = list(_misfits("SendMessageRequest", request, ""))
    yield from shape or _broken_rules(camelised("SendMessageRequest", request).get("message", {}))


def camelised(schema: str, value: Any) -> Any:
    """The same message with every member that has a schema in camel case."""
    if schema not in SHAPES or not isinstance(value, dict):
        return value
    named = {_camel(name): member for name, member in value.items()}
    return {name: camelised(SHAPES[schema].get(name, ""), member) for name, member in named.items()}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def _misfits(kind: str, value: Any, where: str) -> Iterator[Fault]:
    if kind not in SHAPES:
        if not _FITS[kind](value):
            yield where, f"Invalid value ({kind})"
    elif not isinstance(value, dict):
        yield where, "Invalid value (object)"
    else:
        for name, member in value.items():
            yield from _member_misfits(SHAPES[kind].get(_camel(name)), member, f"{where}.{_camel(name)}".lstrip("."))


def _member_misfits(kind: str | None, value: Any, where: str) -> Iterator[Fault]:
    if kind is None:
        yield where, f'Unknown name "{where.rpartition(".")[2]}": Cannot find field.'
    else:
        yield from _misfits(kind, value, where)


def _is_duration(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d+(\.\d{1,9})?s", value) is not None


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int and abs(value) < 2**31,
    "number": lambda value: type(value) in {int, float},
    "duration": _is_duration,
    "durations": lambda value: isinstance(value, list) and all(map(_is_duration, value)),
    "strings": lambda value: isinstance(value, list) and all(isinstance(entry, str) for entry in value),
    "map": lambda value: isinstance(value, dict) and all(isinstance(entry, str) for entry in value.values()),
    "struct": lambda value: isinstance(value, dict),
}


def _broken_rules(message: Mapping[str, Any]) -> Iterator[Fault]:
    android, apns, webpush = (message.get(part, {}) for part in ("android", "apns", "webpush"))
    labels = [part.get("fcmOptions", {}).get("analyticsLabel") for part in (message, android, apns, webpush)]
    rules = (
        (sum(map(bool, map(message.get, TARGETS))) == 1, "message", "Exactly one target is needed"),
        (not ("android" in message and "androidV2" in message), "message.android", "android and androidV2 exclude"),
        (not any(map(_reserved, message.get("data", {}))), "message.data", "Reserved key"),
        (_seconds(android.get("ttl", "0s")) <= FOUR_WEEKS, "message.android.ttl", "More than four weeks"),
        (all(_is_label(label) for label in labels if label is not None), "message.fcmOptions", "Bad label"),
        (len(apns.get("headers", {}).get("apns-collapse-id", "").encode()) <= 64, "message.apns.headers", "Too long"),
        (webpush.get("fcmOptions", {}).get("link", "https://").startswith("https://"), "message.webpush", "Not https"),
        (_payload(message) <= PAYLOAD, "message", "Message is too big"),
    )
    yield from ((field, reason) for kept, field, reason in rules if not kept)


def _payload(message: Mapping[str, Any]) -> int:
    """Bytes of names and values of notification and data."""
    said = [message.get("notification", {}), message.get("data", {})]
    return sum(len(f"{name}{value}".encode()) for part in said for name, value in part.items())


def _reserved(key: str) -> bool:
    return key in {"from", "message_type"} or key.startswith(("google.", "gcm.notification."))


def _is_label(label: str) -> bool:
    return re.fullmatch(r"[a-zA-Z0-9\-_.~%]{1,50}", label) is not None


def _seconds(ttl: str) -> float:
    return float(ttl.removesuffix("s"))
