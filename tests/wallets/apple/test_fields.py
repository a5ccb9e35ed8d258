"""The stencil of a pass: filling it gives what plain rendering would, whatever stands in the design or the values."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.apple.fields import OWNED, cut
from wallet_service.wallets.seam import CardFace, Design, Hole, Text, Value

VALUES: Mapping[str, Value] = {
    "balance": 1250,
    "name": 'Ann "A" <b>\\u0002\n',
    "mark": "\x02deadbeefdeadbeef\x02\x01",
    "empty": "",
    "emoji": "🍔 баллы \u2028",
    "debt": -5,
}
IDENTITY = {"formatVersion": 1, "serialNumber": "card_1"}
FACE = CardFace(
    Design("tpl/en", "en", {}, {}), VALUES, "card_1", "pass.a", 1, datetime(2026, 1, 1, tzinfo=UTC), 1, False
)

HOLES = st.sampled_from(sorted(VALUES)).map(Hole)
WORDS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["\x01", "\x02", '"\x02', "\\u0001", "{}", "%@"]
)
TEXTS = st.lists(WORDS | HOLES, max_size=4).map(lambda parts: Text(tuple(parts)))
LEAVES = TEXTS | WORDS | st.integers(-(2**53), 2**53) | st.booleans() | st.none() | st.floats(-1e6, 1e6)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))
DESIGNS = st.dictionaries(WORDS.filter(lambda key: key not in OWNED), TREES, max_size=4)


def rendered(node: Any) -> Any:
    """A design filled in the plainest way."""
    match node:
        case Text((Hole(name),)):
            return VALUES[name]
        case Text(parts):
            return "".join(str(VALUES[part.name]) if isinstance(part, Hole) else part for part in parts)
        case dict():
            return {key: rendered(inner) for key, inner in node.items()}
        case list():
            return [rendered(inner) for inner in node]
    return node


def filled(design: Mapping[str, Any], face: CardFace = FACE) -> Any:
    return json.loads(cut(design).fill(face, IDENTITY))


@given(DESIGNS)
def test_filling_gives_what_plain_rendering_would(design: dict[str, Any]):
    assert filled(design) == IDENTITY | {key: rendered(node) for key, node in design.items()}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((Hole("balance"),), 1250),
        ((Hole("debt"),), -5),
        ((Hole("balance"), " points"), "1250 points"),
        (("", Hole("balance")), "1250"),  # two parts, hence a text
        ((Hole("empty"),), ""),
        ((Hole("name"),), VALUES["name"]),
        (("Dear ", Hole("name"), "!"), f"Dear {VALUES['name']}!"),
        ((Hole("emoji"), Hole("emoji")), f"{VALUES['emoji']}" * 2),
        ((), ""),
    ],
)
def test_a_number_alone_stays_a_number_and_text_is_escaped(parts: tuple[str | Hole, ...], said: Value):
    found = filled({"value": Text(parts)})["value"]
    assert found == said
    assert type(found) is type(said)


@pytest.mark.parametrize("key", sorted(OWNED))
def test_a_design_cannot_say_who_the_card_is(key: str):
    assert filled({key: "forged", "description": "Card"}) == IDENTITY | {"description": "Card"}


def test_a_value_that_looks_like_a_hole_is_only_text():
    face = replace(FACE, values={**VALUES, "name": "{balance}"})
    assert filled({"value": Text((Hole("name"), Hole("mark")))}, face)["value"] == f"{{balance}}{VALUES['mark']}"


def test_a_stencil_fills_one_card_after_another():
    stencil = cut({"value": Text((Hole("balance"),)), "label": Text(("Hi ", Hole("name")))})
    for balance in (1, 2):
        face = replace(FACE, values={"balance": balance, "name": f"member {balance}"})
        said = json.loads(stencil.fill(face, IDENTITY))
        assert (said["value"], said["label"]) == (balance, f"Hi member {balance}")
