"""Passes that look odd and are right."""

from tests.wallets.apple.checks.broken_links import EAN, FOR_NFC, NFC, beacons
from tests.wallets.apple.checks.case import Case, both, made, with_file, with_keys, without, without_files
from tests.wallets.apple.checks.good_pass import ENGLISH, RUSSIAN, good_document, good_files, png, strings
from tests.wallets.apple.checks.throwaway_pki import a_leaf

ENGLISH_FILE, RUSSIAN_FILE = "en.lproj/pass.strings", "ru.lproj/pass.strings"
LOGOS = ("logo.png", "logo@2x.png", "logo@3x.png")
I2OF5 = EAN | {"format": "PKBarcodeFormatI2of5"}
TICKET = {"eventTicket": good_document()["storeCard"], "sellURL": "https://example.com"}


def right(story, spoil) -> Case:
    """A case that must provoke nothing."""
    return Case(story, "", "", spoil)


CASES = (
    right("signed by the expected certificate", made(expected=a_leaf().certificate)),
    right("NFC with its certificate", both(FOR_NFC, with_keys(nfc=NFC))),
    right("plain http in development", with_keys(webServiceURL="http://127.0.0.1:8000/apple")),
    right("an EAN of twelve digits", with_keys(barcodes=[EAN | {"message": "400638133393"}])),
    right("an ITF-14", with_keys(barcodes=[I2OF5 | {"message": "10614141000415"}])),
    right("two of five, not of fourteen digits", with_keys(barcodes=[I2OF5 | {"message": "1234"}])),
    right("Code 39", with_keys(barcodes=[EAN | {"format": "PKBarcodeFormatCode39", "message": "BH-100 045"}])),
    right("ten beacons, each twice", with_keys(beacons=[*beacons(10), *beacons(10)])),
    right("a ticket", both(without("storeCard"), with_keys(**TICKET))),
    right("a date relevant together with a place", with_keys(relevantDate="2027-01-01T00:00Z")),
    right("little-endian translations", with_file(RUSSIAN_FILE, strings(RUSSIAN, "utf-16-le"))),
    right("UTF-16 without a mark", with_file(ENGLISH_FILE, strings(ENGLISH, "utf-16-le", mark=""))),
    right("UTF-8 translations in ASCII", with_file(ENGLISH_FILE, strings(ENGLISH, "utf-8", mark=""))),
    right("a file of the designer's tool", with_file("tooling.json", b"{}")),
    right(
        "a logo for one language", both(without_files(*LOGOS), with_file("ru.lproj/logo.png", good_files()["logo.png"]))
    ),
    right("an icon of the old size", with_file("icon.png", png(29, 29))),
)
