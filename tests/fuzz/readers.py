"""The readers of strangers' bytes: what each of them promises, whatever the bytes."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from tests.cards.template_maker import CARD_TOML, RUSSIAN, tea, tea_json
from tests.wallets.google.notary import GENUINE_ROOT, PROTOCOL, REMOVED
from wallet_service.cards.lint import lint
from wallet_service.cards.placeholders import Holder, compile_hole, holes_of, parse
from wallet_service.cards.strings_file import read_strings
from wallet_service.cards.template_source import from_bundle, to_bundle
from wallet_service.cards.templates import TemplateSource, design, fillers, parse_template
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.references import parse_reference
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.callback import Refusal
from wallet_service.wallets.google.callback_keys import read_root_keys
from wallet_service.wallets.google.callbacks import verify
from wallet_service.wallets.seam import Text
from wallet_service.web.api.ndjson import LineCutter
from wallet_service.web.http import TurnedAway
from wallet_service.web.paging import from_cursor, to_cursor
from wallet_service.web.phones.reading import LONGEST_LINE, card_token, log_lines, push_token
from wallet_service.web.strict_json import read_json

ANNA = Holder("Anna", "Anna Petrova", 1250, "BH-1", "mem_1", "card_1", "Heroes Club", "Burger Heroes", "en")
POINTS = {"one": "point", "other": "points"}
KEYS = MasterKeys({1: b"k" * 32, 2: b"l" * 32})
TOKEN = KEYS.token(2, "pass", "card_1")
TINY = {name: content for name, content in tea().files.items() if not name.endswith(("@2x.png", "@3x.png"))}


@dataclass(frozen=True, slots=True)
class Reader:
    """Something that reads strangers' bytes."""

    good: tuple[bytes, ...]
    """What it is made to read; bent ones are thrown at it."""
    check: Callable[[bytes], None]
    """Reads, and fails when a promise is broken; a refusal (`WalletServiceError`, `TurnedAway`) is none."""

    def read(self, raw: bytes) -> None:
        """Read these bytes. Whatever it raises but a failed promise is a finding too."""
        with suppress(TurnedAway):
            try:
                self.check(raw)
            except WalletServiceError as refusal:
                _must_be_the_callers_fault(refusal)


def _must_be_the_callers_fault(refusal: WalletServiceError) -> None:
    assert refusal.status < 500, refusal.slug
    assert len(refusal.detail) < 100_000


def json_is_read_as_others_would(raw: bytes) -> None:
    """What comes out can be written again, and reads the same."""
    found = read_json(raw)
    assert read_json(json.dumps(found, allow_nan=False).encode()) == found


def a_text_shows_its_holes_or_is_plain(raw: bytes) -> None:
    """Every hole of an accepted text can be filled."""
    text = raw.decode("utf-8", "replace")
    understood, holes = parse(text), holes_of(text)
    assert isinstance(understood, Text) == bool(holes)
    for hole in holes:
        filled = compile_hole(hole.name, "en", POINTS)(ANNA)
        assert isinstance(filled, str | int)


def an_accepted_template_can_be_laid_out(source: TemplateSource) -> None:
    """Lint never raises; what is accepted can be filled in each of its languages."""
    lint(source)
    template = parse_template(source)
    for language in template.languages:
        for fill in fillers(template, design(template, "v", language)).values():
            fill(ANNA)


def in_tea(name: str) -> Callable[[bytes], None]:
    """Tries a file in the tea template."""
    return lambda raw: an_accepted_template_can_be_laid_out(replace(TEA, files={**TEA.files, name: raw}))


def lines_do_not_depend_on_the_pieces(raw: bytes) -> None:
    """A stream cut anywhere gives the same lines, none of them longer than allowed."""
    whole, pieces = LineCutter(100), LineCutter(100)
    at_once = [*whole.cut(raw), *whole.end()]
    in_pieces = [line for at in range(0, len(raw), 7) for line in pieces.cut(raw[at : at + 7])] + pieces.end()
    assert at_once == in_pieces
    assert all(0 < len(line.text) <= 101 for line in at_once)


def logs_are_harmless(raw: bytes) -> None:
    """No line can end another, colour a terminal, or be without end."""
    for line in log_lines(raw, 20):
        assert line.isprintable()
        assert len(line) <= LONGEST_LINE


