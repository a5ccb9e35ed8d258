"""An import: lines are read while those before them are written, and each gets its reply, in order, in flat memory."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from wallet_service.errors import TooLarge, WalletServiceError
from wallet_service.loyalty.once import Reply
from wallet_service.web.api.ndjson import Line, LineCutter
from wallet_service.web.render import refusal_reply

Wish = TypeVar("Wish")

BATCH = 1000
"""Lines written together: so many that commits do not count, so few that a till waits for none of them."""

SLICE = 50
"""Lines read at a stretch; between two, whoever else waits has a turn."""


class TooManyLines(TooLarge):
    """The import has more lines than are taken in one request; send those from this line on in another."""

    slug = "too-many-lines"
    title = "The import has too many lines"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one line."""

    line: int
    """Its number, from 1."""
    reply: Reply

    def to_json(self) -> bytes:
        """As a line of the answer."""
        return b'{"line":%d,"status":%d,"replayed":%b,"result":%b}\n' % (
            self.line,
            self.reply.status,
            orjson.dumps(self.reply.replayed),
            self.reply.body,
        )


@dataclass(frozen=True, slots=True)
class Import(Generic[Wish]):
    """How lines of one kind become results."""

    read: Callable[[Line], Wish | WalletServiceError]
    write: Callable[[Sequence[Wish]], Awaitable[Sequence[Reply]]]
    """A reply for each wish, in order."""
    longest: int
    """Bytes of a line that are looked at, and one more."""
    most: int | None = None
    """Lines that are taken; those beyond are dropped, so that a client comes to hear of it."""
    ahead: int = 1
    """Batches given to `write` before it has replied to the first of them."""

    async def results(self, pieces: AsyncIterable[bytes]) -> AsyncGenerator[Sequence[Result], None]:
        """What became of each line, in batches, in order."""
        writing: deque[asyncio.Task[Sequence[Result]]] = deque()
        try:
            async for batch in self._batches(pieces):
                if len(writing) == self.ahead:
                    yield await _first(writing)
                writing.append(asyncio.create_task(self._written(batch)))
            while writing:
                yield await _first(writing)
        finally:
            if writing:
                await asyncio.wait(writing)

    async def _batches(self, pieces: AsyncIterable[bytes]) -> AsyncIterator[list["_Read[Wish]"]]:
        cutter, waiting = LineCutter(self.longest), list[_Read[Wish]]()
        async for piece in pieces:
            async for some in self._reads(cutter.cut(piece)):
                waiting += some
                if len(waiting) >= BATCH:
                    yield waiting
                    waiting = []
        waiting += [each async for some in self._reads(cutter.end()) for each in some]
        if self.most is not None and cutter.number > self.most:
            refusal = TooManyLines(f"An import may have {self.most} lines.", limit=self.most)
            waiting.append(_Read(self.most + 1, refusal))
        if waiting:
            yield waiting

    async def _reads(self, lines: Sequence[Line]) -> AsyncIterator[list["_Read[Wish]"]]:
        for start in range(0, len(lines), SLICE):
            some = lines[start : start + SLICE]
            yield [_Read(line.number, self.read(line)) for line in some if not self._is_beyond(line)]
            await asyncio.sleep(0)

    def _is_beyond(self, line: Line) -> bool:
        return self.most is not None and line.number > self.most

    async def _written(self, batch: Sequence["_Read[Wish]"]) -> Sequence[Result]:
        wishes = [each.wish for each in batch if not isinstance(each.wish, WalletServiceError)]
        replies = iter(await self.write(wishes) if wishes else ())
        return [
            Result(
                each.number, refusal_reply(each.wish) if isinstance(each.wish, WalletServiceError) else next(replies)
            )
            for each in batch
        ]


@dataclass(frozen=True, slots=True)
class _Read(Generic[Wish]):
    """A line as it was read."""

    number: int
    wish: Wish | WalletServiceError


async def _first(writing: deque[asyncio.Task[Sequence[Result]]]) -> Sequence[Result]:
    """What became of the first batch; until that is known, it stays among those that are waited for."""
    results = await writing[0]
    writing.popleft()
    return results
