"""What the doors for phones share: an answer whatever happens, and notes that cost nobody an answer."""

from collections.abc import Awaitable

import structlog

from wallet_service.errors import WalletServiceError
from wallet_service.web.http import Answer, Call, ClientGone, Send, TurnedAway

LOG = structlog.get_logger()


async def respond(call: Call, answering: Awaitable[Answer], send: Send, trouble: Answer) -> None:
    """Send the answer, then write down its note. Whatever goes wrong on our side is answered with `trouble`."""
    try:
        answer = await answering
    except TurnedAway as refusal:
        answer = refusal.answer
    except ClientGone:
        return
    except WalletServiceError as refusal:
        LOG.warning("phone turned away", slug=refusal.slug, why=refusal.detail)
        answer = trouble
    except Exception:  # a phone must hear 503 and come back, whatever bug this is
        LOG.exception("phone door failed")
        answer = trouble
    await answer.send(send, head=call.method == "HEAD")
    if answer.note is not None and call.method == "GET":
        await noted(answer.note())


async def noted(note: Awaitable[None]) -> None:
    """Write a line of the trace. When that fails the phone is served all the same: only the trace misses the line."""
    try:
        await note
    except WalletServiceError as refusal:
        LOG.warning("note not kept", slug=refusal.slug)
    except Exception:  # whatever bug this is, it is not the phone's
        LOG.exception("note not kept")