def a_push_token_is_hexadecimal(raw: bytes) -> None:
    """What is accepted is bytes in hexadecimal, in small letters."""
    assert 32 <= len(bytes.fromhex(push_token(raw))) <= 100


def only_the_token_is_recognised(raw: bytes) -> None:
    """No other text than the token itself is taken for it."""
    shown = card_token(raw.decode("latin-1"))
    assert KEYS.recognises(shown, "pass", "card_1") == (shown == TOKEN)


def a_reference_means_itself(raw: bytes) -> None:
    """What was understood, written down, is understood the same way."""
    found = parse_reference(raw.decode("utf-8", "replace"))
    again = found.value if found.kind in {"id", "card"} else f"{found.kind}:{found.value}"
    assert parse_reference(again) == found


def a_cursor_comes_back(raw: bytes) -> None:
    """An accepted cursor is ASCII that makes a cursor of its own."""
    position = from_cursor(raw.decode("utf-8", "replace"), lambda _text: True)
    assert position is not None
    assert from_cursor(to_cursor(position), lambda _text: True) == position


def _strings(raw: bytes) -> None:
    for key, value in read_strings(raw, "ru.lproj/pass.strings").items():
        assert isinstance(key, str) and isinstance(value, str)  # noqa: PT018 - one promise


def _bundle(raw: bytes) -> None:
    an_accepted_template_can_be_laid_out(from_bundle(raw))


def only_what_google_signed_is_believed(raw: bytes) -> None:
    """However a callback is bent: what is believed of it is what it said before."""
    said = verify(raw, ROOTS, {REMOVED.issuer}, REMOVED.now)
    assert isinstance(said, Refusal) or said == verify(REMOVED.body, ROOTS, {REMOVED.issuer}, REMOVED.now)


ROOT = {"keyValue": GENUINE_ROOT, "protocolVersion": PROTOCOL, "keyExpiration": "9999999999999"}
ROOTS = read_root_keys(json.dumps({"keys": [ROOT]}).encode())
TEA = TemplateSource("tiny-tea", TINY)
BODY: Any = {"external_id": "BH-1", "phone": "+4915112345678", "name": "Änna 🍔", "n": [1, -2.5e3, None, True]}

READERS: Mapping[str, Reader] = {
    "json": Reader(
        (json.dumps(BODY).encode(), json.dumps(BODY, ensure_ascii=False).encode()), json_is_read_as_others_would
    ),
    "placeholder": Reader(
        (b"Dear {first_name|or:you}, {balance|points}", b"{{x}} {balance} {name|or:a|or:b}{balance|number}"),
        a_text_shows_its_holes_or_is_plain,
    ),
    "pass.json": Reader((json.dumps(tea_json()).encode(),), in_tea("pass.json")),
    "card.toml": Reader((CARD_TOML.encode(),), in_tea("card.toml")),
    "pass.strings": Reader((RUSSIAN.encode(),), in_tea("ru.lproj/pass.strings")),
    "strings": Reader((RUSSIAN.encode(), rb'"a \"b\" \U00e4 \n" = "c";'), _strings),
    "bundle": Reader((to_bundle(TEA),), _bundle),
    "ndjson": Reader((b'{"member":"external:1","amount":5}\n' * 4, b"a\r\n\n \nb"), lines_do_not_depend_on_the_pieces),
    "log": Reader(
        (b'{"logs": ["[2026-11-22 10:00] Web service error for pass.x: 1f1f1f", "\\u001b[31m"]}',), logs_are_harmless
    ),
    "push token": Reader((b'{"pushToken": "%s"}' % (b"ab" * 32),), a_push_token_is_hexadecimal),
    "card token": Reader((b"ApplePass " + TOKEN.encode(), b"Bearer " + TOKEN.encode()), only_the_token_is_recognised),
    "reference": Reader(
        (
            b"mem_01k9z8w4ekf4p8q2v7r5t3y1xa",
            b"card_01k9z8w4ekf4p8q2v7r5t3y1xa",
            b"external:BH-1",
            b"phone:+49 151 12345678",
        ),
        a_reference_means_itself,
    ),
    "callback": Reader((REMOVED.body,), only_what_google_signed_is_believed),
    "cursor": Reader((to_cursor("mem_01k9z8w4ekf4p8q2v7r5t3y1xa").encode(), b"MTIz"), a_cursor_comes_back),
}
