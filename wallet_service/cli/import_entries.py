"""Entries out of a file: each with a key of its own or with one made of its line's number, so that it counts once."""

from functools import partial
from typing import NoReturn

import orjson

from wallet_service.cli.import_file import Source
from wallet_service.cli.import_run import Kind
from wallet_service.errors import Invalid
from wallet_service.loyalty.keys import Caller, Scope
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.web.api.lanes import AHEAD, Lanes
from wallet_service.web.api.lines import LineReader
from wallet_service.web.idempotency import once_key

MOST_LINES = 10**12
"""More than any file has: a name that leaves room for this number leaves room for all."""


class KeyMissing(Invalid):
    """An imported entry has a key, or the import a name: else an import that is repeated would count it again."""

    slug = "import-key-missing"
    title = "A line has no key"


def import_of_entries(brand_id: str, name: str | None = None) -> Kind[Posting]:
    """The import of entries of a brand's members; with a name, lines without a key get theirs from it."""
    return Kind(
        brand_id,
        lambda source, longest: entry_reader(source, brand_id, name, longest).read,
        lambda database: Lanes(database).write,
        "written",
        "written before",
        AHEAD,
    )


def entry_reader(source: Source, brand_id: str, name: str | None, longest: int) -> LineReader:
    """What reads the lines of this import. Raises `KeyMissing` or `KeyInvalid`, before anything is written."""
    caller = Caller("cli", brand_id, frozenset(Scope))
    if name is None:
        require_keys(source, longest)
        return LineReader(caller, longest, keyless)
    once_key(caller, numbered(name, MOST_LINES))
    return LineReader(caller, longest, partial(numbered, name))


def require_keys(source: Source, longest: int) -> None:
    """Raises `KeyMissing` if a line has none; of lines that are no JSON, each is refused in its turn."""
    for line in source.lines(longest):
        if lacks_key(line.text):
            keyless(line.number)


def lacks_key(text: bytes) -> bool:
    """Whether this is a JSON object without a key. PURE."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and not found.get("key")


def keyless(number: int) -> NoReturn:
    """What is said of a line without a key. Raises `KeyMissing`."""
    remedy = "Give every line a key, or the import a --name; keep both when you send it again."
    raise KeyMissing(f"Line {number} could be counted twice.", remedy=remedy)


def numbered(name: str, number: int) -> str:
    """The key of a line in an import of this name. PURE."""
    return f"{name}/{number}"
