"""How members are named from outside, and how phones, languages and time zones are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.errors import Invalid
from wallet_service.loyalty.brands import LanguageUnknown, TimeZoneUnknown, known_language, known_time_zone
from wallet_service.loyalty.references import (
    MemberRef,
    MemberReferenceInvalid,
    PhoneInvalid,
    normal_phone,
    parse_reference,
)

ID = "01k00000000000000000000000"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (f"mem_{ID}", "id", f"mem_{ID}"),
        (f"card_{ID}", "card", f"card_{ID}"),
        ("external:BH-1", "external", "BH-1"),
        ("external:a:b", "external", "a:b"),
        ("external: BH-1 ", "external", "BH-1"),
        ("external:Cafe\u0301", "external", "Caf\u00e9"),
        ("external:" + "x" * 100, "external", "x" * 100),
        ("phone:+49 151 1234-5678", "phone", "+4915112345678"),
    ],
)
def test_a_reference_is_read(text: str, kind: str, value: str):
    found = parse_reference(text)
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BH-1",
        "mem_",
        f"mem_{ID[:-1]}",
        f"MEM_{ID}",
        f"prog_{ID}",
        "External:a",
        "external:",
        "external:   ",
        "external:" + "x" * 101,
        "external:a\nb",
        "external:a\x00b",
        "external:\x7f",
    ],
)
def test_what_names_nobody_is_refused(text: str):
    with pytest.raises(MemberReferenceInvalid, match="none of the four forms"):
        parse_reference(text)


@given(st.text(max_size=120))
def test_any_text_is_either_a_reference_or_refused_by_name(text: str):
    try:
        found = parse_reference(text)
    except Invalid:
        return
    assert isinstance(found, MemberRef)
    assert "\x00" not in found.value


@pytest.mark.parametrize("written", ["+4915112345678", "+49 151 12345678", "+49 (151) 123-456-78", " +4915112345678"])
def test_a_phone_number_has_one_form(written: str):
    assert normal_phone(written) == "+4915112345678"


@pytest.mark.parametrize(
    "written", ["", "015112345678", "004915112345678", "+79161", "+1", "+0", "+999123456", "phone", "+49" * 99]
)
def test_what_is_no_phone_number_is_refused(written: str):
    with pytest.raises(PhoneInvalid):
        normal_phone(written)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en", "en"), ("RU", "ru"), ("pt-br", "pt-BR"), ("zh-Hans-CN", "zh-Hans-CN"), ("en-001", "en-001")],
)
def test_a_language_has_one_form(tag: str, language: str):
    assert known_language(tag) == language
    assert known_language(language) == language


@pytest.mark.parametrize(
    "tag", ["", "x", "klingon", "en_US", "en-XX", "en--US", "en-", "en-US@euro", "en.UTF-8", "C", "\x00", "a" * 300]
)
def test_what_is_no_language_is_refused(tag: str):
    with pytest.raises(LanguageUnknown, match="names no language"):
        known_language(tag)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_known_by_its_name(name: str):
    assert known_time_zone(name) == name


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "europe/berlin", "+03:00", "../etc/passwd"])
def test_what_is_no_time_zone_is_refused(name: str):
    with pytest.raises(TimeZoneUnknown, match="not a time zone"):
        known_time_zone(name)
