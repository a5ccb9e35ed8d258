"""Many entries in one request: NDJSON in, NDJSON out, a result for every line, in order.

Lines are written in batches while they arrive; the answer begins when the last of them has been read. (Most clients
read nothing before they have sent everything: to answer in between would make both sides wait for each other.) Until
then results wait in a file, so that an import of any length takes the same memory. A connection that breaks can be
repeated as a whole when its lines carry keys.
"""

from collections.abc import AsyncIterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from wallet_service.amounts import Points
from wallet_service.errors import TooLarge, WalletServiceError
from wallet_service.loyalty.balances import Posting, post_entries
from wallet_service.loyalty.keys import Caller
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import ref, refusals
from wallet_service.web.api.entries import require_for
from wallet_service.web.api.models import BulkEntry
from wallet_service.web.api.ndjson import Line, LineCutter
from wallet_service.web.callers import KnownCaller
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import once_key
from wallet_service.web.problems import invalid_input
from wallet_service.web.render import refusal_reply, render_posting
from wallet_service.web.strict_json import read_json
from wallet_service.web.strict_route import require_media_type

NDJSON = "application/x-ndjson"
ACCEPTED = (NDJSON, "application/ndjson", "application/jsonl")

BATCH = 500
"""Lines written in one transaction."""
MOST_LINES = 1_000_000
IN_MEMORY = 1_000_000
"""Bytes of results beyond which they wait on disk."""
PIECE = 65_536

router = APIRouter(prefix="/v1/entries", tags=["points"])


class LineTooLong(TooLarge):
    """One line of the import is longer than any entry could be; the others are not touched by it."""

    slug = "line-too-long"
    title = "A line is too long"


class TooManyLines(TooLarge):
    """The import has more lines than are taken in one request; send those from this line on in another."""

    slug = "too-many-lines"
    title = "The import has too many lines"


async def spool() -> AsyncIterator[IO[bytes]]:
    """A file for results, gone when the answer has been sent."""
    with SpooledTemporaryFile(IN_MEMORY) as file:
        yield file


@router.post(
    "/bulk",
    response_class=StreamingResponse,
    responses=refusals("streams")
    | {200: {"description": "a result for each line", "content": {NDJSON: {"schema": {"$ref": ref("LineResult")}}}}},
    openapi_extra={
        "requestBody": {"required": True, "content": {NDJSON: {"schema": {"$ref": ref("BulkEntry")}}}},
    },
    operation_id="post_entries_in_bulk",
)
async def bulk(
    request: Request, caller: KnownCaller, results: Annotated[IO[bytes], Depends(spool)]
) -> StreamingResponse:
    """Post many entries: one JSON object a line, up to a million lines, and a result for each line in its order.

    A line with a `key` is written once, however often it is sent.
    """
    require_media_type(request, *ACCEPTED)
    async for some in _results(request, caller):
        results.write(some)
    results.seek(0)
    return StreamingResponse(iter(lambda: results.read(PIECE), b""), media_type=NDJSON)


async def _results(request: Request, caller: Caller) -> AsyncIterator[bytes]:
    doors: Doors = request.app.state.doors
    cutter = LineCutter(doors.service.settings.limits.bulk_line_bytes)
    async for lines in _batches(request, cutter):
        wishes = [_read(caller, line, cutter) for line in lines]
        replies = await _post(doors, wishes)
        yield b"".join(_result(line.number, reply) for line, reply in zip(lines, replies, strict=True))
    if cutter.number > MOST_LINES:
        refusal = TooManyLines(f"An import may have {MOST_LINES} lines.", limit=MOST_LINES)
        yield _result(MOST_LINES + 1, refusal_reply(refusal))


async def _batches(request: Request, cutter: LineCutter) -> AsyncIterator[list[Line]]:
    """The lines of the body; those beyond the limit are read and dropped, so that the client comes to hear of it."""
    waiting: list[Line] = []
    async for piece in request.stream():
        waiting += _wanted(cutter.cut(piece))
        while len(waiting) >= BATCH:
            yield waiting[:BATCH]
            del waiting[:BATCH]
    waiting += _wanted(cutter.end())
    if waiting:
        yield waiting


def _wanted(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.number <= MOST_LINES]


def _read(caller: Caller, line: Line, cutter: LineCutter) -> Posting | WalletServiceError:
    try:
        if cutter.is_too_long(line):
            raise LineTooLong(f"A line may have {cutter.longest} bytes.", limit=cutter.longest)
        wish = BulkEntry.model_validate(read_json(line.text))
        require_for(caller, wish.amount)
        once = once_key(caller, wish.key, b"bulk", line.text) if wish.key else None
        return Posting(
            caller.brand_id,
            parse_reference(wish.member),
            amount=Points(wish.amount),
            reason=wish.reason,
            reference=wish.reference,
            once=once,
        )
    except ValidationError as error:
        return invalid_input(error, "body")
    except WalletServiceError as refusal:
        return refusal


async def _post(doors: Doors, wishes: Sequence[Posting | WalletServiceError]) -> list[Reply]:
    """A reply for each wish; an outage refuses the whole batch, and later ones are tried all the same."""
    postings = [wish for wish in wishes if isinstance(wish, Posting)]
    try:
        async with doors.database.begin() as tx:
            replies = iter(await post_entries(tx, postings, render_posting))
    except WalletServiceError as outage:
        return [refusal_reply(wish if isinstance(wish, WalletServiceError) else outage) for wish in wishes]
    return [next(replies) if isinstance(wish, Posting) else refusal_reply(wish) for wish in wishes]


def _result(line: int, reply: Reply) -> bytes:
    return b'{"line":%d,"status":%d,"replayed":%b,"result":%b}\n' % (
        line,
        reply.status,
        orjson.dumps(reply.replayed),
        reply.body,
    )
