"""What Google's document leaves unsaid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.google.finding import Severity, refused
from wallet_service.wallets.google.lengths import shortened, trimmed
from wallet_service.wallets.google.rules import check, check_rules

LOGO = {"sourceUri": {"uri": "https://cards.example.com/images/0.png"}}
CLASS = {"id": "1.a", "issuerName": "Tea", "programName": "Tea", "programLogo": LOGO, "reviewStatus": "UNDER_REVIEW"}
OBJECT = {"id": "1.a", "classId": "1.b", "state": "ACTIVE"}
HERE = {"latitude": 51.5, "longitude": -0.1}
TEXT = {"id": "a", "body": "Hello"}


def without(payload, key):
    return {name: value for name, value in payload.items() if name != key}


def points(**balance):
    return OBJECT | {"loyaltyPoints": {"balance": balance}}


def during(**ends):
    interval = {end: {"date": date} for end, date in ends.items()}
    return OBJECT | {"messages": [{"header": "a", "body": "b", "displayInterval": interval}]}


def row(**items):
    return rows_of([items])


def rows(count):
    return rows_of([{"oneItem": {}}] * count)


def rows_of(infos):
    override: dict[str, object] = {"cardRowTemplateInfos": infos}
    return CLASS | {"classTemplateInfo": {"cardTemplateOverride": override}}


WRONG_CLASSES = {
    "no id": (without(CLASS, "id"), "id", "missing or empty"),
    "an empty name": (CLASS | {"issuerName": ""}, "issuerName", "missing or empty"),
    "no logo": (without(CLASS, "programLogo"), "programLogo", "missing or empty"),
    "no review status": (without(CLASS, "reviewStatus"), "reviewStatus", "missing or empty"),
    "approved by ourselves": (CLASS | {"reviewStatus": "APPROVED"}, "reviewStatus", "not ours to say"),
    "a review": (CLASS | {"review": {"comments": "good"}}, "review", "writes this key itself"),
    "an image of two sources": (CLASS | {"heroImage": LOGO | {"privateImageId": "1"}}, "heroImage", "exactly one of sourceUri"),
    "an image of no source": (CLASS | {"heroImage": {"contentDescription": {}}}, "heroImage", "stands nothing"),
    "an image without encryption": (
        CLASS | {"heroImage": {"sourceUri": {"uri": "http://a.example/b.png"}}}, "heroImage.sourceUri.uri", "no https",
    ),
    "a colour in Apple's words": (CLASS | {"hexBackgroundColor": "rgb(1, 2, 3)"}, "hexBackgroundColor", "no colour"),
    "a callback without encryption": (CLASS | {"callbackOptions": {"url": "http://a"}}, "callbackOptions.url", "no https"),
    "an old callback": (
        CLASS | {"callbackOptions": {"url": "https://a", "updateRequestUrl": "https://b"}},
        "callbackOptions.updateRequestUrl", "out of use",
    ),
    "old locations": (CLASS | {"locations": [HERE]}, "locations", "out of use"),
    "a kind": (CLASS | {"kind": "walletobjects#loyaltyClass"}, "kind", "out of use"),
    "an eleventh place": (CLASS | {"merchantLocations": [HERE] * 11}, "merchantLocations", "refuses more than 10"),
    "a row of nothing": (row(), "classTemplateInfo.cardTemplateOverride.cardRowTemplateInfos[0]", "stands nothing"),
    "a row of two kinds": (
        row(oneItem={}, twoItems={}), "classTemplateInfo.cardTemplateOverride.cardRowTemplateInfos[0]", "oneItem and twoItems",
    ),
    "a fourth row": (rows(4), "classTemplateInfo.cardTemplateOverride.cardRowTemplateInfos", "refuses more than 3"),
}  # fmt: skip
WRONG_OBJECTS = {
    "an id without an issuer": (OBJECT | {"id": "card_1"}, "id", "is no id"),
    "an id with a space": (OBJECT | {"id": "1.card 1"}, "id", "is no id"),
    "an id in Cyrillic": (OBJECT | {"classId": "1.карта"}, "classId", "is no id"),
    "no state": (without(OBJECT, "state"), "state", "missing or empty"),
    "points without a balance": (OBJECT | {"loyaltyPoints": {"label": "A"}}, "loyaltyPoints.balance", "missing or empty"),
    "two balances": (points(int=1, string="1"), "loyaltyPoints.balance", "string and int"),
    "a code that says nothing": (OBJECT | {"barcode": {"type": "QR_CODE", "value": ""}}, "barcode.value", "missing or empty"),
    "a message without a body": (OBJECT | {"messages": [{"header": "a"}]}, "messages[0].body", "missing or empty"),
    "an eleventh message": (
        OBJECT | {"messages": [{"header": "a", "body": "b"}] * 11}, "messages", "refuses more than 10",
    ),
    "a place beyond the pole": (OBJECT | {"merchantLocations": [HERE | {"latitude": 90.5}]}, "merchantLocations[0].latitude", "nowhere"),
    "a place beyond the date line": (
        OBJECT | {"merchantLocations": [HERE | {"longitude": -181}]}, "merchantLocations[0].longitude", "nowhere",
    ),
    "half a place": (OBJECT | {"merchantLocations": [{"latitude": 1}]}, "merchantLocations[0].longitude", "missing"),
    "a link without a scheme": (OBJECT | {"linksModuleData": {"uris": [{"uri": "tea.example"}]}}, "linksModuleData.uris[0].uri", "no scheme"),
    "an id that is a path": (OBJECT | {"textModulesData": [TEXT | {"id": "a.b"}]}, "textModulesData[0].id", "no id of a text"),
    "one offset of two": (
        during(start="2026-11-22T12:00:00Z", end="2026-11-23T12:00:00"), "messages[0].displayInterval", "Only one end",
    ),
    "what only Google knows": (OBJECT | {"hasUsers": True}, "hasUsers", "writes this key itself"),
    "an old module": (OBJECT | {"infoModuleData": {}}, "infoModuleData", "out of use"),
}  # fmt: skip
HARMLESS = {
    "an eleventh text": (OBJECT | {"textModulesData": [TEXT] * 11}, "textModulesData", "shows the first 10"),
    "a long label": (OBJECT | {"loyaltyPoints": {"label": "TEA LEAVES", "balance": {"int": 1}}}, "loyaltyPoints.label", "9 characters"),
    "a long name": (OBJECT | {"accountName": "A" * 21}, "accountName", "20 characters"),
    "a balance of many words": (points(string="many, many"), "loyaltyPoints.balance.string", "7 characters"),
    "a long translation": (
        OBJECT | {"textModulesData": [TEXT | {"localizedBody": {
            "defaultValue": {"language": "en", "value": "Hello"},
            "translatedValues": [{"language": "ru", "value": "Ж" * 501}],
        }}]},
        "textModulesData[0].localizedBody.translatedValues[0].value", "500 characters",
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_CLASSES)
def test_a_class_that_google_would_refuse_is_named_with_its_place(wrong):
    payload, where, message = WRONG_CLASSES[wrong]
    assert_found(check("LoyaltyClass", payload), Severity.ERROR, where, message)


@pytest.mark.parametrize("wrong", WRONG_OBJECTS)
def test_an_object_that_google_would_refuse_is_named_with_its_place(wrong):
    payload, where, message = WRONG_OBJECTS[wrong]
    assert_found(check("LoyaltyObject", payload), Severity.ERROR, where, message)


@pytest.mark.parametrize("wrong", HARMLESS)
def test_what_would_not_be_seen_is_a_warning(wrong):
    payload, where, message = HARMLESS[wrong]
    found = check("LoyaltyObject", payload)
    assert_found(found, Severity.WARNING, where, message)
    assert not refused(found)


def assert_found(found, severity, where, message):
    """There is this finding and no other."""
    assert [(finding.severity, finding.where) for finding in found] == [(severity, where)]
    assert message in found[0].message


@pytest.mark.parametrize(
    "payload",
    [
        CLASS,
        CLASS
        | {"merchantLocations": [HERE] * 10, "hexBackgroundColor": "#fff", "callbackOptions": {"url": "https://a/b"}},
        row(threeItems={}),
        rows(3),
    ],
    ids=["the least", "more", "a row", "three rows"],
)
def test_a_good_class_has_no_findings(payload):
    assert check("LoyaltyClass", payload) == []


@pytest.mark.parametrize(
    "payload",
    [
        OBJECT,
        points(int=0),
        during(start="2026-11-22T12:00:00Z", end="2026-11-23T12:00:00+03:00"),
        during(start="2026-11-22T12:00:00", end="2026-11-23T12:00:00"),
        during(end="2026-11-23"),
        OBJECT | {"linkedObjectIds": ["1.b"]},
    ],
    ids=["the least", "no points left", "two offsets", "no offsets", "one end", "links"],
)
def test_a_good_object_has_no_findings(payload):
    assert check("LoyaltyObject", payload) == []


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)  # fmt: skip
KEYS = st.sampled_from(
    ["barcode", "merchantLocations", "loyaltyPoints", "textModulesData", "messages", "accountName", "validTimeInterval"]
)


@given(st.dictionaries(KEYS, JSON))
def test_the_check_never_fails_whatever_the_types(payload):
    assert all(finding.message for finding in check("LoyaltyObject", OBJECT | payload))
    assert check_rules("LoyaltyObject", [payload]) == []


@given(st.text(), st.integers(min_value=2, max_value=500))
def test_a_text_is_never_longer_than_what_is_shown(text, length):
    found = shortened(text, length)
    assert len(found) <= length
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))


def test_a_trimmed_payload_has_nothing_that_is_not_seen():
    for payload, where, _ in HARMLESS.values():
        if where != "loyaltyPoints.balance.string":
            assert check("LoyaltyObject", trimmed("LoyaltyObject", payload)) == []


def test_half_a_balance_would_be_a_wrong_balance():
    assert trimmed("LoyaltyObject", points(string="1 234 567 890")) == points(string="1 234 567 890")


def test_lists_of_plain_texts_stay_as_they_are():
    payload = OBJECT | {"linkedObjectIds": ["1.b"] * 60}
    assert trimmed("LoyaltyObject", payload) == payload
