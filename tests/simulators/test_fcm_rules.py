"""The simulated FCM's rules against Google's own discovery document, and each rule of prose."""

import json
from importlib.resources import files
from typing import Any

import pytest

from wallet_service.simulators.fcm_rules import SHAPES, camelised, faults_of

TYPES = {
    ("string", "google-duration"): "duration",
    ("string", "google-datetime"): "string",
    ("integer", "int32"): "integer",
    ("number", "float"): "number",
}


def discovered() -> dict[str, Any]:
    """Google's schemas of what is sent."""
    document = files("googleapiclient") / "discovery_cache" / "documents" / "fcm.v1.json"
    schemas: dict[str, Any] = json.loads(document.read_text())["schemas"]
    about_topics = {"Empty", "ListTopicSubscriptionsResponse", "TopicSubscription"}
    return {name: schema for name, schema in schemas.items() if name not in about_topics}


def kind_of(member: dict[str, Any]) -> str:
    """Our word for the type of a member."""
    if "$ref" in member:
        return str(member["$ref"])
    if member["type"] == "array":
        return f"{kind_of(member['items'])}s"
    if "additionalProperties" in member:
        return "map" if member["additionalProperties"]["type"] == "string" else "struct"
    return TYPES.get((member["type"], member.get("format", "")), str(member["type"]))


def test_the_members_and_their_types_are_those_of_googles_own_document() -> None:
    theirs = {
        name: {member: kind_of(told) for member, told in schema.get("properties", {}).items()}
        for name, schema in discovered().items()
    }
    assert {name: dict(members) for name, members in SHAPES.items()} == theirs


def refused(**message: Any) -> list[str]:
    """The members at fault in a message to Anna."""
    return [where for where, _ in faults_of({"message": {"fid": "anna", **message}})]


def test_names_may_be_in_snake_case_too() -> None:
    snake = {
        "message": {"fid": "a", "android": {"collapse_key": "k"}, "data": {"snake_key": "v"}},
        "validate_only": True,
    }
    assert list(faults_of(snake)) == []
    assert camelised("SendMessageRequest", snake) == {
        "message": {"fid": "a", "android": {"collapseKey": "k"}, "data": {"snake_key": "v"}},
        "validateOnly": True,
    }


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"surprise": 1}, "message.surprise"),
        ({"android": {"notification": {"tags": "x"}}}, "message.android.notification.tags"),
        ({"android": []}, "message.android"),
        ({"data": {"points": 300}}, "message.data"),
        ({"android": {"ttl": "3600"}}, "message.android.ttl"),
        ({"android": {"notification": {"notificationCount": 2**31}}}, "message.android.notification.notificationCount"),
        ({"android": {"notification": {"sticky": "yes"}}}, "message.android.notification.sticky"),
        ({"android": {"notification": {"bodyLocArgs": [1]}}}, "message.android.notification.bodyLocArgs"),
        ({"android": {"notification": {"vibrateTimings": ["1"]}}}, "message.android.notification.vibrateTimings"),
        ({"android": {"notification": {"lightSettings": 1}}}, "message.android.notification.lightSettings"),
        ({"apns": {"payload": "aps"}}, "message.apns.payload"),
        ({"topic": "news"}, "message"),
        ({"fid": ""}, "message"),
        ({"android": {}, "androidV2": {}}, "message.android"),
        ({"data": {"google.x": "1"}}, "message.data"),
        ({"data": {"from": "1"}}, "message.data"),
        ({"android": {"ttl": "2419201s"}}, "message.android.ttl"),
        ({"fcmOptions": {"analyticsLabel": "two words"}}, "message.fcmOptions"),
        ({"apns": {"headers": {"apns-collapse-id": "k" * 65}}}, "message.apns.headers"),
        ({"webpush": {"fcmOptions": {"link": "http://burgers.example"}}}, "message.webpush"),
        ({"notification": {"body": "ж" * 2050}}, "message"),
    ],
)
def test_whatever_google_would_refuse_is_refused_with_its_place(message: dict[str, Any], where: str) -> None:
    assert refused(**message) == [where]


def test_a_full_message_is_fine() -> None:
    assert (
        refused(
            notification={"title": "T", "body": "B"},
            data={"key": "k"},
            android={"ttl": "2419200s", "priority": "HIGH", "notification": {"tag": "k", "vibrateTimings": ["0.5s"]}},
            apns={"headers": {"apns-collapse-id": "k" * 64}, "payload": {"aps": {}}},
            webpush={
                "headers": {"TTL": "60"},
                "notification": {"tag": "k"},
                "fcmOptions": {"link": "https://b.example"},
            },
            fcmOptions={"analyticsLabel": "spring~26"},
        )
        == []
    )
