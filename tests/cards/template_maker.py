"""A small template that is right in every way, and ways to spoil it."""

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from wallet_service.cards.templates import TemplateSource

CARD_TOML = """
[card]
title = "Tiny Tea"
languages = ["en", "ru"]
announce = "balance"
[points.en]
one = "leaf"
other = "leaves"
[points.ru]
one = "лист"
few = "листа"
many = "листьев"
other = "листа"
[sample]
name = "Anna Petrova"
balance = 1250
external_id = "TT-7"
"""

RUSSIAN = """
/* a comment */
"Tea card" = "Чайная карта"; // another
"LEAVES" = "ЛИСТЬЯ";
"You have %@" = "Стало %@";
"Dear {first_name|or:friend}" = "{first_name|or:Друг}, привет";
"Call" = "Позвоните";
"""

PIXELS = {"icon": (38, 38), "logo": (160, 50), "strip": (375, 144), "primaryLogo": (126, 30), "artwork": (358, 448)}


def png(width: int, height: int) -> bytes:
    """A PNG image of one grey."""
    rows = (b"\0" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def tea_json() -> dict[str, Any]:
    """pass.json of the tea card."""
    balance = {"key": "balance", "label": "LEAVES", "value": "{balance|points}", "changeMessage": "You have %@"}
    face = {
        "headerFields": [balance],
        "primaryFields": [{"key": "hello", "value": "Dear {first_name|or:friend}"}],
        "backFields": [{"key": "phone", "label": "Call", "value": "+44 20 7946 0101"}],
    }
    return {
        "formatVersion": 1,
        "organizationName": "Tiny Tea",
        "description": "Tea card",
        "backgroundColor": "rgb(20, 60, 40)",
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(220, 240, 200)",
        "barcodes": [{"format": "PKBarcodeFormatQR", "message": "{card_id}", "messageEncoding": "iso-8859-1"}],
        "storeCard": face,
        "posterGeneric": json.loads(json.dumps(face)),
    }


def images() -> dict[str, bytes]:
    """Every image at its right size."""
    return {
        f"{name}{'' if scale == 1 else f'@{scale}x'}.png": png(width * scale, height * scale)
        for name, (width, height) in PIXELS.items()
        for scale in (1, 2, 3)
    }


def tea(
    change: Callable[[dict[str, Any]], object] = lambda _: None,
    *,
    sheet: str = CARD_TOML,
    russian: str = RUSSIAN,
    files: Mapping[str, bytes | None] | None = None,
) -> TemplateSource:
    """The tea template, with `change` done to its pass.json and `files` put in (or, if None, taken out)."""
    document = tea_json()
    change(document)
    every: dict[str, bytes | None] = {
        "pass.json": json.dumps(document).encode(),
        "card.toml": sheet.encode(),
        "ru.lproj/pass.strings": russian.encode(),
        **images(),
        **(files or {}),
    }
    return TemplateSource("tiny-tea", {name: content for name, content in every.items() if content is not None})


def put(source: TemplateSource, home: Path) -> Path:
    """The template as a folder on disk."""
    folder = home / f"{source.name}.pkpasstemplate"
    for name, content in source.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
