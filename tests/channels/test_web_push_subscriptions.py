"""What a browser may say of itself, and what is refused before anything leaves."""

import json
from typing import Any

import orjson
import pytest

from tests.channels.browsers import PhoneBook, notice, web_push
from wallet_service.channels.web_push import LONGEST, Parcel, pack, topic_of
from wallet_service.channels.web_subscription import (
    Subscription,
    SubscriptionUnreadable,
    read_endpoint,
    read_subscription,
)
from wallet_service.outcomes import Refused

POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
ENDPOINT = "https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"
GOOD = Subscription(ENDPOINT, POINT, SECRET)


def written(**rest: Any) -> bytes:
    """A good subscription, but for what is given; a member given as None is missing."""
    given = {"endpoint": ENDPOINT, "p256dh": POINT, "auth": SECRET, **rest}
    keys = {name: given[name] for name in ("p256dh", "auth") if given[name] is not None}
    return json.dumps({"endpoint": given["endpoint"], "expirationTime": None, "keys": keys}).encode()


def test_a_subscription_is_read_as_browsers_write_it() -> None:
    assert read_subscription(written()) == GOOD
    assert read_subscription(written(p256dh=f"{POINT}=", auth=f"{SECRET}==")) == GOOD
    assert read_endpoint(written()) == ENDPOINT


def test_a_subscription_survives_its_own_writing() -> None:
    assert read_subscription(GOOD.as_json()) == GOOD


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        (ENDPOINT, "https://push.example.net"),
        ("https://127.0.0.1:8443/push/1?x=%20", "https://127.0.0.1:8443"),
        ("https://xn--e1afmkfd.example/", "https://xn--e1afmkfd.example"),
    ],
)
def test_the_origin_is_the_push_service(endpoint: str, origin: str) -> None:
    assert read_subscription(written(endpoint=endpoint)).origin == origin


@pytest.mark.parametrize(
    "endpoint",
    [
        None,
        7,
        "",
        "push.example/1",
        "http://push.example/1",
        "ftp://push.example/1",
        "https:///1",
        "https://push.example",
        "https://PUSH.example/1",
        "https://пуш.example/1",
        "https://push.example@10.0.0.1/1",
        "https://push.example\\@10.0.0.1/1",
        "https://[::1]/1",
        "https://[/1",
        "https://push..example/1",
        "https://.push.example/1",
        f"https://{'x' * 64}.example/1",
        "https://push.example:/1",
        "https://push.example:0/1",
        "https://push.example:123456/1",
        "https://push.example/1 2",
        "https://push.example/1\r\nHost: x",
        "https://push.example/1\n",
        "https://push.example/%s" % ("x" * 2048),
    ],
)
def test_an_endpoint_that_could_be_read_in_two_ways_is_refused(endpoint: Any) -> None:
    with pytest.raises(SubscriptionUnreadable, match="endpoint is no"):
        read_subscription(written(endpoint=endpoint))
    with pytest.raises(SubscriptionUnreadable, match="endpoint is no"):
        read_endpoint(written(endpoint=endpoint))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("p256dh", None),
        ("p256dh", POINT[:-1]),
        ("p256dh", POINT.replace("_", " ")),
        ("p256dh", "ключ"),
        ("p256dh", "A" * 87),
        ("p256dh", "BA" + "A" * 85),
        ("auth", None),
        ("auth", 7),
        ("auth", ""),
        ("auth", SECRET[:-2]),
        ("auth", f"{SECRET}AA"),
    ],
)
def test_keys_that_seal_nothing_are_refused_by_name(member: str, value: Any) -> None:
    with pytest.raises(SubscriptionUnreadable, match=f"keys.{member}"):
        read_subscription(written(**{member: value}))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b"{}", "no keys"),
        (b'{"keys": []}', "no keys"),
    ],
)
def test_what_is_no_subscription_at_all_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SubscriptionUnreadable, match=reason):
        read_subscription(body)


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ({"title": "", "body": ""}, "it says nothing"),
        ({"link": "http://burgers.example"}, "its link is not https"),
        ({"kind": "fid"}, "a browser has no address of the kind fid"),
        ({"body": "б" * 2000}, "it is longer than 3993 bytes"),
    ],
)
async def test_a_message_that_no_browser_takes_is_refused_without_a_request(rest: dict[str, Any], reason: str) -> None:
    nobody = PhoneBook({})
    async with web_push(resolver=nobody) as channel:
        assert await channel.send([notice(GOOD.as_json(), **rest)]) == [Refused(reason)]
    assert nobody.asked == []


async def test_an_address_that_is_no_subscription_is_refused_without_a_request() -> None:
    nobody = PhoneBook({})
    async with web_push(resolver=nobody) as channel:
        outcomes = await channel.send([notice("{}"), notice("anna@burgers.example")])
    assert outcomes == [
        Refused("its address is no push subscription: It has no keys."),
        Refused("its address is no push subscription: It is not JSON."),
    ]
    assert nobody.asked == []


def test_the_longest_message_fits_and_one_byte_more_does_not() -> None:
    short = pack(notice(GOOD.as_json(), body=""))
    assert isinstance(short, Parcel)
    room = LONGEST - len(short.text)
    assert isinstance(pack(notice(GOOD.as_json(), body="x" * room)), Parcel)
    assert pack(notice(GOOD.as_json(), body="x" * (room + 1))) == Refused("it is longer than 3993 bytes")


def test_the_service_worker_is_told_what_to_show() -> None:
    packed = pack(notice(GOOD.as_json(), key="k1", title="Hello", body="300 points", link=None))
    assert isinstance(packed, Parcel)
    shown = {"title": "Hello", "body": "300 points", "tag": "k1", "data": {"link": None}}
    assert orjson.loads(packed.text) == shown


def test_a_topic_is_thirty_two_characters_and_tells_keys_apart() -> None:
    topics = {topic_of(key) for key in ("a", "b", "~" * 64)}
    assert len(topics) == 3
    assert {len(topic) for topic in topics} == {32}
