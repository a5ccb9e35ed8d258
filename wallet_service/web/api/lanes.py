"""Postings of one import, written on two connections side by side: while one waits for the database, the other decides.

What one member gets stays in its order: all of it goes through the same lane.
"""

import asyncio
from collections.abc import Awaitable, Collection, Sequence

from wallet_service.database.seam import Database
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.ledger.balances import Posting, post_entries
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.references import Kind
from wallet_service.web.render import refusal_reply, render_posting

LANES = 2

AHEAD = 2
"""Batches of an import under way at once: the lane that is done with its share of one goes on with the next. Lanes that
wait for each other would all decide at once, then all wait for the row of the pass type."""


def share_out(postings: Sequence[Posting], lanes: int = LANES) -> list[list[int]]:
    """The places of the postings that each lane takes, which may be none. PURE.

    A member has one id, one external id, one phone, one living card: among postings that name members in the same way,
    equal names are all that have to stay together. Where ways are mixed, only the database could tell, so one lane
    takes everything.
    """
    shares: list[list[int]] = [[] for _ in range(lanes)]
    if way_of(postings) is None:
        shares[0].extend(range(len(postings)))
        return shares
    for place, posting in enumerate(postings):
        shares[hash(posting.member.value) % lanes].append(place)
    return shares


def way_of(postings: Sequence[Posting]) -> Kind | None:
    """The one way in which all these postings name their members; None where ways are mixed. PURE."""
    ways = {posting.member.kind for posting in postings}
    return ways.pop() if len(ways) == 1 else None


class Lanes:
    """The lanes of one import: each writes its shares of the batches in the order in which those came."""

    def __init__(self, database: Database, lanes: int = LANES) -> None:
        """All of them free."""
        self._database = database
        self._way: Kind | None = None
        self._ahead: list[set[asyncio.Task[Sequence[Reply]]]] = [set() for _ in range(lanes)]
        """What each lane has to wait for."""

    async def write(self, postings: Sequence[Posting]) -> list[Reply]:
        """A reply for each posting, once it is durable; an outage is the reply of all that shared its transaction.

        The next batch may be given before this one is written.
        """
        self._turn_to(way_of(postings))
        shares = share_out(postings, len(self._ahead))
        lines = [self._line_up(lane, [postings[place] for place in share]) for lane, share in enumerate(shares)]
        written = await asyncio.gather(*lines)
        replies = {
            place: reply
            for share, answers in zip(shares, written, strict=True)
            for place, reply in zip(share, answers, strict=True)
        }
        return [replies[place] for place in range(len(postings))]

    def _turn_to(self, way: Kind | None) -> None:
        """Where members go by other names than before, a lane may meet those of another lane: it waits for all."""
        if way is None or way != self._way:
            under_way = {task for ahead in self._ahead for task in ahead if not task.done()}
            self._way, self._ahead = way, [under_way] * len(self._ahead)

    def _line_up(self, lane: int, share: Sequence[Posting]) -> Awaitable[Sequence[Reply]]:
        task = asyncio.create_task(self._write(share, self._ahead[lane]))
        if share:
            self._ahead[lane] = {task}
        return task

    async def _write(
        self, postings: Sequence[Posting], ahead: Collection[asyncio.Task[Sequence[Reply]]]
    ) -> Sequence[Reply]:
        if not postings:
            return ()
        if ahead:
            await asyncio.wait(ahead)
        try:
            async with self._database.begin() as tx:
                return await post_entries(tx, postings, render_posting)
        except WalletServiceError as outage:
            return [refusal_reply(outage)] * len(postings)
