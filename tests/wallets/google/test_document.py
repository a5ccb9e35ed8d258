"""Google's document, read strictly."""

import json
from itertools import count

import pytest

from wallet_service.wallets.google.document import DISCOVERY, check_document, nodes, schemas
from wallet_service.wallets.google.finding import quoted, refused

OBJECT = {"id": "1.a", "classId": "1.b", "state": "ACTIVE"}


def points(balance):
    return OBJECT | {"loyaltyPoints": {"balance": balance}}


@pytest.mark.parametrize(
    ("payload", "where", "message"),
    [
        (OBJECT | {"stat": "ACTIVE"}, "stat", "no such key"),
        (points({"int_": 3}), "loyaltyPoints.balance.int_", "no such key"),
        (points({"int": "3"}), "loyaltyPoints.balance.int", "not a whole number"),
        (points({"int": 3.5}), "loyaltyPoints.balance.int", "not a whole number"),
        (points({"int": 2**31}), "loyaltyPoints.balance.int", "more than 2147483647"),
        (points({"int": -(2**31) - 1}), "loyaltyPoints.balance.int", "less than -2147483648"),
        (points({"string": 3}), "loyaltyPoints.balance.string", "not a text"),
        (points(None), "loyaltyPoints.balance", "not an object"),
        (points({"money": {"micros": "3.5", "currencyCode": "EUR"}}), "loyaltyPoints.balance.money.micros", "no whole number"),
        (OBJECT | {"state": "active"}, "state", "none of STATE_UNSPECIFIED, ACTIVE, COMPLETED"),
        (OBJECT | {"messages": {}}, "messages", "not a list"),
        (OBJECT | {"messages": [{"body": "a"}, {"bodies": "b"}]}, "messages[1].bodies", "no such key"),
        (OBJECT | {"disableExpirationNotification": 1}, "disableExpirationNotification", "not true or false"),
        (OBJECT | {"merchantLocations": [{"latitude": "1"}]}, "merchantLocations[0].latitude", "not a number"),
        ([], "", "not an object"),
    ],
    ids=count(1),
)  # fmt: skip
def test_what_the_document_does_not_know_is_named_with_its_place(payload, where, message):
    (found,) = check_document("LoyaltyObject", payload)
    assert (found.where, message in found.message) == (where, True)
    assert refused([found])


def test_every_unknown_key_is_named():
    found = check_document("LoyaltyObject", OBJECT | {"one": 1, "two": 2})
    assert [finding.where for finding in found] == ["one", "two"]


@pytest.mark.parametrize("micros", ["5000000", 5000001])
def test_64_bits_are_taken_as_text_and_as_a_number(micros):
    assert check_document("LoyaltyObject", points({"money": {"micros": micros, "currencyCode": "EUR"}})) == []


def test_what_the_document_leaves_open_is_taken():
    assert check_document("LoyaltyClass", {"review": {"comments": "fine"}, "redemptionIssuers": ["1"]}) == []


def test_objects_are_found_by_their_names_and_places():
    payload = OBJECT | {"barcode": {"type": "QR_CODE"}, "messages": [{"localizedBody": {}}, "no object"]}
    found = [(node.schema, node.where) for node in nodes("LoyaltyObject", payload)]
    assert found == [
        ("LoyaltyObject", ""),
        ("Barcode", "barcode"),
        ("Message", "messages[0]"),
        ("LocalizedString", "messages[0].localizedBody"),
    ]


def test_the_document_is_googles_own():
    document = json.loads(DISCOVERY.read_bytes())
    assert (document["id"], document["ownerName"]) == ("walletobjects:v1", "Google")
    assert {"LoyaltyClass", "LoyaltyObject", "Message"} <= schemas().keys()


def test_a_quote_is_short_and_harmless():
    assert quoted("a\x1b[2Jb") == "“a?[2Jb”"
    assert quoted("x" * 50) == f"“{'x' * 39}…”"
