"""Ids: UUIDv7 in Crockford's letters, in order of time, each kind with its prefix."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.ids import ALPHABET, is_id, new_id

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
PREFIXES = st.from_regex(r"[a-z]{2,5}", fullmatch=True)


def uuid_of(text: str) -> UUID:
    number = 0
    for letter in text.partition("_")[2]:
        number = number * 32 + ALPHABET.index(letter)
    return UUID(int=number)


@given(PREFIXES, MOMENTS)
def test_an_id_is_a_uuid_of_version_7_that_knows_its_millisecond(prefix: str, now: datetime):
    made = new_id(prefix, now)
    uuid = uuid_of(made)
    assert is_id(prefix, made)
    assert re.fullmatch(r"[a-z]+_[0-9a-z]{26}", made)
    assert (uuid.version, uuid.variant) == (7, "specified in RFC 4122")
    assert uuid.int >> 80 == int(now.timestamp() * 1000)


def test_later_ids_sort_later():
    ids = [new_id("mem", NOON + timedelta(milliseconds=n)) for n in range(100)]
    assert ids == sorted(ids)


def test_ids_of_one_millisecond_differ():
    assert len({new_id("mem", NOON) for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mem",
        "mem_",
        f"mem_{'0' * 25}",
        f"mem_{'0' * 27}",
        f"mem_8{'0' * 25}",  # more than 128 bits
        f"mem_{'0' * 25}i",
        f"mem_{'0' * 25}l",
        f"mem_{'0' * 25}o",
        f"mem_{'0' * 25}u",
        f"MEM_{'0' * 26}",
        f"mem_{'0' * 25}A",
        f"mem_{'0' * 26}\n",
        f" mem_{'0' * 26}",
        f"card_{'0' * 26}",
        f"mem_{'٠' * 26}",
    ],
)
def test_what_is_not_exactly_an_id_is_none(text: str):
    assert not is_id("mem", text)


def test_an_id_is_of_its_kind_only():
    assert not is_id("card", new_id("mem", NOON))
