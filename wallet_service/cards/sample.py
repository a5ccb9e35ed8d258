"""A template's card as its sample member would see it: for checks and previews."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wallet_service.cards.templates import Template, design, fillers
from wallet_service.wallets.seam import Hole, Text, Value


def sample_pass(template: Template, language: str) -> dict[str, Any]:
    """Apple's JSON of the sample member's card in a language, without identity keys."""
    laid_out = design(template, "sample", language)
    member = replace(template.sample, language=language)
    values = {name: fill(member) for name, fill in fillers(template, laid_out).items()}
    return {key: _filled(node, values) for key, node in laid_out.pass_json.items()}


def _filled(node: Any, values: Mapping[str, Value]) -> Any:
    match node:
        case dict():
            return {key: _filled(inner, values) for key, inner in node.items()}
        case list():
            return [_filled(inner, values) for inner in node]
        case Text(parts=(Hole(name=name),)):
            return values[name]
        case Text():
            return "".join(str(values[part.name]) if isinstance(part, Hole) else part for part in node.parts)
    return node
