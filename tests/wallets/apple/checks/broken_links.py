"""Ways to spoil what ties a pass to the world: barcodes, NFC, places, web service, app (rules 24 to 28)."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.wallets.apple.checks.case import Case, both, made, with_keys, without
from tests.wallets.apple.checks.throwaway_pki import a_leaf

EAN = {"format": "PKBarcodeFormatEAN13", "message": "4006381333931", "messageEncoding": "iso-8859-1"}
QR = EAN | {"format": "PKBarcodeFormatQR"}
PLACE = {"latitude": 55.75, "longitude": 37.62}


def a_public_key(curve: ec.EllipticCurve) -> str:
    """Base64 of the public half of a new key."""
    key = ec.generate_private_key(curve).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


NFC = {"message": "BH-1", "encryptionPublicKey": a_public_key(ec.SECP256R1())}
FOR_NFC = made(signer=a_leaf(prefix="Pass Type ID with NFC"))


def beacons(count: int) -> list[dict[str, str]]:
    """So many beacons with a UUID each."""
    return [{"proximityUUID": f"E2C56DB5-DFFB-48D2-B060-{number:012d}"} for number in range(count)]


BARCODES = (
    Case("barcodes that are no array", "E24", "barcodes", with_keys(barcodes=EAN)),
    Case(
        "a format nobody draws",
        "E24",
        "barcodes[0].format",
        with_keys(barcodes=[EAN | {"format": "PKBarcodeFormatCode93"}]),
    ),
    Case("Cyrillic in Latin-1", "E24", "barcodes[0].message", with_keys(barcodes=[QR | {"message": "Анна"}])),
    Case(
        "Cyrillic in UTF-8",
        "W24",
        "barcodes[0].message",
        with_keys(barcodes=[QR | {"message": "Анна", "messageEncoding": "utf-8"}]),
    ),
    Case(
        "a made-up encoding",
        "E24",
        "barcodes[0].messageEncoding",
        with_keys(barcodes=[QR | {"messageEncoding": "rot13"}]),
    ),
    Case("a wrong check digit", "E24", "barcodes[0].message", with_keys(barcodes=[EAN | {"message": "4006381333932"}])),
    Case("letters in an EAN", "E24", "barcode.message", with_keys(barcode=EAN | {"message": "40063813339AB"})),
    Case(
        "an odd number of digits",
        "E24",
        "barcodes[0].message",
        with_keys(barcodes=[EAN | {"format": "PKBarcodeFormatI2of5", "message": "123"}]),
    ),
    Case(
        "an ITF-14 with a wrong check digit",
        "W24",
        "barcodes[0].message",
        with_keys(barcodes=[EAN | {"format": "PKBarcodeFormatI2of5", "message": "12345678901232"}]),
    ),
    Case("nothing for the Watch", "W24", "barcodes", with_keys(barcodes=[EAN | {"format": "PKBarcodeFormatCode128"}])),
)

LINKS = (
    Case("NFC on an ordinary certificate", "E25", "nfc", with_keys(nfc=NFC)),
    Case(
        "an NFC message too long in bytes",
        "E25",
        "nfc.message",
        both(FOR_NFC, with_keys(nfc=NFC | {"message": "ё" * 33})),
    ),
    Case(
        "an NFC key on another curve",
        "E25",
        "nfc.encryptionPublicKey",
        both(FOR_NFC, with_keys(nfc=NFC | {"encryptionPublicKey": a_public_key(ec.SECP384R1())})),
    ),
    Case(
        "an NFC key that is no key",
        "E25",
        "nfc.encryptionPublicKey",
        both(FOR_NFC, with_keys(nfc=NFC | {"encryptionPublicKey": "ключ"})),
    ),
    Case("eleven places", "E26", "locations", with_keys(locations=[PLACE] * 11)),
    Case("a place beyond the pole", "E26", "locations[0].latitude", with_keys(locations=[PLACE | {"latitude": 90.1}])),
    Case("a place off the map", "E26", "locations[0].longitude", with_keys(locations=[PLACE | {"longitude": -181}])),
    Case("eleven beacons", "E26", "beacons", with_keys(beacons=beacons(11))),
    Case(
        "a store card relevant by date only",
        "E26",
        "locations",
        both(without("locations", "beacons"), with_keys(relevantDate="2027-01-01T00:00Z")),
    ),
    Case("a web service without a token", "E27", "authenticationToken", without("authenticationToken")),
    Case("a short token", "E27", "authenticationToken", with_keys(authenticationToken="0123456789abcde")),
    Case("a web service over ftp", "E27", "webServiceURL", with_keys(webServiceURL="ftp://example.com")),
    Case("a web service nowhere", "E27", "webServiceURL", with_keys(webServiceURL="https://[")),
    Case("a web service that ends in v1", "E27", "webServiceURL", with_keys(webServiceURL="https://example.com/v1/")),
    Case("an app to launch, and no app", "E28", "appLaunchURL", without("associatedStoreIdentifiers")),
    Case(
        "app ids as text", "E28", "associatedStoreIdentifiers[0]", with_keys(associatedStoreIdentifiers=["1234567890"])
    ),
)

CASES = (*BARCODES, *LINKS)
