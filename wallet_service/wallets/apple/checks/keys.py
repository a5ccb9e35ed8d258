"""Every key of pass.json with the shape of its value, as data (Apple's PassKit reference of 2026, with iOS 27)."""

import re
from collections.abc import Mapping

from wallet_service.wallets.apple.checks.notations import CURRENCIES, read_colour
from wallet_service.wallets.apple.checks.shapes import Listing, Plain, Record, Shape, is_number, one_of
from wallet_service.wallets.dates import is_date

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

CLASSIC_STYLES = ("storeCard", "coupon", "generic", "eventTicket", "boardingPass")
STYLES = (*CLASSIC_STYLES, "posterGeneric")
SLOTS = (
    "headerFields",
    "primaryFields",
    "secondaryFields",
    "auxiliaryFields",
    "backFields",
    "footerFields",
    "additionalInfoFields",
)
REQUIRED = (
    "formatVersion",
    "passTypeIdentifier",
    "teamIdentifier",
    "serialNumber",
    "organizationName",
    "description",
)
BARCODE_FORMATS = tuple(
    f"PKBarcodeFormat{name}" for name in ("QR", "PDF417", "Aztec", "Code128", "Code39", "Codabar", "EAN13", "I2of5")
)
"""The last four are drawn since iOS 27."""
FEATURED_ACTIONS = (
    "membershipBenefits",
    "viewOffersRewards",
    "addToBalance",
    "order",
    "shop",
    "place",
    "call",
    "bookAppointment",
    "viewSchedule",
    "watchTrailer",
    "listenToMusic",
    "bookCar",
    "bookFlight",
    "bookStay",
)
TICKET_KEYS = (
    "accessibilityURL",
    "addOnURL",
    "bagPolicyURL",
    "changeSeatURL",
    "contactVenueEmail",
    "contactVenuePhoneNumber",
    "contactVenueWebsite",
    "directionsInformationURL",
    "entertainmentURL",
    "groupingIdentifier",
    "managementURL",
    "merchandiseURL",
    "orderFoodURL",
    "parkingInformationURL",
    "purchaseAdditionalBaggageURL",
    "purchaseLoungeAccessURL",
    "purchaseParkingURL",
    "purchaseWifiURL",
    "registerServiceAnimalURL",
    "reportLostBagURL",
    "requestWheelchairURL",
    "sellURL",
    "trackBagsURL",
    "transferURL",
    "transitInformationURL",
    "transitProviderEmail",
    "transitProviderPhoneNumber",
    "transitProviderWebsiteURL",
    "upgradeURL",
)
"""Texts that only event tickets and boarding passes show."""

TEXT = Plain("text", lambda value: isinstance(value, str))
NUMBER = Plain("a number", is_number)
BOOL = Plain("true or false", lambda value: isinstance(value, bool))
TEXT_OR_NUMBER = Plain("text or a number", lambda value: isinstance(value, str) or is_number(value))
OBJECT = Plain("an object", lambda value: isinstance(value, Mapping))
ARRAY = Plain("an array", lambda value: isinstance(value, list | tuple))
ANYTHING = Plain("any JSON", lambda _value: True)
DATE = Plain("a date with a time zone, such as 2026-11-22T12:00:00+01:00", is_date, 21)
COLOUR = Plain("a colour as rgb(0, 127, 255)", lambda value: read_colour(value) is not None, 23)
UINT16 = Plain("a whole number from 0 to 65535", lambda value: type(value) is int and 0 <= value <= 65535)
BEACON_ID = Plain("a UUID", lambda value: isinstance(value, str) and UUID.fullmatch(value) is not None)
STORE_ID = Plain("a number, not text", is_number, 28)
CURRENCY = Plain("a currency code of ISO 4217", lambda value: isinstance(value, str) and value in CURRENCIES, 22)
DATE_STYLE = one_of(*(f"PKDateStyle{name}" for name in ("None", "Short", "Medium", "Long", "Full")), number=21)
NUMBER_STYLE = one_of(*(f"PKNumberStyle{name}" for name in ("Decimal", "Percent", "Scientific", "SpellOut")), number=22)
ALIGNMENT = one_of(*(f"PKTextAlignment{name}" for name in ("Left", "Center", "Right", "Natural")))
DETECTOR = one_of(*(f"PKDataDetectorType{name}" for name in ("PhoneNumber", "Link", "Address", "CalendarEvent")))
TRANSIT = one_of(*(f"PKTransitType{name}" for name in ("Air", "Boat", "Bus", "Generic", "Train")))

