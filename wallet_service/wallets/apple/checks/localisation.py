"""The translations of a pass, its pass.strings files (rule 30)."""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted, warning

STRINGS = re.compile(r"[^/]+\.lproj/pass\.strings")
SKIP = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=\s*"((?:[^"\\]|\\.)*)"\s*;', re.DOTALL)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}

BYTE_ORDER_MARKS = ((codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))
MEND_ENCODING = "Write UTF-16, big-endian, with a byte order mark."
MEND_QUOTING = 'Write "key" = "value"; on each line, with \\" for a quotation mark inside.'
MOST_BYTES = 1_000_000
MOST_NAMED = 5
"""Keys named for each file; the rest is more of the same."""


Translation = Mapping[str, str]
"""Texts of one language by their keys."""


class NotStrings(ValueError):
    """The text is not a list of `"key" = "value";` pairs."""


def parse_strings(text: str) -> Translation:
    """The pairs of a pass.strings file, comments skipped. Raises `NotStrings`."""
    pairs: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = SKIP.match(text, position) or PAIR.match(text, position)
        if match is None:
            raise NotStrings(f'line {text.count(chr(10), 0, position) + 1} is not "key" = "value";')
        if match.re is PAIR:
            pairs[_unescaped(match[1])] = _unescaped(match[2])
        position = match.end()
    return pairs


def read_translations(files: Mapping[str, bytes]) -> tuple[dict[str, Translation], list[Finding]]:
    """Every pass.strings by its path, and what is wrong with those that cannot be read."""
    tables: dict[str, Translation] = {}
    found: list[Finding] = []
    for path in sorted(filter(STRINGS.fullmatch, files)):
        try:
            tables[path] = parse_strings(_decode(path, files[path], found))
        except UnicodeError as problem:
            found.append(error(30, path, f"It is not readable as {problem.args[0]}.", MEND_ENCODING))
        except NotStrings as problem:
            found.append(error(30, path, f"It cannot be parsed: {problem}.", MEND_QUOTING))
    return tables, found


def check_translations(tables: Mapping[str, Translation], document: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Whether the translations are equally complete, and translate what the pass says."""
    yield from _unequal(tables)
    if document is not None:
        yield from _unused(tables, set(_texts(document)))


def _unequal(tables: Mapping[str, Translation]) -> Iterator[Finding]:
    everything = {key for table in tables.values() for key in table}
    for path, table in tables.items():
        for key in sorted(everything - table.keys())[:MOST_NAMED]:
            yield error(
                30, path, f"The key {quoted(key)} is translated elsewhere, but not here.", "Translate it here too."
            )


def _unused(tables: Mapping[str, Translation], used: set[str]) -> Iterator[Finding]:
    for path, table in tables.items():
        for key in sorted(table.keys() - used)[:MOST_NAMED]:
            yield warning(
                30, path, f"The key {quoted(key)} is used nowhere in pass.json.", "Drop it, or mend its spelling."
            )


def _decode(path: str, content: bytes, found: list[Finding]) -> str:
    if len(content) > MOST_BYTES:
        raise NotStrings(f"it is larger than {MOST_BYTES} bytes")
    encoding = _encoding(content)
    text = content.decode(encoding)
    if not text.isascii() and not encoding.startswith("utf-16"):
        message = "It has more than ASCII and is not UTF-16; some readers show it untranslated."
        found.append(warning(30, path, message, MEND_ENCODING))
    return text


def _encoding(content: bytes) -> str:
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS if content.startswith(mark)), None)
    guesses = {(True, False): "utf-16-be", (False, True): "utf-16-le"}
    zeros = (content[:1] == b"\0", content[1:2] == b"\0")
    return marked or guesses.get(zeros, "utf-8")


def _unescaped(text: str) -> str:
    return ESCAPE.sub(lambda match: ESCAPED.get(match[1], match[1]), text)


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    """Every text of the document, without recursion: its depth is the file's choice."""
    waiting: list[Any] = [document]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case Mapping() as record:
                waiting.extend(record.values())
            case list() as listing:
                waiting.extend(listing)
