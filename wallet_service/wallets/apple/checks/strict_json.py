"""JSON as Wallet reads it: strict (rule 16)."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Never

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted

MOST_BYTES = 1_000_000

MEND = "Write UTF-8 JSON (RFC 8259) with a JSON library, without byte order mark, comments or trailing commas."


def read_object(files: Mapping[str, bytes], name: str) -> tuple[Mapping[str, Any] | None, list[Finding]]:
    """The JSON object in the file of this name, or None and the reason."""
    try:
        return _parse(files[name]), []
    except KeyError:
        return None, [error(16, name, "This file is missing.", f"Put {name} at the root of the archive.")]
    except RecursionError:
        return None, [error(16, name, "The JSON is nested too deeply.", MEND)]
    except ValueError as problem:
        return None, [error(16, name, f"This is not strict JSON: {problem}.", MEND)]


def _parse(content: bytes) -> Mapping[str, Any]:
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES} bytes")
    if content.startswith(b"\xef\xbb\xbf"):
        raise ValueError("it starts with a byte order mark")
    parsed = json.loads(content.decode(), parse_constant=_refuse_constant, object_pairs_hook=_unique)
    if not isinstance(parsed, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - wrong content, not a wrong call
    return parsed


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        ((twice, _times),) = Counter(key for key, _value in pairs).most_common(1)
        raise ValueError(f"the key {quoted(twice)} stands twice in one object")
    return members
