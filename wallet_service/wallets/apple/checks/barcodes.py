"""Whether barcodes can be drawn and scanned (rule 24)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted, warning

ENCODINGS = frozenset(
    {"us-ascii", "utf-8", "utf-16", "utf-32", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "big5"}
    | {"gb2312", "gbk", "gb18030", "koi8-r", "koi8-u", "macintosh"}
    | {f"iso-8859-{part}" for part in range(1, 17) if part != 12}
    | {f"windows-125{page}" for page in range(9)}
)
"""IANA names of character sets, lower-case, all of which Python knows too."""

WATCHLESS = "PKBarcodeFormatCode128"


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What a linear code can say."""

    pattern: re.Pattern[str]
    words: str


ALPHABETS: Mapping[str, Alphabet] = {
    "PKBarcodeFormatEAN13": Alphabet(re.compile(r"[0-9]{12,13}"), "12 or 13 digits"),
    "PKBarcodeFormatI2of5": Alphabet(re.compile(r"([0-9]{2})+"), "an even number of digits"),
    "PKBarcodeFormatCodabar": Alphabet(
        re.compile(r"[A-D][0-9\-$:/.+]+[A-D]"), "digits and -$:/.+ between two letters from A to D"
    ),
    "PKBarcodeFormatCode39": Alphabet(re.compile(r"[0-9A-Z \-.$/+%]+"), "digits, capital letters and -.$/+% or spaces"),
}


def check_barcodes(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether Wallet can draw each barcode, and a scanner and the Watch can use one."""
    barcodes: Sequence[Mapping[str, Any]] = document.get("barcodes", ())
    for index, barcode in enumerate(barcodes):
        yield from _drawable(f"barcodes[{index}]", barcode)
    if "barcode" in document:
        yield from _drawable("barcode", document["barcode"])
    if barcodes and all(barcode["format"] == WATCHLESS for barcode in barcodes):
        yield warning(24, "barcodes", "The Watch does not show Code 128.", "Add a QR code as the second barcode.")


def check_digit(digits: str) -> str:
    """The digit that GS1 wants after these (General Specifications, 7.9): weights 3, 1, 3 … from the right."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def _drawable(where: str, barcode: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _encodable(where, barcode["message"], barcode["messageEncoding"])
    yield from _spelt(where, barcode["format"], barcode["message"])


def _encodable(where: str, message: str, encoding: str) -> Iterator[Finding]:
    if encoding.lower() not in ENCODINGS:
        mend = "Write iso-8859-1, which scanners expect."
        yield error(24, f"{where}.messageEncoding", f"{quoted(encoding)} is no character set of IANA's list.", mend)
    elif not _fits(message, encoding):
        yield error(
            24, f"{where}.message", f"{quoted(message)} cannot be written in {encoding}.", "Use ASCII in barcodes."
        )
    elif not message.isascii() and encoding.lower() != "iso-8859-1":
        yield warning(
            24, f"{where}.message", "Many scanners take this for Latin-1 and garble it.", "Use ASCII in barcodes."
        )


def _fits(message: str, encoding: str) -> bool:
    try:
        message.encode(encoding)
    except UnicodeError:
        return False
    return True


def _spelt(where: str, form: str, message: str) -> Iterator[Finding]:
    alphabet = ALPHABETS.get(form)
    if alphabet and not alphabet.pattern.fullmatch(message):
        mend = f"Write {alphabet.words}, or choose another format."
        yield error(24, f"{where}.message", f"{quoted(message)} is not {alphabet.words}.", mend)
    elif form == "PKBarcodeFormatEAN13" and len(message) == 13 and not _checked(message):
        yield error(
            24, f"{where}.message", "The check digit is wrong.", f"The last digit must be {check_digit(message[:-1])}."
        )
    elif form == "PKBarcodeFormatI2of5" and len(message) == 14 and not _checked(message):
        mend = f"If this is an ITF-14, the last digit must be {check_digit(message[:-1])}."
        yield warning(24, f"{where}.message", "The check digit of an ITF-14 would be another one.", mend)


def _checked(digits: str) -> bool:
    return digits[-1] == check_digit(digits[:-1])
