"""A batch: many calls in one multipart body, and many replies (Google, "Batching requests", RFC 2046)."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus

from wallet_service.simulators.google_wire import JSON, Call, GoogleRefusal, Reply

MOST_PARTS = 1000
BOUNDARY = "batch_simulated_google"


@dataclass(frozen=True, slots=True)
class Part:
    """One call of a batch, under the id that its reply is to carry."""

    content_id: str
    call: Call


def parts_of(batch: Call) -> list[Part]:
    """The calls inside; they inherit the authorization of the batch. Raises `GoogleRefusal` (400)."""
    content_type = batch.headers.get("content-type", "")
    message = BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + batch.body)
    payload = message.get_payload()
    if message.get_content_type() != "multipart/mixed" or not isinstance(payload, list) or len(payload) > MOST_PARTS:
        raise GoogleRefusal(400, "badRequest", "Failed to parse batch request")
    outer = {"authorization": batch.headers.get("authorization", "")}
    return [_part(part, outer) for part in payload if isinstance(part, Message)]


def batch_reply(parts: list[Part], replies: list[Reply]) -> Reply:
    """All replies in one, 200 whatever the parts say; as late as the latest, and dropped when one is."""
    sections = [_section(part, reply) for part, reply in zip(parts, replies, strict=True)]
    body = b"".join(sections) + f"--{BOUNDARY}--\r\n".encode()
    return Reply(
        200,
        body,
        {"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"},
        delay=max((reply.delay for reply in replies), default=0.0),
        dropped=any(reply.dropped for reply in replies),
    )


def _part(part: Message, outer: Mapping[str, str]) -> Part:
    """Lines end with CRLF or LF: Google's own Python client sends the latter."""
    inner = part.get_payload(decode=True)
    if part.get_content_type() != "application/http" or not isinstance(inner, bytes):
        raise GoogleRefusal(400, "badRequest", "Failed to parse batch request: a part is not application/http")
    first, _, rest = inner.lstrip().partition(b"\n")
    words = first.decode("latin-1").split()
    if len(words) < 2 or not words[1].startswith("/"):
        raise GoogleRefusal(400, "badRequest", "Failed to parse batch request: a part has no request line")
    request = BytesParser().parsebytes(rest)
    headers = {name.lower(): value for name, value in request.items()}
    body = request.get_payload(decode=True)
    content = body.strip() if isinstance(body, bytes) else b""
    return Part(part.get("Content-ID", ""), Call(words[0], words[1], {**outer, **headers}, content))


def _section(part: Part, reply: Reply) -> bytes:
    named = part.content_id.replace("<", "<response-", 1) if part.content_id.startswith("<") else part.content_id
    headers = {"Content-Type": JSON, "Content-Length": str(len(reply.content)), **reply.headers}
    head = [
        f"--{BOUNDARY}",
        "Content-Type: application/http",
        *([f"Content-ID: {named}"] if named else []),
        "",
        f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
    ]
    return "\r\n".join([*head, ""]).encode() + reply.content + b"\r\n"
