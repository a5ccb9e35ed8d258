"""Postings of one import, written on two connections side by side: while one waits for the database, the other decides.

What one member gets stays in its order: all of it goes through the same lane.
"""

import asyncio
from collections.abc import Sequence

from wallet_service.database.seam import Database
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.balances import Posting, post_entries
from wallet_service.loyalty.once import Reply
from wallet_service.web.render import refusal_reply, render_posting

LANES = 2


def share_out(postings: Sequence[Posting], lanes: int = LANES) -> list[list[int]]:
    """The places of the postings that each lane takes. PURE.

    A member has one id, one external id, one phone, one living card: among postings that name members in the same way,
    equal names are all that have to stay together. Where ways are mixed, only the database could tell, so one lane
    takes everything.
    """
    if len({posting.member.kind for posting in postings}) > 1:
        return [list(range(len(postings)))]
    shares: list[list[int]] = [[] for _ in range(lanes)]
    for place, posting in enumerate(postings):
        shares[hash(posting.member.value) % lanes].append(place)
    return [share for share in shares if share]


async def write_in_lanes(database: Database, postings: Sequence[Posting]) -> list[Reply]:
    """A reply for each posting, once it is durable; an outage is the reply of all that shared its transaction."""
    shares = share_out(postings)
    written = await asyncio.gather(*(_write(database, [postings[place] for place in share]) for share in shares))
    replies = {
        place: reply
        for share, answers in zip(shares, written, strict=True)
        for place, reply in zip(share, answers, strict=True)
    }
    return [replies[place] for place in range(len(postings))]


async def _write(database: Database, postings: Sequence[Posting]) -> Sequence[Reply]:
    try:
        async with database.begin() as tx:
            return await post_entries(tx, postings, render_posting)
    except WalletServiceError as outage:
        return [refusal_reply(outage)] * len(postings)
