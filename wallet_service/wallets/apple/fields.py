"""From a card's face to pass.json: the design is cut at its holes once, so that a pass only fills them."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from wallet_service.wallets.seam import CardFace, Hole, Text

OWNED = frozenset(
    {"formatVersion", "passTypeIdentifier", "teamIdentifier", "serialNumber", "webServiceURL", "authenticationToken"}
    | {"voided", "userInfo"}
)
"""Keys of pass.json that the service writes, whatever a template says."""


@dataclass(frozen=True, slots=True)
class Bare:
    """A hole that is a whole JSON value: a number stays a number."""

    name: str


Piece = bytes | Hole | Bare


@dataclass(frozen=True, slots=True)
class Stencil:
    """The pass.json of a design, in pieces."""

    pieces: tuple[Piece, ...]

    def fill(self, face: CardFace, identity: Mapping[str, Any]) -> bytes:
        """pass.json of this card; `identity` are the keys of `OWNED`, which come first."""
        opening = orjson.dumps(identity)[:-1]
        return b"".join((opening, *(_say(piece, face.values) for piece in self.pieces)))


def cut(pass_json: Mapping[str, Any]) -> Stencil:
    """Cut a design's JSON at its holes."""
    nonce = secrets.token_hex(8)  # so that no text of a template can look like a mark
    holes: list[Hole | Bare] = []

    def mark(node: Any) -> Any:
        match node:
            case Text((Hole(name),)):
                holes.append(Bare(name))
                return f"\x02{nonce}\x02"
            case Text(parts):
                holes.extend(part for part in parts if isinstance(part, Hole))
                return "".join(f"\x01{nonce}\x01" if isinstance(part, Hole) else part for part in parts)
            case dict():
                return {key: mark(inner) for key, inner in node.items()}
            case list() | tuple():
                return [mark(inner) for inner in node]
        return node

    marked = orjson.dumps({key: mark(inner) for key, inner in pass_json.items() if key not in OWNED})
    closing = marked[1:] if marked == b"{}" else b"," + marked[1:]
    texts = re.split(rb'"\\u0002%b\\u0002"|\\u0001%b\\u0001' % (nonce.encode(), nonce.encode()), closing)
    return Stencil(tuple(piece for pair in _alternate(texts, holes) for piece in pair))


def _alternate(texts: Iterable[bytes], holes: Iterable[Hole | Bare]) -> Iterable[tuple[Piece, ...]]:
    first, *rest = texts
    yield (first,)
    yield from zip(holes, rest, strict=True)


def _say(piece: Piece, values: Mapping[str, str | int]) -> bytes:
    match piece:
        case bytes():
            return piece
        case Bare(name):
            return orjson.dumps(values[name])
        case Hole(name):
            return orjson.dumps(str(values[name]))[1:-1]