FIELD = Record(
    {
        "key": TEXT,
        "value": TEXT_OR_NUMBER,
        "attributedValue": TEXT_OR_NUMBER,
        "label": TEXT,
        "changeMessage": TEXT,
        "dataDetectorTypes": Listing(DETECTOR),
        "textAlignment": ALIGNMENT,
        "dateStyle": DATE_STYLE,
        "timeStyle": DATE_STYLE,
        "ignoresTimeZone": BOOL,
        "isRelative": BOOL,
        "numberStyle": NUMBER_STYLE,
        "currencyCode": CURRENCY,
        "row": NUMBER,
        "semantics": OBJECT,
    },
    required=("key", "value"),
)
STYLE = Record(dict.fromkeys(SLOTS, Listing(FIELD)) | {"transitType": TRANSIT})
BARCODE = Record(
    {"format": one_of(*BARCODE_FORMATS, number=24), "message": TEXT, "messageEncoding": TEXT, "altText": TEXT},
    required=("format", "message", "messageEncoding"),
)
LOCATION = Record(
    {"latitude": NUMBER, "longitude": NUMBER, "altitude": NUMBER, "relevantText": TEXT},
    required=("latitude", "longitude"),
)
BEACON = Record(
    {"proximityUUID": BEACON_ID, "major": UINT16, "minor": UINT16, "relevantText": TEXT},
    required=("proximityUUID",),
)
NFC = Record(
    {"message": TEXT, "encryptionPublicKey": TEXT, "requiresAuthentication": BOOL},
    required=("message", "encryptionPublicKey"),
)
MOMENT = Record({"date": DATE, "relevantDate": DATE, "startDate": DATE, "endDate": DATE})
ACTION = Record(
    {"identifier": TEXT, "type": one_of(*FEATURED_ACTIONS), "url": TEXT, "placeIdentifier": TEXT},
    required=("identifier", "type"),
)

TOP_LEVEL: Mapping[str, Shape] = {
    "formatVersion": Plain("the number 1", lambda value: is_number(value) and value == 1, 17),
    "passTypeIdentifier": TEXT,
    "teamIdentifier": TEXT,
    "serialNumber": TEXT,
    "organizationName": TEXT,
    "description": TEXT,
    "webServiceURL": TEXT,
    "authenticationToken": TEXT,
    "barcodes": Listing(BARCODE, number=24),
    "barcode": BARCODE,
    "nfc": NFC,
    "locations": Listing(LOCATION),
    "maxDistance": NUMBER,
    "beacons": Listing(BEACON),
    "relevantDates": Listing(MOMENT),
    "relevantDate": DATE,
    "expirationDate": DATE,
    "voided": BOOL,
    "backgroundColor": COLOUR,
    "foregroundColor": COLOUR,
    "labelColor": COLOUR,
    "stripColor": COLOUR,
    "footerBackgroundColor": COLOUR,
    "useAutomaticColors": BOOL,
    "suppressHeaderDarkening": BOOL,
    "suppressStripShine": BOOL,
    "logoText": TEXT,
    "eventLogoText": TEXT,
    "logoSymbolName": TEXT,
    "sharingProhibited": BOOL,
    "associatedStoreIdentifiers": Listing(STORE_ID, number=28),
    "auxiliaryStoreIdentifiers": Listing(STORE_ID, number=28),
    "appLaunchURL": TEXT,
    "userInfo": ANYTHING,
    "semantics": OBJECT,
    "featuredActions": Listing(ACTION),
    "preferredStyleSchemes": Listing(
        one_of("posterEventTicket", "eventTicket", "semanticBoardingPass", "boardingPass")
    ),
    "upcomingPassInformation": ARRAY,
}
PASS = Record(
    {**TOP_LEVEL, **dict.fromkeys(STYLES, STYLE), **dict.fromkeys(TICKET_KEYS, TEXT)},
    required=REQUIRED,
)
"""The whole of pass.json."""
