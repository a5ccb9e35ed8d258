"""Fills the holes of a design, and leaves out what a card has nothing to say in. PURE."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from wallet_service.wallets.seam import CardFace, Hole, Text, Value

CHANGE_MESSAGE = "changeMessage"


def filled(node: Any, values: Mapping[str, Value]) -> Any:
    """The same JSON with what each hole says in its place; a hole alone keeps the type of its value."""
    match node:
        case Mapping():
            return {key: filled(inner, values) for key, inner in node.items()}
        case list() | tuple():
            return [filled(inner, values) for inner in node]
        case Text(parts=(Hole(name=name),)):
            return values[name]
        case Text():
            return "".join(str(values[part.name]) if isinstance(part, Hole) else part for part in node.parts)
    return node


def shown_by(face: CardFace) -> Any:
    """Apple's JSON of a card as it is: only fields that say something, and one of them may announce it."""
    document = face.design.pass_json
    silent = [text for text in optional_texts(document) if says_nothing(text, face.values)]
    return filled(worn(document, silent, face.announces), face.values)


def worn(node: Any, silent: Collection[Text], announces: str) -> Any:
    """The same JSON without the fields whose values are `silent`, and with the change message of one field alone."""
    match node:
        case Mapping():
            kept = node.keys() - (set() if node.get("key") == announces else {CHANGE_MESSAGE})
            return {key: worn(inner, silent, announces) for key, inner in node.items() if key in kept}
        case list() | tuple():
            return [worn(inner, silent, announces) for inner in node if _value(inner) not in silent]
    return node


def optional_texts(node: Any) -> Sequence[Text]:
    """The values of fields that may say nothing at all: those without words of their own."""
    return tuple(dict.fromkeys(text for text in _values(node) if not _words(text)))


def says_nothing(text: Text, values: Mapping[str, Value]) -> bool:
    """Whether no hole of a text says anything."""
    return all(values[part.name] == "" for part in text.parts if isinstance(part, Hole))


def _values(node: Any) -> Iterator[Text]:
    """The values of all fields that have holes."""
    match node:
        case Mapping():
            for inner in node.values():
                yield from _values(inner)
        case list() | tuple():
            for inner in node:
                if isinstance(value := _value(inner), Text):
                    yield value
                yield from _values(inner)


def _value(node: Any) -> object:
    """The value of a field; nothing of what is none."""
    return node.get("value") if isinstance(node, Mapping) and "key" in node else None


def _words(text: Text) -> str:
    return "".join(part for part in text.parts if isinstance(part, str)).strip()
