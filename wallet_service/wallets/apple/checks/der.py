"""A reader of DER (ITU-T X.690): tag, length, content; nothing is interpreted."""

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE = 0x30
SET = 0x31
LONG_FORM = 0x80
HIGH_TAG = 0x1F
MOST_LENGTH_OCTETS = 4


class NotDer(ValueError):
    """The bytes are not the DER that was expected."""


@dataclass(frozen=True, slots=True)
class Element:
    """One value."""

    tag: int
    """The identifier octet: class, constructed bit and number."""
    content: bytes
    encoded: bytes
    """All of it, with tag and length."""

    def children(self) -> list["Element"]:
        """The values inside a constructed one. Raises `NotDer`."""
        return list(_elements(self.content))

    def content_if(self, tag: int) -> bytes:
        """The content, provided that the tag is this one. Raises `NotDer`."""
        if self.tag != tag:
            raise NotDer(f"tag {self.tag:#04x} stands where {tag:#04x} should be")
        return self.content


def read(data: bytes) -> Element:
    """The one value that `data` is. Raises `NotDer`, also when something follows it."""
    element = _element(data, 0)
    if len(element.encoded) != len(data):
        raise NotDer("something follows the end")
    return element


def _elements(data: bytes) -> Iterator[Element]:
    position = 0
    while position < len(data):
        element = _element(data, position)
        yield element
        position += len(element.encoded)


def _element(data: bytes, position: int) -> Element:
    if len(data) < position + 2 or data[position] & HIGH_TAG == HIGH_TAG:
        raise NotDer("there is no value here")
    length, start = _length(data, position + 1)
    end = start + length
    if end > len(data):
        raise NotDer("a value is cut short")
    return Element(data[position], data[start:end], data[position:end])


def _length(data: bytes, position: int) -> tuple[int, int]:
    """The length of the content, and where the content starts."""
    first = data[position]
    if first < LONG_FORM:
        return first, position + 1
    octets = first - LONG_FORM
    if not 1 <= octets <= MOST_LENGTH_OCTETS:
        raise NotDer("a length is indefinite or absurd")
    start = position + 1 + octets
    return int.from_bytes(data[position + 1 : start]), start
