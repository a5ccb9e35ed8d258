"""What members say of themselves has one spelling, and some of it one chance."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.errors import Invalid
from wallet_service.ids import ALPHABET
from wallet_service.loyalty.people.contact_forms import ContactInvalid, ContactKind, normal_contact
from wallet_service.loyalty.people.profile import (
    BornFixed,
    BornInvalid,
    is_correction,
    known_born,
    read_code,
    referral_code,
    require_born_by,
)
from wallet_service.loyalty.references import PhoneInvalid

MAY, JUNE = date(1990, 5, 31), date(1990, 6, 1)


@pytest.mark.parametrize(
    ("kind", "spellings", "kept"),
    [
        (ContactKind.PHONE, ["+49 151 12345678", "+4915112345678"], "+4915112345678"),
        (ContactKind.WHATSAPP, ["+7 (916) 123-45-67"], "+79161234567"),
        (ContactKind.VIBER, ["+79161234567"], "+79161234567"),
        (ContactKind.EMAIL, [" Anna.K@Example.COM ", "Anna.K@example.com"], "Anna.K@example.com"),
        (ContactKind.EMAIL, ["anna@ПОЧТА.рф"], "anna@почта.рф"),
        (ContactKind.TELEGRAM, ["@Anna_K", "anna_k", "https://t.me/Anna_K", "t.me/anna_k/"], "anna_k"),
        (ContactKind.VK, ["https://m.vk.com/id4711", "ID4711"], "id4711"),
        (ContactKind.INSTAGRAM, ["https://www.instagram.com/anna.k/", "@anna.k"], "anna.k"),
        (ContactKind.MAX, ["max.ru/anna"], "anna"),
    ],
)
def test_a_contact_is_kept_in_one_spelling(kind: ContactKind, spellings: list[str], kept: str) -> None:
    assert {normal_contact(kind, spelling) for spelling in spellings} == {kept}


@pytest.mark.parametrize(
    ("kind", "text", "refusal"),
    [
        (ContactKind.PHONE, "12345", PhoneInvalid),
        (ContactKind.EMAIL, "anna", ContactInvalid),
        (ContactKind.EMAIL, "anna@localhost", ContactInvalid),
        (ContactKind.EMAIL, "anna@example.com\nBcc: x", ContactInvalid),
        (ContactKind.TELEGRAM, "@me", ContactInvalid),
        (ContactKind.TELEGRAM, "https://example.com/anna", ContactInvalid),
        (ContactKind.VK, "anna k", ContactInvalid),
    ],
)
def test_what_is_no_such_contact_is_refused(kind: ContactKind, text: str, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        normal_contact(kind, text)


@given(st.sampled_from(ContactKind), st.one_of(st.text(), st.emails(), st.from_regex(r"\+[1-9][0-9]{6,14}")))
def test_a_contact_in_its_normal_form_is_read_as_itself(kind: ContactKind, text: str) -> None:
    try:
        kept = normal_contact(kind, text)
    except Invalid:
        return
    assert normal_contact(kind, kept) == kept


@given(st.text(ALPHABET, min_size=26, max_size=26), st.booleans())
def test_a_referral_code_is_read_however_a_friend_writes_it_down(member: str, upper: bool) -> None:
    code = referral_code(f"mem_{member}")
    spelt = f" {code[:5]}-{code[5:]}".replace("0", "o").replace("1", "l")
    assert read_code(spelt.upper() if upper else spelt) == code


@pytest.mark.parametrize("text", ["", "BH-1", "phone:+4915112345678", "mem_01k9z8w4ekf4p8q2v7r5t3y1xa", "uuuuuuuuuu"])
def test_what_is_no_code_is_not_taken_for_one(text: str) -> None:
    assert read_code(text) is None


def test_nobody_was_born_before_1900_or_after_today() -> None:
    assert known_born(MAY) == MAY
    with pytest.raises(BornInvalid):
        known_born(date(1899, 12, 31))
    require_born_by(None, MAY)
    require_born_by(MAY, MAY)
    with pytest.raises(BornInvalid):
        require_born_by(JUNE, MAY)


@pytest.mark.parametrize(
    ("was", "wanted", "fixed", "trusted", "corrects"),
    [
        (None, MAY, False, False, False),
        (None, MAY, True, False, False),
        (MAY, MAY, True, False, False),
        (MAY, JUNE, False, False, True),
        (MAY, None, False, False, True),
        (MAY, JUNE, True, True, True),
    ],
)
def test_a_birth_date_is_corrected_once_or_by_whom_is_trusted(
    was: date | None, wanted: date | None, fixed: bool, trusted: bool, corrects: bool
) -> None:
    assert is_correction(was, wanted, fixed=fixed, trusted=trusted) is corrects


def test_a_second_correction_is_refused() -> None:
    with pytest.raises(BornFixed):
        is_correction(MAY, JUNE, fixed=True, trusted=False)
