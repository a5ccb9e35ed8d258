"""What the simulated Google refuses in a class or object: its schema, and the rules that the schema lacks."""

import pytest

from tests.simulators.google_world import loyalty_class, loyalty_object
from wallet_service.simulators.google_kinds import KINDS, at, merged
from wallet_service.simulators.google_rules import complaints, require_id, require_rules
from wallet_service.simulators.google_schema import require_shape
from wallet_service.simulators.google_wire import GoogleRefusal

CLASS, OBJECT = KINDS["loyaltyClass"], KINDS["loyaltyObject"]
SPOT = {"latitude": 55.75, "longitude": 37.61}


def test_a_plain_class_and_object_have_no_fault():
    require_shape("LoyaltyClass", loyalty_class())
    require_shape("LoyaltyObject", loyalty_object())
    require_rules(CLASS, loyalty_class())
    require_rules(OBJECT, loyalty_object())


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("colour", "red"),
        ("loyaltyPoints", {"balanse": {"int": 1}}),
        ("loyaltyPoints", {"balance": {"int": "1"}}),
        ("loyaltyPoints", {"balance": {"int": 1.5}}),
        ("loyaltyPoints", {"balance": {"int": 2**31}}),
        ("loyaltyPoints", {"balance": {"money": {"micros": "1.5", "currencyCode": "RUB"}}}),
        ("state", "LIVELY"),
        ("state", "active"),
        ("accountName", None),
        ("locations", [SPOT]),
        ("kind", "walletobjects#loyaltyObject"),
        ("messages", {"header": "not a list"}),
    ],
)
def test_the_schema_refuses_what_google_does_not_name_or_has_deprecated(member, value):
    with pytest.raises(GoogleRefusal) as refused:
        require_shape("LoyaltyObject", loyalty_object(**{member: value}))
    assert refused.value.status == 400


@pytest.mark.parametrize("micros", ["5000000", 5_000_000], ids=["string", "number"])
def test_a_64_bit_integer_is_a_string_or_a_number(micros):
    require_shape("Money", {"micros": micros, "currencyCode": "RUB"})


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"issuerName": ""}, "issuerName: required"),
        ({"programLogo": {}}, "programLogo: required"),
        ({"heroImage": {"sourceUri": {"uri": "https://x"}, "privateImageId": "1"}}, "heroImage: exactly one of"),
        ({"heroImage": {"sourceUri": {}}}, "heroImage.sourceUri: uri: required"),
        ({"hexBackgroundColor": "red"}, "hexBackgroundColor: 'red' does not match"),
        ({"hexBackgroundColor": "#1234"}, "hexBackgroundColor: '#1234' does not match"),
        ({"callbackOptions": {"url": "http://shop.example/x"}}, "callbackOptions: HTTPS required"),
        ({"callbackOptions": {"url": "http://8.8.8.8/x"}}, "callbackOptions: HTTPS required"),
        ({"callbackOptions": {}}, "callbackOptions: HTTPS required"),
        ({"merchantLocations": [SPOT] * 11}, "merchantLocations: 11 items, at most 10 are allowed"),
        ({"merchantLocations": [{"latitude": 1}]}, "merchantLocations: longitude: required"),
        ({"merchantLocations": [{**SPOT, "latitude": 90.5}]}, "merchantLocations.latitude: 90.5 is not in -90..90"),
        ({"merchantLocations": [{**SPOT, "longitude": -181}]}, "merchantLocations.longitude: -181 is not in -180..180"),
        ({"messages": [{}] * 11}, "messages: 11 items, at most 10 are allowed"),
        ({"valueAddedModuleData": [{"sortIndex": 1}]}, "valueAddedModuleData: uri: required"),
        (
            {
                "classTemplateInfo": {
                    "cardTemplateOverride": {"cardRowTemplateInfos": [{"oneItem": {}, "twoItems": {}}]}
                }
            },
            "classTemplateInfo.cardTemplateOverride.cardRowTemplateInfos: exactly one of oneItem, twoItems, threeItems",
        ),
    ],
)
def test_a_class_that_breaks_a_rule_is_complained_about(more, complaint):
    assert next(complaints(CLASS, loyalty_class(**more))).startswith(complaint)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"classId": ""}, "classId: required"),
        ({"state": ""}, "state: required"),
        ({"loyaltyPoints": {"label": "B"}}, "loyaltyPoints: balance: required"),
        ({"loyaltyPoints": {"balance": {}}}, "loyaltyPoints.balance: exactly one of"),
        ({"secondaryLoyaltyPoints": {"balance": {"int": 1, "string": "1"}}}, "secondaryLoyaltyPoints.balance: exactly"),
        ({"loyaltyPoints": {"balance": {"money": {"micros": "1"}}}}, "loyaltyPoints.balance.money: currencyCode"),
        ({"barcode": {"value": "1"}}, "barcode: type: required"),
        ({"validTimeInterval": {"end": {"date": "soon"}}}, "validTimeInterval: not ISO 8601"),
        ({"validTimeInterval": {"end": {}}}, "validTimeInterval: not ISO 8601"),
        (
            {"validTimeInterval": {"start": {"date": "2026-01-01T00:00:00Z"}, "end": {"date": "2027-01-01T00:00:00"}}},
            "validTimeInterval: both ends or neither need an offset",
        ),
    ],
)
def test_an_object_that_breaks_a_rule_is_complained_about(more, complaint):
    assert next(complaints(OBJECT, loyalty_object(**more))).startswith(complaint)


def test_a_broken_rule_is_a_refusal():
    with pytest.raises(GoogleRefusal, match="state: required"):
        require_rules(OBJECT, loyalty_object(state=""))


@pytest.mark.parametrize(
    "more",
    [
        {"merchantLocations": [SPOT] * 10, "messages": [{}] * 10, "hexBackgroundColor": "#a1B"},
        {"callbackOptions": {"url": "https://shop.example/callbacks"}, "hexBackgroundColor": "#a1B2c3"},
        {"callbackOptions": {"url": "http://127.0.0.1:8000/callbacks"}},
        {"callbackOptions": {"url": "http://localhost/callbacks"}},
    ],
)
def test_the_limits_themselves_are_allowed(more):
    assert list(complaints(CLASS, loyalty_class(**more))) == []


@pytest.mark.parametrize("resource_id", ["", "1", "1.", "x.y", "1.a b", "1.a@b", "1.имя", "1.a/b", "1.a\n", None, 7])
def test_an_id_of_another_shape_is_refused(resource_id):
    with pytest.raises(GoogleRefusal):
        require_id(resource_id)


def test_an_id_begins_with_its_issuer():
    assert require_id("3388.Burger-heroes_1.v2") == "3388"


def test_merging_leaves_the_old_version_alone():
    old = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    assert merged(old, {"a": {"c": [3]}, "d": {"e": 2}}) == {"a": {"b": 1, "c": [3]}, "d": {"e": 2}}
    assert old == {"a": {"b": 1, "c": [1, 2]}, "d": 1}


def test_a_member_is_found_by_its_path_or_not_at_all():
    assert at({"a": {"b": 1}}, ("a", "b")) == 1
    assert at({"a": 1}, ("a", "b")) is None
