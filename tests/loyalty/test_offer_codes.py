"""How codes are spelt, and that nobody guesses one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.loyalty.rules.offer_codes import ALPHABET, GUESSES, length_for, normal_code, random_letters


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (" summer - 26 ", "SUMMER-26"),
        ("лето26", "ЛЕТО26"),
        ("a b c", "ABC"),
        ("ＡＢＣ１", "ABC1"),
        ("straße", "STRASSE"),
        ("ab", None),
        ("", None),
        ("A" * 24, "A" * 24),
        ("A" * 25, None),
        ("-ABC", None),
        ("A--BC", None),
        ("A_BC", None),
        ("AB\x00C", None),
        ("🎁🎁🎁", None),
    ],
)
def test_a_code_has_one_normal_form_or_none(typed: str, code: str | None) -> None:
    assert normal_code(typed) == code


@given(st.text(max_size=50))
def test_a_normal_form_is_its_own(typed: str) -> None:
    code = normal_code(typed)
    assert code is None or normal_code(code) == code


@given(st.integers(1, 10**7))
def test_codes_are_as_long_as_a_hopeless_guess_needs_and_hardly_longer(count: int) -> None:
    length = length_for(count)
    assert len(ALPHABET) ** length >= count * GUESSES
    assert length == 8 or len(ALPHABET) ** (length - 1) < count * GUESSES


def test_a_million_codes_have_eleven_letters_and_one_has_eight() -> None:
    assert (length_for(1_000_000), length_for(1), length_for(0)) == (11, 8, 8)


def test_no_letter_looks_like_another_and_all_are_about_as_frequent() -> None:
    assert not set(ALPHABET) & set("0O1ILU")
    drawn = Counter(random_letters(60_000).decode())
    assert set(drawn) == set(ALPHABET)
    assert all(1_600 < times < 2_400 for times in drawn.values())  # 2,000 each; nine standard deviations away
