"""Many calls in one request: Google's `/batch`, multipart/mixed of `application/http`. Pure.

Source: Google APIs, "Sending batch requests": the answer's parts may come in any order, each with its own status; a
part's Content-ID is the call's behind `response-`.
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from wallet_service.wallets.google.calls import Call
from wallet_service.wallets.google.verdict import Answer

PATH = "/batch"
BOUNDARY = "wallet_service_batch"
"""May be the same for ever: a JSON body has no line breaks, so no line of it can be this one."""
CONTENT_TYPE = f"multipart/mixed; boundary={BOUNDARY}"

BLANK_LINE = re.compile(rb"\r?\n\r?\n")
STATUS = re.compile(rb"\s*HTTP/[\d.]+ (\d{3})\b")
CONTENT_ID = re.compile(rb"^content-id:\s*<?response-(\d{1,6})>?\s*$", re.IGNORECASE | re.MULTILINE)
RETRY_AFTER = re.compile(rb"^retry-after:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)


def pack(calls: Sequence[Call]) -> bytes:
    """The body of one request that makes all these calls."""
    return b"".join(_part(number, call) for number, call in enumerate(calls)) + f"--{BOUNDARY}--\r\n".encode()


def unpack(content_type: str, body: bytes, number: int) -> list[Answer | None]:
    """The answers to `number` calls, in their order; None where there is none that can be understood."""
    found = dict(_answers(content_type, body))
    return [found.get(each) for each in range(number)]


def _part(number: int, call: Call) -> bytes:
    content = call.content
    head = (
        f"--{BOUNDARY}",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: <{number}>",
        "",
        f"{call.method} {call.path} HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content + b"\r\n"


def _answers(content_type: str, body: bytes) -> Iterator[tuple[int, Answer]]:
    for part in _parts(content_type, body):
        head, _, inner = _cut(part)
        lines, _, content = _cut(inner)
        name, status = CONTENT_ID.search(head), STATUS.match(lines)
        if name is not None and status is not None:
            later = RETRY_AFTER.search(lines)
            yield int(name[1]), Answer(int(status[1]), content.strip(), later and later[1].decode("ascii", "replace"))


def _parts(content_type: str, body: bytes) -> Sequence[bytes]:
    described = Message()
    described["content-type"] = content_type
    boundary = described.get_boundary()
    if boundary is None:
        return ()
    return re.split(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(?:--)?[ \t]*(?:\r?\n|\Z)", body)


def _cut(block: bytes) -> tuple[bytes, bytes, bytes]:
    """A head, the blank line, and what follows."""
    blank = BLANK_LINE.search(block)
    return (block[: blank.start()], blank[0], block[blank.end() :]) if blank else (block, b"", b"")
