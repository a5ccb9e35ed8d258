"""Ways to spoil the files of a pass: JSON, images, translations (rules 13 to 16 and 30)."""

import json

from tests.wallets.apple.checks.case import Case, both, made, with_file, without_files
from tests.wallets.apple.checks.good_pass import ENGLISH, RUSSIAN, good_document, good_files, png, strings

ENGLISH_FILE, RUSSIAN_FILE = "en.lproj/pass.strings", "ru.lproj/pass.strings"


def json_of(text: str) -> Case:
    """A pass.json that is this text."""
    return Case(f"pass.json is {text[:24]!r}", "E16", "pass.json", made(pass_json=text.encode(errors="surrogatepass")))


STRICT_JSON = (
    json_of("\ufeff" + json.dumps(good_document())),
    json_of('{"formatVersion": NaN}'),
    json_of('{"formatVersion": 1,}'),
    json_of('{"formatVersion": 1, "formatVersion": 1}'),
    json_of('{"formatVersion": 1 // one\n}'),
    json_of("[]"),
    json_of("\ud800"),
    json_of("[" * 100_000),
    json_of('{"x": "' + "x" * 1_000_000 + '"}'),
)

IMAGES = (
    Case("no icon at all", "E13", "icon.png", without_files("icon.png", "icon@2x.png", "icon@3x.png")),
    Case("no icon for newer screens", "W13", "icon@3x.png", without_files("icon@3x.png")),
    Case("an icon that is a JPEG", "E13", "icon.png", with_file("icon.png", b"\xff\xd8\xff" + b"\0" * 40)),
    Case("an icon cut short", "E13", "icon.png", with_file("icon.png", png(38, 38)[:20])),
    Case("an icon that is too large", "W13", "icon@2x.png", with_file("icon@2x.png", png(90, 90))),
    Case("a strip at the wrong scale", "W14", "strip@2x.png", with_file("strip@2x.png", png(375, 144, shade=9))),
    Case("a logo that is no PNG", "W14", "logo.png", with_file("logo.png", b"GIF89a")),
    Case("one file for two scales", "W14", "strip@3x.png", with_file("strip@3x.png", good_files()["strip@2x.png"])),
    Case("a megabyte of images", "W14", "the archive", with_file("strip.png", png(375, 144) + bytes(1_000_000))),
    Case(
        "a logo at the root and for one language",
        "W15",
        "ru.lproj/logo.png",
        with_file("ru.lproj/logo.png", png(160, 50)),
    ),
)

TRANSLATIONS = (
    Case(
        "a text missing in one language",
        "E30",
        RUSSIAN_FILE,
        with_file(RUSSIAN_FILE, strings({key: RUSSIAN[key] for key in ("BALANCE", "BALANCE_NOW")})),
    ),
    Case(
        "a missing semicolon", "E30", RUSSIAN_FILE, with_file(RUSSIAN_FILE, '"BALANCE" = "Баланс"\n'.encode("utf-16"))
    ),
    Case("half of a UTF-16 character", "E30", RUSSIAN_FILE, with_file(RUSSIAN_FILE, strings(RUSSIAN)[:-1])),
    Case("Cyrillic in UTF-8", "W30", RUSSIAN_FILE, with_file(RUSSIAN_FILE, strings(RUSSIAN, "utf-8", mark=""))),
    Case("a megabyte of translations", "E30", RUSSIAN_FILE, with_file(RUSSIAN_FILE, b" " * 1_000_001)),
    Case(
        "a text used nowhere",
        "W30",
        ENGLISH_FILE,
        both(
            with_file(ENGLISH_FILE, strings(ENGLISH | {"OLD": "Old"})),
            with_file(RUSSIAN_FILE, strings(RUSSIAN | {"OLD": "Old"})),
        ),
    ),
)

CASES = (*STRICT_JSON, *IMAGES, *TRANSLATIONS)
