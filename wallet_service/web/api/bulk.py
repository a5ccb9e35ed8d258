"""Many entries in one request: NDJSON in, NDJSON out, a result for every line, in order.

Lines are written in batches; each result was committed before it is sent. A connection that breaks can be repeated
as a whole when its lines carry keys.
"""

from collections.abc import AsyncIterator, Sequence

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from wallet_service.amounts import Points
from wallet_service.errors import Invalid, TooLarge, WalletServiceError
from wallet_service.loyalty.balances import Posting, post_entries
from wallet_service.loyalty.keys import Caller
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.entries import require_for
from wallet_service.web.api.members import REFUSALS
from wallet_service.web.api.models import BulkEntry
from wallet_service.web.callers import KnownCaller
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import once_key
from wallet_service.web.render import render_posting
from wallet_service.web.strict_json import read_json
from wallet_service.web.strict_route import StrictRoute

BATCH = 500
UNLIMITED = 2**50
"""Bytes; the body is never held as a whole, so only its lines are limited."""
NDJSON = "application/x-ndjson"

router = APIRouter(prefix="/v1/entries", tags=["points"], route_class=StrictRoute, max_body_size=UNLIMITED)


class LineTooLong(TooLarge):
    """One line of the import is longer than any entry could be."""

    slug = "line-too-long"
    title = "A line is too long"


@router.post("/bulk", response_class=StreamingResponse, responses=REFUSALS, operation_id="post_entries_in_bulk")
async def bulk(request: Request, caller: KnownCaller) -> StreamingResponse:
    """Post many entries: one JSON object a line (`member`, `amount`, `reason`, `reference`, `key`).

    Each line of the answer says `line`, `status`, and `result` (the entry, or a problem document).
    """
    return StreamingResponse(_results(request, caller), media_type=NDJSON)


async def _results(request: Request, caller: Caller) -> AsyncIterator[bytes]:
    doors: Doors = request.app.state.doors
    number = 0
    try:
        async for lines in _batches(_lines(request, doors.service.settings.limits.bulk_line_bytes)):
            yield b"".join(
                _result(number + place, reply) for place, reply in enumerate(await _post(doors, caller, lines), start=1)
            )
            number += len(lines)
    except WalletServiceError as refusal:
        yield _result(number + 1, render_posting(refusal))
    except ClientDisconnect:
        return


async def _post(doors: Doors, caller: Caller, lines: Sequence[bytes]) -> list[Reply]:
    read = [_read(caller, line) for line in lines]
    postings = [posting for posting in read if isinstance(posting, Posting)]
    async with doors.database.begin() as tx:
        replies = iter(await post_entries(tx, postings, render_posting))
    return [next(replies) if isinstance(each, Posting) else render_posting(each) for each in read]


def _read(caller: Caller, line: bytes) -> Posting | WalletServiceError:
    try:
        wish = BulkEntry.model_validate(read_json(line))
        require_for(caller, wish.amount)
        once = once_key(caller, wish.key, b"bulk", line.strip()) if wish.key else None
        return Posting(
            caller.brand_id,
            parse_reference(wish.member),
            amount=Points(wish.amount),
            reason=wish.reason,
            reference=wish.reference,
            once=once,
        )
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return Invalid(f"/{'/'.join(map(str, first['loc']))}: {first['msg']}")
    except WalletServiceError as refusal:
        return refusal


def _result(line: int, reply: Reply) -> bytes:
    return b'{"line":%d,"status":%d,"replayed":%b,"result":%b}\n' % (
        line,
        reply.status,
        orjson.dumps(reply.replayed),
        reply.body,
    )


async def _lines(request: Request, longest: int) -> AsyncIterator[bytes]:
    """The lines of the body that are not empty, in flat memory. Raises `LineTooLong`."""
    rest = b""
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
        if len(rest) > longest:
            raise LineTooLong(f"A line may have {longest} bytes.")
    if rest.strip():
        yield rest


async def _batches(lines: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    batch: list[bytes] = []
    async for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
