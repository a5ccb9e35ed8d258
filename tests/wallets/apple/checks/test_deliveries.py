"""A pass that is right on disk can still be delivered wrong: rule 32, and rule 29 between two versions."""

import pytest

from tests.wallets.apple.checks.case import codes
from tests.wallets.apple.checks.good_pass import good_document
from wallet_service.wallets.apple.checks import check_delivery, check_update

PASS = {"Content-Type": "application/vnd.apple.pkpass", "Last-Modified": "Sun, 22 Nov 2026 00:00:00 GMT"}
LIST = {"content-type": "application/json"}
BODY = b"PK\x03\x04 and so on"


def test_a_good_delivery_provokes_nothing():
    assert check_delivery(200, PASS, BODY, previous=b"PK\x03\x04 of before") == []


def test_a_good_list_provokes_nothing():
    assert check_delivery(200, LIST, b'{"serialNumbers": ["card_1"], "lastUpdated": "42"}') == []


@pytest.mark.parametrize("status", [204, 304])
def test_an_empty_answer_is_good(status):
    assert check_delivery(status, {}, b"") == []


@pytest.mark.parametrize(
    ("status", "headers", "body", "where"),
    [
        (200, PASS | {"Content-Type": "application/zip"}, BODY, "Content-Type"),
        (200, {"Last-Modified": "today"}, BODY, "Content-Type"),
        (302, {"Location": "/login"}, b"", "the status"),
        (401, {}, b"", "the status"),
        (200, PASS, b"\n<!doctype html>", "the body"),
        (200, PASS | {"Content-Encoding": "gzip"}, BODY, "Content-Encoding"),
        (200, PASS, b"\x1f\x8b\x08", "Content-Encoding"),
        (304, PASS, BODY, "the body"),
        (200, LIST, b'{"serialNumbers": ["card_1"], "lastUpdated": 42}', "lastUpdated"),
        (200, LIST, b'{"serialNumbers": [1], "lastUpdated": "42"}', "serialNumbers"),
        (200, LIST, b'{"serialNumbers": "card_1", "lastUpdated": "42"}', "serialNumbers"),
        (200, LIST, b"[]", "the body"),
        (200, LIST, b"{", "the body"),
    ],
)
def test_a_wrong_delivery_is_named(status, headers, body, where):
    findings = check_delivery(status, headers, body)
    assert codes(findings) == "E32"
    assert where in {finding.where for finding in findings}


def test_a_missing_last_modified_is_a_warning():
    assert codes(check_delivery(200, {"Content-Type": "application/vnd.apple.pkpass"}, BODY)) == "W32"


def test_unchanged_bytes_are_a_warning():
    assert codes(check_delivery(200, PASS, BODY, previous=BODY)) == "W32"


def updated(**values: object) -> dict[str, object]:
    """The good document with these values in its fields, all of which announce themselves."""
    document = good_document()
    for slot in document["storeCard"].values():
        for field in slot:
            field |= {"value": values.get(field["key"], field["value"]), "changeMessage": "%@"}
    document["posterGeneric"]["headerFields"] = document["storeCard"]["headerFields"]
    return document


def test_one_changed_field_may_announce_itself():
    assert check_update(updated(), updated(balance=1300)) == []


def test_a_changed_field_without_a_message_stays_silent():
    assert check_update(good_document(), good_document() | {"storeCard": {}}) == []


def test_two_announcing_fields_are_a_warning():
    (finding,) = check_update(updated(), updated(balance=1300, worth=13.0))
    assert (finding.number, finding.severity, finding.where) == (29, "W", "balance, worth")
