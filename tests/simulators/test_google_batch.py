"""Batches and partial replies of the simulated Google, as bytes and trees."""

import pytest

from tests.simulators.google_world import CLASS_ID
from wallet_service.simulators.google_batch import batch_reply, parts_of
from wallet_service.simulators.google_fields import partial
from wallet_service.simulators.google_wire import Call, GoogleRefusal, Reply

PART = (
    "--b\r\nContent-Type: application/http\r\nContent-ID: <{id}>\r\n\r\n"
    "PATCH /walletobjects/v1/loyaltyObject/1.x?fields=id HTTP/1.1\r\nContent-Type: application/json\r\n{more}"
    '\r\n{{"accountName": "Анна"}}\r\n'
)


def batch(body: str, content_type: str = "multipart/mixed; boundary=b") -> Call:
    headers = {"content-type": content_type, "authorization": "Bearer outer"}
    return Call("POST", "/batch", headers, body.encode())


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_each_part_is_a_call_under_its_id(newline):
    body = PART.format(id="one", more="") + PART.format(id="two", more="Authorization: Bearer inner\r\n") + "--b--\r\n"
    one, two = parts_of(batch(body.replace("\r\n", newline)))
    assert (one.content_id, two.content_id) == ("<one>", "<two>")
    assert (one.call.method, one.call.path) == ("PATCH", "/walletobjects/v1/loyaltyObject/1.x")
    assert one.call.query == {"fields": "id"}
    assert one.call.body.decode() == '{"accountName": "Анна"}'
    assert (one.call.bearer, two.call.bearer) == ("outer", "inner")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("{}", "application/json"),
        ("", "multipart/mixed; boundary=b"),
        ("--b\r\nContent-Type: text/plain\r\n\r\nGET /x HTTP/1.1\r\n\r\n--b--\r\n", "multipart/mixed; boundary=b"),
        ("--b\r\nContent-Type: application/http\r\n\r\nnonsense\r\n\r\n--b--\r\n", "multipart/mixed; boundary=b"),
        (PART.format(id="x", more="") * 1001 + "--b--\r\n", "multipart/mixed; boundary=b"),
    ],
    ids=["json", "empty", "no-http", "no-request-line", "too-many"],
)
def test_what_is_no_batch_is_refused(body, content_type):
    with pytest.raises(GoogleRefusal):
        parts_of(batch(body, content_type))


def test_replies_carry_their_ids_and_own_statuses_inside_a_200():
    parts = parts_of(batch(PART.format(id="one", more="") + PART.format(id="two", more="") + "--b--\r\n"))
    reply = batch_reply(parts, [Reply(200, {"id": "1.x"}), Reply(404, {"error": {}}, delay=2.0, dropped=True)])
    text = reply.content.decode()
    assert (reply.status, reply.delay, reply.dropped) == (200, 2.0, True)
    assert "Content-ID: <response-one>\r\n\r\nHTTP/1.1 200 OK\r\n" in text
    assert "Content-ID: <response-two>\r\n\r\nHTTP/1.1 404 Not Found\r\n" in text
    assert '\r\n\r\n{"id":"1.x"}\r\n--' in text


def test_a_part_without_an_id_gets_a_reply_without_one():
    (part,) = parts_of(batch(PART.format(id="x", more="").replace("Content-ID: <x>\r\n", "") + "--b--\r\n"))
    assert b"Content-ID" not in batch_reply([part], [Reply(200, {})]).content


TREE = {
    "id": "1.x",
    "points": {"label": "B", "balance": {"int": 1}},
    "resources": [{"id": "1", "state": "A"}, {"id": "2"}],
}


@pytest.mark.parametrize(
    ("fields", "picked"),
    [
        ("id", {"id": "1.x"}),
        ("id,points/label", {"id": "1.x", "points": {"label": "B"}}),
        ("points/balance/int", {"points": {"balance": {"int": 1}}}),
        ("resources(id)", {"resources": [{"id": "1"}, {"id": "2"}]}),
        ("points(label,balance/int),id", {"points": {"label": "B", "balance": {"int": 1}}, "id": "1.x"}),
        ("resources/state", {"resources": [{"state": "A"}, {}]}),
        ("*/label", {"id": "1.x", "points": {"label": "B"}, "resources": [{}, {}]}),
        ("*", TREE),
        ("absent", {}),
    ],
)
def test_fields_pick_members(fields, picked):
    assert partial(TREE, fields) == picked


@pytest.mark.parametrize(
    "fields",
    ["", "id)", "id points", "(id)(", "id%", "id,", "id,,id", "points/", "points(id", "id/)", f"id,{CLASS_ID}"],
)
def test_nonsense_in_fields_is_refused(fields):
    with pytest.raises(GoogleRefusal, match="Invalid field selection"):
        partial(TREE, fields)
