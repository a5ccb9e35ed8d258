"""Ways to spoil what a pass says and how it looks: keys, fields, colours, layout (rules 17 to 23, 29 and 31)."""

from tests.wallets.apple.checks.case import Case, both, with_field, with_file, with_keys, without, without_files
from tests.wallets.apple.checks.good_pass import RUSSIAN, good_document, strings

ENGLISH_FILE, RUSSIAN_FILE = "en.lproj/pass.strings", "ru.lproj/pass.strings"
PLACE = {"latitude": 55.75, "longitude": 37.62}

KEYS = (
    Case("no description", "E17", "description", without("description")),
    Case("an empty description", "E17", "description", with_keys(description=" ")),
    Case("a format version in quotes", "E17", "formatVersion", with_keys(formatVersion="1")),
    Case(
        "a barcode without its encoding",
        "E17",
        "barcodes[0].messageEncoding",
        with_keys(barcodes=[{"format": "PKBarcodeFormatQR", "message": "1"}]),
    ),
    Case("a description that is an object", "E19", "description", with_keys(description={})),
    Case("no style", "E18 W30", "pass.json", without("storeCard", "posterGeneric")),
    Case("two styles", "E18", "coupon", with_keys(coupon={})),
    Case("a style Wallet does not know", "E18 W19", "loyaltyCard", with_keys(loyaltyCard={"headerFields": []})),
    Case("a misspelt key", "W19", "lableColor", with_keys(lableColor="rgb(1, 2, 3)")),
    Case("a misspelt key in a field", "W19", "storeCard.backFields[1].lable", with_field("backFields", lable="x")),
    Case("a key for tickets", "W19", "sellURL", with_keys(sellURL="https://example.com")),
    Case("a distance in quotes", "E19", "maxDistance", with_keys(maxDistance="100")),
    Case("a latitude in quotes", "E19", "locations[0].latitude", with_keys(locations=[PLACE | {"latitude": "55"}])),
    Case("fields that are no array", "E19 W30", "storeCard.headerFields", with_keys(storeCard={"headerFields": {}})),
    Case("a style that is no object", "E19 W30", "storeCard", with_keys(storeCard=[])),
)

FIELDS = (
    Case("a field key used twice", "E20", "storeCard.backFields[1]", with_field("backFields", key="balance")),
    Case("an expiry without a zone", "E21", "expirationDate", with_keys(expirationDate="2027-01-01T00:00:00")),
    Case("a zone of one digit", "E21", "expirationDate", with_keys(expirationDate="2027-01-01T00:00:00-7:00")),
    Case("the thirtieth of February", "E21", "expirationDate", with_keys(expirationDate="2027-02-30T00:00:00Z")),
    Case(
        "a date style on text", "E21", "storeCard.backFields[1]", with_field("backFields", dateStyle="PKDateStyleShort")
    ),
    Case(
        "a date style Wallet does not know",
        "E21",
        "storeCard.backFields[1].timeStyle",
        with_field("backFields", timeStyle="short"),
    ),
    Case(
        "a number style on text",
        "E22",
        "storeCard.backFields[1]",
        with_field("backFields", numberStyle="PKNumberStyleDecimal"),
    ),
    Case(
        "a currency on text", "E22", "storeCard.backFields[1]", with_field("backFields", value="5", currencyCode="EUR")
    ),
    Case(
        "a currency nobody issues",
        "E22",
        "storeCard.backFields[1].currencyCode",
        with_field("backFields", value=5, currencyCode="EURO"),
    ),
    Case(
        "a number style and a currency",
        "W22",
        "storeCard.backFields[1]",
        with_field("backFields", value=5, currencyCode="EUR", numberStyle="PKNumberStyleDecimal"),
    ),
    Case(
        "a change message that says nothing",
        "W29",
        "storeCard.backFields[1].changeMessage",
        with_field("backFields", changeMessage="News"),
    ),
    Case(
        "a change message that says nothing in one language",
        "W29",
        "storeCard.headerFields[0].changeMessage",
        with_file(RUSSIAN_FILE, strings(RUSSIAN | {"BALANCE_NOW": "Баланс изменился"})),
    ),
)

LOOKS = (
    Case("a colour in hex", "E23", "labelColor", with_keys(labelColor="#5A5A5A")),
    Case("a colour beyond 255", "E23", "labelColor", with_keys(labelColor="rgb(0, 0, 256)")),
    Case("pale labels", "W23", "labelColor", with_keys(labelColor="rgb(200, 200, 200)")),
    Case(
        "aligned primary fields",
        "W31",
        "storeCard.backFields[1]",
        with_field("backFields", textAlignment="PKTextAlignmentLeft"),
    ),
    Case("a second primary field", "W31", "storeCard.primaryFields", with_field("primaryFields")),
    Case(
        "secondary fields on a poster",
        "W31",
        "posterGeneric.secondaryFields",
        with_keys(posterGeneric={"secondaryFields": [{"key": "a", "value": 1}]}),
    ),
    Case(
        "a store card that flies",
        "W31",
        "storeCard.transitType",
        with_keys(storeCard=good_document()["storeCard"] | {"transitType": "PKTransitTypeAir"}),
    ),
    Case(
        "a poster without fallback",
        "W31",
        "posterGeneric",
        both(without("storeCard"), without_files(ENGLISH_FILE, RUSSIAN_FILE), with_keys(posterGeneric={})),
    ),
    Case(
        "a poster without artwork",
        "W31",
        "posterGeneric",
        without_files("artwork.png", "artwork@2x.png", "artwork@3x.png"),
    ),
)

CASES = (*KEYS, *FIELDS, *LOOKS)
