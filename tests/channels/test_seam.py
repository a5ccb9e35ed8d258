"""What no channel may send."""

from typing import Any

import pytest

from tests.channels.app import message
from wallet_service.channels.app_push import unfit
from wallet_service.channels.seam import Kind, flaw


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"key": "!" * 64},
        {"topic": "a-Z0._~%"},
        {"title": ""},
        {"body": ""},
        {"link": None},
        {"expires_s": 0},
        {"expires_s": 2_419_200},
    ],
)
def test_a_message_at_the_edge_is_fine(change: dict[str, Any]) -> None:
    assert flaw(message("anna", **change)) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": "k" * 65}, "key"),
        ({"key": "two words"}, "key"),
        ({"key": "k\n"}, "key"),
        ({"topic": ""}, "topic"),
        ({"topic": "t" * 51}, "topic"),
        ({"title": "", "body": ""}, "says nothing"),
        ({"title": "\udc00"}, "surrogate"),
        ({"link": "http://burgers.example"}, "https"),
        ({"expires_s": -1}, "expires"),
        ({"expires_s": 2_419_201}, "expires"),
    ],
)
def test_a_message_beyond_it_is_refused_with_the_reason(change: dict[str, Any], reason: str) -> None:
    said = flaw(message("anna", **change))
    assert said is not None
    assert reason in said


@pytest.mark.parametrize("kind", ["web", "email", "phone"])
def test_an_app_is_not_reached_by_other_kinds_of_address(kind: Kind) -> None:
    assert unfit(message("anna", kind=kind)) == f"an app has no address of the kind {kind}"


@pytest.mark.parametrize(("letters", "fits"), [(1900, True), (2100, False)], ids=["fits", "does not"])
def test_a_text_counts_in_bytes(letters: int, *, fits: bool) -> None:
    assert (unfit(message("anna", body="ж" * letters)) is None) is fits
