"""DER against the encodings of the standards, and against an independent reader."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.apple import der


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "0400"),
        (1, "0401"),
        (127, "047f"),
        (128, "048180"),
        (255, "0481ff"),
        (256, "04820100"),
        (65536, "0483010000"),
    ],
)
def test_a_length_takes_the_fewest_bytes(size, header):
    assert der.element(der.OCTET_STRING, b"x" * size) == bytes.fromhex(header) + b"x" * size


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "020100"), (1, "020101"), (127, "02017f"), (128, "02020080"), (255, "020200ff"), (256, "02020100")],
)
def test_a_positive_integer_never_looks_negative(number, encoded):
    assert der.integer(number) == bytes.fromhex(encoded)


@pytest.mark.parametrize(
    ("dotted", "encoded"),
    [
        ("1.2.840.113549.1.7.2", "06092a864886f70d010702"),
        ("2.5.4.11", "060355040b"),
        ("0.0", "060100"),
        ("1.0.0.128.127", "0605280081007f"),
        ("2.100.16384.0", "0606813481800000"),
    ],
)
def test_an_object_identifier_is_written_as_the_standard_shows(dotted, encoded):
    assert der.oid(dotted) == bytes.fromhex(encoded)


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=8))
def test_another_library_writes_the_same_object_identifiers(rest):
    dotted = ".".join(map(str, (1, 2, *rest)))
    written = x509.ExtendedKeyUsage([x509.ObjectIdentifier(dotted)]).public_bytes()
    assert der.element(der.SEQUENCE, der.oid(dotted)) == written


def test_the_members_of_a_set_are_sorted():
    one, two, three = der.integer(1), der.integer(2), der.integer(300)
    assert der.set_of(three, two, one) == der.element(der.SET, one, two, three)


@pytest.mark.parametrize(
    ("instant", "tag", "text"),
    [
        (datetime(2049, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), der.UTC_TIME, b"491231235959Z"),
        (datetime(2050, 1, 1, tzinfo=UTC), der.GENERALIZED_TIME, b"20500101000000Z"),
        (datetime(1949, 12, 31, tzinfo=UTC), der.GENERALIZED_TIME, b"19491231000000Z"),
        (datetime(2049, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-3))), der.GENERALIZED_TIME, b"20500101020000Z"),
    ],
)
def test_a_time_is_universal_and_has_two_digits_for_the_year_until_2049(instant, tag, text):
    assert der.time(instant) == (tag, text)
    assert len(text) == der.TIME_SIZES[tag]
