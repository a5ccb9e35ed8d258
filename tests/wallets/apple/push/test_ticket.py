"""The one who waits for verdicts."""

import asyncio

from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult
from wallet_service.wallets.apple.push.ticket import Batch, Ticket

PUSH = Push("ab" * 32, "pass.com.example")
UNKNOWN = PushResult(PUSH, PushOutcome.UNKNOWN, reason="the connection was lost")


def ticket(doubt: PushResult | None = None) -> Ticket:
    return Ticket(PUSH, Batch(), since=0.0, expires=1.0, doubt=doubt)


async def verdict(ticket: Ticket, result: PushResult) -> PushResult:
    ticket.settle(result)
    return await ticket.batch.next()


async def test_a_verdict_that_comes_later_is_waited_for() -> None:
    batch = Batch()
    asyncio.get_running_loop().call_soon(batch.settle, UNKNOWN)
    assert await batch.next() is UNKNOWN


async def test_without_a_doubt_the_verdict_is_the_result() -> None:
    not_sent = PushResult(PUSH, PushOutcome.NOT_SENT)
    assert await verdict(ticket(), not_sent) is not_sent


async def test_an_answer_lifts_the_doubt() -> None:
    accepted = PushResult(PUSH, PushOutcome.ACCEPTED, 200)
    assert await verdict(ticket(UNKNOWN), accepted) is accepted


async def test_a_result_that_proves_nothing_leaves_the_doubt() -> None:
    result = await verdict(ticket(UNKNOWN), PushResult(PUSH, PushOutcome.NOT_SENT))
    assert (result.outcome, result.reason) == (PushOutcome.UNKNOWN, "the connection was lost; then not_sent")
