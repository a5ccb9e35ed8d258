"""What a check has to say: a numbered finding with its place and its mend, and the table of all 32 rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

RULES: Mapping[int, str] = MappingProxyType(
    {
        1: "The pass type is the one of the certificate",
        2: "The team is the one of the certificate",
        3: "The signature carries Apple's intermediate certificate",
        4: "The intermediate is the one that issued the pass certificate, and is alive",
        5: "The pass certificate is valid and its key made the signature",
        6: "The signature says when it was made, and that moment is plausible",
        7: "The signature covers the manifest byte for byte",
        8: "The signature is detached CMS in DER",
        9: "Every file has the hash the manifest gives",
        10: "The manifest lists every file and no other",
        11: "Files lie at the root of the archive under plain, unique names",
        12: "The archive is a plain zip of modest size",
        13: "There is an icon, a PNG, at every scale",
        14: "Images have the right pixels and modest weight",
        15: "No image stands both at the root and in a language folder",
        16: "The JSON is strict",
        17: "Required keys are there and say something",
        18: "There is exactly one classic style",
        19: "Keys are known and their values have the right type",
        20: "A field key is used once in a style",
        21: "Dates have a time zone, and date styles stand on dates",
        22: "Number styles and currencies stand on numbers",
        23: "Colours are rgb() and the text can be read",
        24: "Barcodes can be drawn and scanned",
        25: "NFC has its certificate, a short message and a P-256 key",
        26: "Relevance stays within Wallet's limits",
        27: "The web service can be called",
        28: "The app can be launched",
        29: "One changed field announces itself, and says the new value",
        30: "Translations are readable, complete and used",
        31: "The layout shows everything it is given",
        32: "The pass is delivered as a pass",
    }
)
"""What must hold, by the number under which its violation is reported."""

LONGEST_PLACE = 80
LONGEST_QUOTE = 40


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "E"
    """Wallet would refuse the pass or show it wrong: do not issue it."""
    WARNING = "W"
    """It works, and somebody will be unhappy with it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a pass."""

    number: int
    """Which of `RULES` is broken."""
    severity: Severity
    where: str
    """A file of the package, or a path into pass.json (`storeCard.headerFields[0].value`)."""
    message: str
    """What is wrong, with the offending value."""
    mend: str
    """What to do about it."""


def error(number: int, where: str, message: str, mend: str) -> Finding:
    """A finding that forbids to issue the pass."""
    return Finding(number, Severity.ERROR, printable(where, LONGEST_PLACE), message, mend)


def warning(number: int, where: str, message: str, mend: str) -> Finding:
    """A finding that only wants to be known."""
    return Finding(number, Severity.WARNING, printable(where, LONGEST_PLACE), message, mend)


def refused(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings forbids to issue the pass."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def quoted(value: Any) -> str:
    """A value of the checked file, short and harmless enough for a terminal; of objects and arrays only the kind."""
    if isinstance(value, Mapping | list | tuple):
        return "An object" if isinstance(value, Mapping) else "An array"
    return f"“{printable(str(value), LONGEST_QUOTE)}”"


def printable(text: str, longest: int) -> str:
    """`text` cut to `longest` characters, with `?` for whatever a terminal might obey."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(char if char.isprintable() else "?" for char in cut)
