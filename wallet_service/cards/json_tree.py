"""Walks over a JSON document: its leaves with their paths, and the same document with its texts changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no others."""

    path: str
    """From the top: `storeCard.headerFields[0].label`."""
    key: str
    """The name it stands under; for an entry of a list, the list's."""
    value: Any


def leaves(node: Any, path: str = "", key: str = "") -> Iterator[Leaf]:
    """Every leaf of a document, in its order."""
    match node:
        case dict():
            for name, inner in node.items():
                yield from leaves(inner, f"{path}.{name}" if path else name, name)
        case list():
            for index, inner in enumerate(node):
                yield from leaves(inner, f"{path}[{index}]", key)
        case _:
            yield Leaf(path, key, node)


def with_texts(node: Any, change: Callable[[str, str], Any], key: str = "") -> Any:
    """The same document with `change(key, text)` in the place of every text."""
    match node:
        case dict():
            return {name: with_texts(inner, change, name) for name, inner in node.items()}
        case list():
            return [with_texts(inner, change, key) for inner in node]
        case str():
            return change(key, node)
    return node


def depth(node: Any) -> int:
    """How many lists and objects stand one inside the other."""
    level, count = [node], -1
    while level:
        level = [inner for outer in level for inner in _inside(outer)]
        count += 1
    return count


def _inside(node: Any) -> Iterable[Any]:
    match node:
        case dict():
            return node.values()
        case list():
            return node
    return ()
