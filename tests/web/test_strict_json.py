"""JSON that two readers could understand differently is not read at all."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.web.strict_json import DEEPEST, LONGEST_NUMBER, JsonInvalid, read_json

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)

UNREADABLE = {
    "nothing": b"",
    "no JSON": b"amount=5",
    "two values": b"{} {}",
    "a trailing comma": b'{"a":1,}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "a byte that is not UTF-8": b'{"a":"\xff"}',
    "an overlong slash": b'{"a":"\xc0\xaf"}',
    "a lone surrogate": rb'{"a":"\ud83d"}',
    "a lone surrogate as a key": rb'{"\udfff":1}',
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "NUL": rb'{"a":"\u0000"}',
    "NUL as a key": rb'{"\u0000":1}',
    "a raw control character": b'{"a":"\x01"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "minus Infinity": b'{"a":-Infinity}',
    "1e400": b'{"a":1e400}',
    "minus 1e400": b'{"a":-1e400}',
    "a leading zero": b'{"a":007}',
    "a hexadecimal number": b'{"a":0x7}',
    "a number of 5,000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "a fraction of 5,000 digits": b'{"a":0.' + b"9" * 5000 + b"}",
    "a key that stands twice": b'{"a":1,"a":2}',
    "a key that stands twice, written differently": rb'{"a":1,"\u0061":2}',
    "a key that stands twice, deep inside": b'[{"b":{"a":1,"a":1}}]',
    "1,000 lists": b"[" * 1000 + b"]" * 1000,
    "100,000 objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "one level too many": b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2),
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_not_strictly_json_is_refused(raw: bytes) -> None:
    with pytest.raises(JsonInvalid) as refusal:
        read_json(raw)

    assert 0 < len(refusal.value.detail) < 120


@given(VALUES)
def test_what_is_json_is_read_as_it_was_written(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_no_bytes_whatever_do_worse_than_being_refused(raw: bytes) -> None:
    with suppress(JsonInvalid):
        json.dumps(read_json(raw), allow_nan=False)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert read_json(rb'"\ud83c\udf54"') == "\N{HAMBURGER}"


def test_the_longest_number_and_the_deepest_nesting_are_read() -> None:
    number = "9" * LONGEST_NUMBER

    assert read_json(number.encode()) == int(number)
    assert str(read_json(b"[" * DEEPEST + b"]" * DEEPEST)).count("[") == DEEPEST


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    secret = "+4915112345678"
    for raw in (f'{{"{secret}":1,"{secret}":2}}', f'["{secret}\\u0000"]', f'["{secret}" {secret}]', f'["{secret}'):
        with pytest.raises(JsonInvalid) as refusal:
            read_json(raw.encode())
        assert secret not in refusal.value.detail


def test_a_megabyte_of_different_keys_of_which_the_last_stands_twice_is_refused_in_a_moment() -> None:
    raw = b"{" + b",".join(b'"%d":1' % number for number in range(90_000)) + b',"89999":1}'
    began = time.thread_time()

    with pytest.raises(JsonInvalid):
        read_json(raw)

    assert time.thread_time() - began < 5
