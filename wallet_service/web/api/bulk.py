"""Many entries in one request: NDJSON in, NDJSON out, a result for every line, in order.

Lines are written in batches while they arrive; the answer begins when the last of them has been read. (Most clients
read nothing before they have sent everything: to answer in between would make both sides wait for each other.) Until
then results wait in a file, so that an import of any length takes the same memory. A connection that breaks can be
repeated as a whole when its lines carry keys.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from wallet_service.web.api.document import ref, refusals
from wallet_service.web.api.importing import Import
from wallet_service.web.api.lanes import AHEAD, Lanes
from wallet_service.web.api.lines import LineReader
from wallet_service.web.callers import KnownCaller
from wallet_service.web.doors import Doors
from wallet_service.web.strict_route import require_media_type

NDJSON = "application/x-ndjson"
ACCEPTED = (NDJSON, "application/ndjson", "application/jsonl")

MOST_LINES = 1_000_000
IN_MEMORY = 1_000_000
"""Bytes of results beyond which they wait on disk."""
PIECE = 65_536

router = APIRouter(prefix="/v1/entries", tags=["points"])


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
    doors: Doors = request.app.state.doors
    longest = doors.service.settings.limits.bulk_line_bytes
    reader = LineReader(caller, longest)
    entries = Import(reader.read, Lanes(doors.database).write, longest, MOST_LINES, AHEAD)
    async with aclosing(entries.results(request.stream())) as batches:
        async for batch in batches:
            results.writelines(result.to_json() for result in batch)
            doors.service.metrics.count_bulk_lines(result.reply.status for result in batch)
    results.seek(0)
    return StreamingResponse(iter(lambda: results.read(PIECE), b""), media_type=NDJSON)
