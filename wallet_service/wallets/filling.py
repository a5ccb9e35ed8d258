"""Fills the holes of a design. PURE."""

from collections.abc import Mapping
from typing import Any

from wallet_service.wallets.seam import Hole, Text, Value


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
