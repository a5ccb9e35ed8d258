"""What Google signs is framed, and a key is a key on P-256 or none."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from tests.wallets.google.notary import written
from wallet_service.wallets.google.callback_keys import binary, framed, milliseconds, public_key, read_root_keys


@given(st.lists(st.text()), st.lists(st.text()))
def test_no_two_lists_of_texts_are_framed_alike(some: list[str], others: list[str]):
    assert (framed(*some) == framed(*others)) == (some == others)


@given(st.lists(st.text()))
def test_a_frame_can_be_read_back(texts: list[str]):
    raw = framed(*texts)
    read: list[str] = []
    while raw:
        end = 4 + int.from_bytes(raw[:4], "little")
        read, raw = [*read, raw[4:end].decode()], raw[end:]
    assert read == texts


@pytest.mark.parametrize(
    ("value", "ms"),
    [("12", 12), (13, 13), (-1, None), ("", None), ("1" * 15, None), ("１", None), (1.5, None), (True, None)],
)
def test_milliseconds_are_digits_or_a_number(value: object, ms: int | None):
    assert milliseconds(value) == ms


@pytest.mark.parametrize(
    ("text", "said"),
    [("", b""), ("AA==", b"\0"), ("AB==", None), ("AAA=", b"\0\0"), ("AAB=", None), ("AA", None), ("A A==", None)],
)
def test_bytes_have_one_spelling_in_base64(text: str, said: bytes | None):
    assert binary(text) == said


@pytest.mark.parametrize("text", [None, "", "AAAA", "no base64!", "é"])
def test_anything_but_a_key_on_p_256_is_no_key(text: object):
    assert public_key(text) is None


def test_a_key_on_another_curve_or_of_another_kind_is_no_key():
    assert public_key(written(ec.generate_private_key(ec.SECP384R1()))) is None
    assert public_key(written(rsa.generate_private_key(65537, 1024))) is None  # noqa: S505 - it is to be refused


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [1]}'])
def test_a_document_without_keys_has_none(document: bytes):
    assert read_root_keys(document) == ()
