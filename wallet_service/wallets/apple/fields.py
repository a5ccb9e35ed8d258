"""From a card's face to pass.json: the design is cut at its holes once, so that a pass only fills them."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import orjson

from wallet_service.wallets.filling import optional_texts, says_nothing, worn
from wallet_service.wallets.seam import CardFace, Hole, Text, Value

OWNED = frozenset(
    {"formatVersion", "passTypeIdentifier", "teamIdentifier", "serialNumber", "webServiceURL", "authenticationToken"}
    | {"voided", "userInfo"}
)
"""Keys of pass.json that the service writes, whatever a template says."""


Say = Callable[[Value], bytes]
"""How a value is written into JSON."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A hole of a stencil: its mark in the form, the value it shows, and how that is written."""

    mark: bytes
    name: str
    say: Say


@dataclass(frozen=True, slots=True)
class Stencil:
    """The pass.json of a design as a form to be filled: printf's own, so that filling it is one step."""

    form: bytes
    blanks: tuple[Blank, ...]

    def fill(self, face: CardFace, identity: Mapping[str, Any]) -> bytes:
        """pass.json of this card; `identity` are the keys of `OWNED`, which come first."""
        values = face.values
        return orjson.dumps(identity)[:-1] + self.form % {
            blank.mark: blank.say(values[blank.name]) for blank in self.blanks
        }


@dataclass(frozen=True, slots=True)
class Stencils:
    """The stencils of a design: one for each choice of fields that say nothing, and of the one that announces."""

    pass_json: Mapping[str, Any]
    optional: Sequence[Text]
    """Values of fields that may say nothing."""
    _cut: dict[tuple[str, tuple[bool, ...]], Stencil] = field(default_factory=dict)

    @classmethod
    def of(cls, pass_json: Mapping[str, Any]) -> "Stencils":
        """The stencils of a design's JSON; each is cut when it is first needed."""
        return cls(pass_json, optional_texts(pass_json))

    def fill(self, face: CardFace, identity: Mapping[str, Any]) -> bytes:
        """pass.json of this card, with the keys of `OWNED` first."""
        values = face.values
        silent = tuple([says_nothing(text, values) for text in self.optional]) if "" in values.values() else ()
        stencil = self._cut.get((face.announces, silent))
        if stencil is None:
            left_out = list(compress(self.optional, silent))
            stencil = self._cut[face.announces, silent] = cut(worn(self.pass_json, left_out, face.announces))
        return stencil.fill(face, identity)


def cut(pass_json: Mapping[str, Any]) -> Stencil:
    """Cut a design's JSON at its holes."""
    nonce = secrets.token_hex(8)  # so that no text of a template can look like a mark
    blanks: dict[tuple[str, Say], Blank] = {}

    def blank(name: str, say: Say) -> str:
        mark = blanks.setdefault((name, say), Blank(b"%d" % len(blanks), name, say)).mark
        return f"{nonce}{say.__name__}{mark.decode()}."

    def mark(node: Any) -> Any:
        match node:
            case Text((Hole(name),)):
                return blank(name, _whole)
            case Text(parts):
                return "".join(blank(part.name, _within) if isinstance(part, Hole) else part for part in parts)
            case dict():
                return {key: mark(inner) for key, inner in node.items()}
            case list() | tuple():
                return [mark(inner) for inner in node]
        return node

    marked = orjson.dumps({key: mark(inner) for key, inner in pass_json.items() if key not in OWNED})
    closing = marked[1:] if marked == b"{}" else b"," + marked[1:]
    marks = rb'"%(nonce)b_whole([0-9]+)\."|%(nonce)b_within([0-9]+)\.' % {b"nonce": nonce.encode()}
    form = re.sub(marks, lambda found: b"%%(%b)b" % found[found.lastindex or 0], closing.replace(b"%", b"%%"))
    return Stencil(form, tuple(blanks.values()))


def _whole(value: Value) -> bytes:
    """A hole that is a JSON value of its own: a number stays a number."""
    return orjson.dumps(value)


def _within(value: Value) -> bytes:
    """A hole within a text."""
    return orjson.dumps(str(value))[1:-1]
