"""An operation as a command line that can be pasted into a shell as it is."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any
from urllib.parse import quote as percent_encoded

JSON = "application/json"
KEY = '-H "Authorization: Bearer $WALLET_KEY"'
"""In double quotes: the shell puts the key in, which then is in no history."""


def command(method: str, address: str, headers: Mapping[str, str], media_type: str = "", body: Any = None) -> str:
    """The command line, over several lines; `body` is sent when there is a media type."""
    return " \\\n  ".join(_parts(method, address, headers, media_type, body))


def fill(path: str, values: Mapping[str, str]) -> str:
    """The path with a value in each place; a place without a value keeps its name, in capitals."""
    return re.sub(r"\{(\w+)\}", lambda place: _segment(values.get(place[1]) or place[1].upper()), path)


def _parts(method: str, address: str, headers: Mapping[str, str], media_type: str, body: Any) -> Iterator[str]:
    told = f" -X {method}" if method not in _implied(media_type) else ""
    yield f"curl{told} {quote(address)}"
    yield KEY
    for name, value in headers.items():
        yield f"-H {quote(f'{name}: {value}')}"
    if media_type:
        yield f"-H {quote(f'Content-Type: {media_type}')}"
        yield f"-d {quote(json.dumps(body, ensure_ascii=False))}"


def _implied(media_type: str) -> Sequence[str]:
    """The method that curl takes by itself."""
    return ("POST",) if media_type else ("GET",)


def _segment(text: str) -> str:
    return percent_encoded(text, safe=":@+")
