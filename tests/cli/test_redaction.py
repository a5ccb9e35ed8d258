"""What of a log line may be seen: nothing personal or secret, whoever wrote it and wherever it stands."""

import ast
from pathlib import Path

import pytest

import wallet_service
from wallet_service.cli.redaction import LISTED, UNLISTED, cut, redact

PACKAGE = Path(wallet_service.__file__).parent
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
NEVER_SHOWN = {"exc_info"}
"""It becomes `exception`."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call +7 916 123-45-67 now", "call [phone] now"),
        ("phone:+4915112345678", "phone:[phone]"),
        ("79161234567", "[phone]"),
        ("to anna.petrova+club@mail.example.com, please", "to [e-mail], please"),
        ("Authorization: Bearer wsk_live_01kabc_def", "Authorization: Bearer [credentials]"),
        ("ApplePass 1-abcdefghijklmnopqrstuvwxyzABCDEF", "ApplePass [credentials]"),
        ("key wsk_live_01k9_x-Y_z", "key [key]"),
        ("/c/card_01k/12-abcdefghijklmnopqrstuvwxyz-_CDEF", "/c/card_01k/[token]"),
        ("/3/device/" + "0a" * 32, "/3/device/[token]"),
        ("/v1/devices/" + "A1" * 16 + "/registrations", "/v1/devices/[token]/registrations"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.sflKxw", "[jwt]"),
        ("postgresql://anna:s3cret@db.example.com/w", "postgresql://[credentials]@db.example.com/w"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nrest", "[pem]\nrest"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE that was cut", "[pem]"),
        ("NotNull\nDETAIL:  Failing row contains (Anna Petrova).\nmore", "NotNull\nDETAIL:[row]\nmore"),
        ("[type=x, input_value='Anna Petrova', input_type=str]", "[type=x, input_value=[input], input_type=str]"),
    ],
)
def test_what_is_personal_or_secret_is_cut_out(text: str, shown: str):
    assert cut(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1:8000",
        "http://127.0.0.1:8000",
        "2026-11-22T03:26:26.123456Z",
        "2026-11-22 03:26",
        "card_01k9zv4n3m7h8y2x5w6q0rstab",
        "pass.com.example.burger-heroes",
        "3388000000022141777",
        "<Task name=0x7f3489dee010>",
        "File app.py, line 1234, in work",
        "500 writes are already waiting.",
    ],
)
def test_what_an_operator_needs_stays(text: str):
    assert cut(text) == text


def test_a_key_that_is_not_listed_shows_nothing_but_its_name():
    assert redact({"event": "enrolled", "name": "Anna"}) == {"event": "enrolled", "name": UNLISTED}


def test_figures_stay_figures_and_anything_else_becomes_text():
    shown = redact({"worker": True, "health": None, "why": 5, "reason": ["+79161234567"]})
    assert shown == {"worker": True, "health": None, "why": 5, "reason": "['[phone]']"}


def test_every_key_our_own_lines_use_is_listed():
    used = {key for file in PACKAGE.rglob("*.py") for key in keys_logged(ast.parse(file.read_text()))}
    assert used >= {"drain", "why", "slug", "public_url"}
    assert used - LISTED - NEVER_SHOWN == set()


def keys_logged(tree: ast.AST) -> set[str]:
    """The keyword arguments of every call of a logger in this module."""
    return {
        keyword.arg
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS
        if isinstance(call.func.value, ast.Name) and call.func.value.id in {"LOG", "log"}
        for keyword in call.keywords
        if keyword.arg
    }
