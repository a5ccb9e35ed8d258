"""What phones say, read with suspicion. PURE."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from wallet_service.web.http import Answer, TurnedAway, fields

PUSH_TOKEN = re.compile(r"(?:[0-9a-f]{2}){32,100}", re.IGNORECASE)

SECRET = re.compile(r"(?<![\w-])(?!card_)[\w-]{20,}")
"""What may be a device id or a token: phones put theirs into what they report. Serial numbers stay."""

JSON = fields({"Content-Type": "application/json"})

LONGEST_LINE = 500
"""Characters kept of one line of a phone's log."""


def card_token(authorization: str | None) -> str:
    """The token in `Authorization: ApplePass <token>`; empty when it is something else."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "applepass" else ""


def push_token(body: bytes) -> str:
    """The push token of a registration, in small letters. Raises `TurnedAway` (400)."""
    token = _object(body).get("pushToken")
    if not isinstance(token, str) or not PUSH_TOKEN.fullmatch(token):
        raise _unreadable('{"pushToken": "<32 or more bytes in hexadecimal>"}')
    return token.lower()


def log_lines(body: bytes, most: int) -> list[str]:
    """At most so many lines of a phone's log, made harmless. Raises `TurnedAway` (400)."""
    lines = _object(body).get("logs")
    if not isinstance(lines, list):
        raise _unreadable('{"logs": ["…"]}')
    return [printable(str(line)) for line in lines[:most]]


def printable(text: str) -> str:
    """A stranger's text made harmless for a log: no control characters, no ANSI, no ends of lines, no secrets; cut."""
    kept = SECRET.sub("\N{HORIZONTAL ELLIPSIS}", text[:LONGEST_LINE])
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in kept)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _unreadable(wanted: str) -> TurnedAway:
    said = orjson.dumps({"message": f"The body must be {wanted}."})
    return TurnedAway(Answer(400, (said,), JSON))
