"""Many calls in one request: what is packed is what Google unpacks, and what it answers is found again."""

from email.parser import BytesParser
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.google import batch, calls
from wallet_service.wallets.google.verdict import Answer

CALLS = [
    calls.patch("loyaltyObject", "1.anna", {"accountName": "Анна\r\n--wallet_service_batch--"}),
    calls.insert("loyaltyObject", {"id": "1.boris"}),
    calls.get("loyaltyObject", "1.vera"),
]
TYPE = "multipart/mixed; boundary=batch_x"


def answered(*parts, end=b"--batch_x--", line=b"\r\n"):
    return line.join(line.join((b"--batch_x", *part)) for part in parts) + line + end


def part(number, status=200, content=b"{}", *more):
    head = (b"Content-Type: application/http", b"Content-ID: <response-%d>" % number, b"")
    return (*head, b"HTTP/1.1 %d Any Words" % status, b"Content-Type: application/json", *more, b"", content)


def test_a_batch_is_multipart_as_others_read_it():
    read = BytesParser().parsebytes(b"Content-Type: " + batch.CONTENT_TYPE.encode() + b"\r\n\r\n" + batch.pack(CALLS))
    parts: Any = read.get_payload()
    assert read.is_multipart()
    assert [each["Content-ID"] for each in parts] == ["<0>", "<1>", "<2>"]
    assert {each.get_content_type() for each in parts} == {"application/http"}
    for each, call in zip(parts, CALLS, strict=True):
        line, _, rest = each.get_payload(decode=True).partition(b"\r\n")
        assert line.decode() == f"{call.method} {call.path} HTTP/1.1"
        head, _, content = rest.partition(b"\r\n\r\n")
        assert content.removesuffix(b"\r\n") == call.content
        assert f"Content-Length: {len(call.content)}".encode() in head


def test_paths_are_quoted_and_bodies_are_json():
    assert (
        calls.patch("loyaltyObject", "1.a/b", {}).path
        == "/walletobjects/v1/loyaltyObject/1.a%2Fb?fields=id&prettyPrint=false"
    )
    assert calls.permissions("1/2").path.startswith("/walletobjects/v1/permissions/1%2F2")
    message = calls.add_message("loyaltyClass", "1.a", {"id": "m"})
    assert orjson.loads(message.content) == {"message": {"id": "m"}}
    assert message.path.startswith("/walletobjects/v1/loyaltyClass/1.a/addMessage")
    (document,) = orjson.loads(calls.validate([{"id": "1.a"}], []).content)["jsonResource"].values()
    assert orjson.loads(document) == {"payload": {"loyaltyClasses": [{"id": "1.a"}], "loyaltyObjects": []}}
    assert calls.get("loyaltyObject", "1.a").content == b""


@pytest.mark.parametrize("line", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
def test_answers_are_found_in_whatever_order_they_come(line):
    body = answered(part(1, 409, b'{"error":{}}'), part(0, 200, b'{"id":"1.anna"}'), line=line)
    assert batch.unpack(TYPE, body, 2) == [Answer(200, b'{"id":"1.anna"}'), Answer(409, b'{"error":{}}')]


def test_an_answer_may_ask_us_to_wait_and_the_boundary_may_be_quoted():
    body = b"a preamble\r\n" + answered(part(0, 429, b"", b"Retry-After: 7"))
    assert batch.unpack('multipart/mixed; boundary="batch_x"', body, 1) == [Answer(429, b"", "7")]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("text/html", answered(part(0)), id="no boundary"),
        pytest.param("", b"", id="nothing"),
        pytest.param(TYPE, b"<html>", id="a page"),
        pytest.param(TYPE, answered(part(7)), id="another's answer"),
        pytest.param(TYPE, answered((b"Content-ID: <response-0>", b"", b"gibberish")), id="no status"),
        pytest.param(TYPE, answered((b"Content-ID: <response-0>",)), id="no answer inside"),
        pytest.param(TYPE, answered((b"Content-Type: a/b", b"", b"HTTP/1.1 200 OK", b"", b"{}")), id="no id"),
    ],
)
def test_an_answer_that_is_missing_or_cannot_be_understood_is_none(content_type, body):
    assert batch.unpack(content_type, body, 1) == [None]


def test_an_answer_that_is_cut_off_is_still_found():
    assert batch.unpack(TYPE, answered(part(0), part(1), end=b""), 2) == [Answer(200, b"{}"), Answer(200, b"{}")]


@given(st.text(max_size=60), st.binary(max_size=400))
def test_unpacking_never_raises_whatever_came(content_type, body):
    assert len(batch.unpack(content_type, body, 3)) == 3
    assert len(batch.unpack(TYPE, b"--batch_x\r\nContent-ID: <response-0>\r\n\r\nHTTP/1.1 200 OK\r\n" + body, 3)) == 3
