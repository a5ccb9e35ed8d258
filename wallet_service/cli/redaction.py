"""What of a log line may be seen: listed keys only, and of their texts nothing that looks personal or secret. PURE."""

import re
from collections.abc import Mapping
from typing import Any

LISTED = frozenset(
    {
        "address",
        "brand",
        "drain",
        "event",
        "exception",
        "health",
        "issuer",
        "jobs",
        "level",
        "logger",
        "lot",
        "mechanic",
        "members",
        "message",
        "outage",
        "pass_type",
        "project",
        "public_url",
        "reason",
        "route",
        "simulation",
        "slug",
        "timestamp",
        "trouble",
        "what",
        "why",
        "worker",
    }
)
"""Keys whose values are shown; another one is shown by its name alone until somebody has thought about it."""

UNLISTED = "[not listed]"

PATTERNS: Mapping[str, re.Pattern[str]] = {
    "pem": re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL),
    "row": re.compile(r"(?<=DETAIL:)[^\n]+"),  # what Postgres adds to an error may be a whole row
    "input": re.compile(r"(?<=input_value=).*?(?=, input_type=)", re.DOTALL),  # likewise pydantic
    "credentials": re.compile(r"(?i)(?<=bearer )\S+|(?<=applepass )\S+|(?<=://)[^\s/@]+(?=@)"),
    "key": re.compile(r"\bwsk_[\w-]+"),
    "jwt": re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"),
    "token": re.compile(r"\b\d{1,4}-[\w-]{32,}|\b[0-9A-Fa-f]{32,}\b"),
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "phone": re.compile(r"\+\d[\d\s().-]{6,}\d|(?<![\w.:+-])\d{10,15}(?![\w.-])"),
}
"""What is cut out of every text, in this order; its name is left in its place."""


def redact(line: Mapping[str, Any]) -> dict[str, Any]:
    """The line as it may be written."""
    return {key: _shown(value) if key in LISTED else UNLISTED for key, value in line.items()}


def cut(text: str) -> str:
    """The text without whatever looks personal or secret."""
    for name, pattern in PATTERNS.items():
        text = pattern.sub(f"[{name}]", text)
    return text


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float) else cut(str(value))
