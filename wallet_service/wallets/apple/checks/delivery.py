"""What a phone sees when it fetches a pass or asks for news (rule 32)."""

import json
from collections.abc import Iterator, Mapping

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted, warning

PASS_TYPE = "application/vnd.apple.pkpass"  # noqa: S105 - a media type
JSON_TYPE = "application/json"
GZIP_MAGIC = b"\x1f\x8b"
EMPTY_STATUSES = frozenset({204, 304})


def check_delivery(
    status: int, headers: Mapping[str, str], body: bytes, previous: bytes | None = None
) -> list[Finding]:
    """Rule 32 for one answer of our web service: a pass, or (by its media type) the list of changed passes.

    `previous`: the body of the last answer, to see whether a phone was called for nothing.
    """
    known = {name.lower(): value for name, value in headers.items()}
    if status in EMPTY_STATUSES:
        return [_error("the body", f"An answer {status} has no body.", "Send none.")] if body else []
    if status != 200:
        return list(_refused(status, known))
    if known.get("content-type", "").startswith(JSON_TYPE):
        return list(_list(body))
    return [*_pass(known, body), *_fresh(known, body, previous)]


def _error(where: str, message: str, mend: str) -> Finding:
    return error(32, where, message, mend)


def _refused(status: int, headers: Mapping[str, str]) -> Iterator[Finding]:
    if 300 <= status < 400:
        target = headers.get("location", "")
        yield _error(
            "the status", f"It redirects to {quoted(target)}.", "Serve the pass at its own address, without a login."
        )
    else:
        yield _error("the status", f"It is {status}.", "Answer 200 with the pass, or 304.")


def _pass(headers: Mapping[str, str], body: bytes) -> Iterator[Finding]:
    media_type = headers.get("content-type", "")
    if media_type.split(";")[0].strip() != PASS_TYPE:
        yield _error("Content-Type", f"It is {quoted(media_type) if media_type else 'missing'}.", f"Send {PASS_TYPE}.")
    if body.lstrip()[:1] == b"<":
        yield _error("the body", "It is an HTML page.", "Answer errors with a status, and passes with a pass.")
    if body.startswith(GZIP_MAGIC) or headers.get("content-encoding", "identity") != "identity":
        yield _error("Content-Encoding", "The pass is compressed again.", "Leave passes out of compression.")


def _fresh(headers: Mapping[str, str], body: bytes, previous: bytes | None) -> Iterator[Finding]:
    if "last-modified" not in headers:
        mend = "Send the moment this version was made."
        yield warning(32, "Last-Modified", "It is missing, so the phone can never be answered 304.", mend)
    if body == previous:
        yield warning(
            32,
            "the body",
            "The pass is unchanged since the last fetch.",
            "List a pass as changed only if its bytes are.",
        )


def _list(body: bytes) -> Iterator[Finding]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        yield _error("the body", "It is not a JSON object.", 'Send {"serialNumbers": […], "lastUpdated": "tag"}.')
        return
    if not isinstance(answer.get("lastUpdated"), str):
        yield _error(
            "lastUpdated", "It is not text, so the phone fetches nothing.", "Write the tag in quotation marks."
        )
    serials = answer.get("serialNumbers")
    if not isinstance(serials, list) or not all(isinstance(serial, str) for serial in serials):
        yield _error("serialNumbers", "It is not an array of texts.", "List the serial numbers as texts.")
