"""Hostile files give findings, never exceptions, and never take more than their share of memory."""

import json
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wallets.apple.checks.case import codes
from tests.wallets.apple.checks.good_pass import Recipe, good_document, zipped
from tests.wallets.apple.checks.throwaway_pki import NOW
from wallet_service.wallets.apple.checks import (
    RULES,
    Finding,
    Severity,
    check_delivery,
    check_document,
    check_pass,
    check_update,
)
from wallet_service.wallets.apple.checks.archive import MOST_BYTES, MOST_FILES
from wallet_service.wallets.apple.checks.keys import FIELD, PASS, SLOTS, STYLES
from wallet_service.wallets.apple.checks.manifest import MOST_NAMED
from wallet_service.wallets.apple.checks.shapes import MOST_UNKNOWN

SPOILT_FILES = ("pass.json", "manifest.json", "signature", "icon.png", "en.lproj/pass.strings")

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
FIELDS = st.lists(st.dictionaries(st.sampled_from(sorted(FIELD.keys)), PLAIN, max_size=8) | JSON, max_size=4)
STYLE = st.dictionaries(st.sampled_from(SLOTS), FIELDS, max_size=4)


@cache
def good_archive() -> bytes:
    return Recipe().cooked()


@cache
def good_members() -> dict[str, bytes]:
    return Recipe().sealed()


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """A few bytes of the original changed, dropped or put in between."""
    spoilt = bytearray(original)
    for _change in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(spoilt)))
        spoilt[start : start + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(spoilt)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, object]:
    """A good pass.json with some keys replaced by anything."""
    keys = st.sampled_from(sorted(PASS.keys))
    styles = draw(st.dictionaries(st.sampled_from(STYLES), STYLE | JSON, max_size=2))
    return good_document() | styles | draw(st.dictionaries(keys | st.text(max_size=12), JSON, max_size=6))


def are_sound(findings: list[Finding]) -> bool:
    return all(finding.number in RULES and finding.where.isprintable() for finding in findings)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_no_pass(junk):
    findings = check_pass(junk, now=NOW)
    assert codes(findings) == "E12"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_archive_gives_findings_or_none(data):
    assert are_sound(check_pass(data.draw(mutated(good_archive())), now=NOW, development=True))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(SPOILT_FILES))
def test_a_mutated_file_gives_findings(data, name):
    spoilt = data.draw(mutated(good_members()[name]))
    findings = check_pass(zipped({**good_members(), name: spoilt}), now=NOW, development=True)
    assert are_sound(findings)
    assert findings or spoilt == good_members()[name] or name == "signature"


@settings(max_examples=100, deadline=None)
@given(documents(), st.booleans())
def test_any_document_gives_findings(document, development):
    assert are_sound(check_document(document, development=development))
    assert are_sound(check_update(good_document(), document))
    assert are_sound(check_update(document, good_document()))


@settings(deadline=None)
@given(st.integers(100, 599), st.dictionaries(st.text(max_size=12), st.text(max_size=12)), st.binary(max_size=40))
def test_any_answer_gives_findings(status, headers, body):
    assert are_sound(check_delivery(status, headers, body, previous=body))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_list_gives_findings(body):
    assert are_sound(check_delivery(200, {"Content-Type": "application/json"}, body))


def test_a_bomb_is_not_unpacked():
    bomb = zipped({"pass.json": b" " * (MOST_BYTES // 2), "icon.png": b"\0" * MOST_BYTES})
    (finding,) = check_pass(bomb, now=NOW)
    assert (finding.number, finding.severity) == (12, Severity.ERROR)
    assert "when unpacked" in finding.message


def test_a_bomb_that_lies_about_its_size_is_not_unpacked():
    bomb = bytearray(zipped({"icon.png": b"\0" * 50_000}))
    size_in_directory = bomb.index(b"PK\x01\x02") + 24
    bomb[size_in_directory : size_in_directory + 4] = (10).to_bytes(4, "little")
    assert "E12" in codes(check_pass(bytes(bomb), now=NOW))


def test_too_many_files_are_not_unpacked():
    crowd = zipped({f"{number}.png": b"" for number in range(MOST_FILES + 1)})
    assert codes(check_pass(crowd, now=NOW)) == "E12"


def test_too_large_a_file_is_not_opened():
    assert codes(check_pass(bytes(MOST_BYTES + 1), now=NOW)) == "E12"


def test_a_name_used_twice_is_found():
    packed = zipped({"icon.png": b"1", "icon_png": b"2"})
    findings = check_pass(packed.replace(b"icon_png", b"icon.png"), now=NOW)
    assert "This name stands 2 times in the archive." in {finding.message for finding in findings}


def test_folders_of_their_own_are_no_files():
    assert codes(Recipe(pack=lambda files: zipped({"en.lproj/": b"", **files})).findings()) == ""


def test_a_crowd_of_unknown_keys_is_named_in_part():
    findings = check_document(good_document() | {f"x{number}": 1 for number in range(50_000)})
    assert sum(finding.number == 19 for finding in findings) == MOST_UNKNOWN


def test_an_endless_manifest_is_named_in_part():
    endless = json.dumps({f"{number}.png": "" for number in range(30_000)}).encode()
    findings = check_pass(zipped({"manifest.json": endless}), now=NOW)
    assert sum(finding.number == 10 for finding in findings) == MOST_NAMED


def test_an_endless_array_is_looked_at_in_part():
    findings = check_document({"locations": [{}] * 50_000})
    assert "locations[199].latitude" in {finding.where for finding in findings}
    assert "locations[200].latitude" not in {finding.where for finding in findings}


def test_what_a_terminal_might_obey_is_not_repeated():
    findings = check_document(good_document() | {"\x1b[2Jkey": 1})
    assert "?[2Jkey" in {finding.where for finding in findings}


def test_a_deep_user_info_is_not_descended():
    deep = json.loads('{"userInfo": ' + "[" * 400 + "]" * 400 + "}")
    recipe = Recipe(document=good_document() | deep)
    assert recipe.findings() == []
