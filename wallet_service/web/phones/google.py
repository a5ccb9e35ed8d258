"""Where Google tells us that somebody saved a card to their phone, or removed it.

    POST /google/callbacks

200 is said once it is on the disk, to every delivery of the same callback; 400 to whatever cannot be believed, without
saying why; 503 when we cannot know or keep it now, so that Google comes again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import orjson
import structlog

from wallet_service.cards.google_callbacks import Heard, note_callback
from wallet_service.clock import Clock
from wallet_service.database.seam import Database
from wallet_service.engine.grouping import Grouped
from wallet_service.wallets.callback import MOST_BYTES, Callback, Refusal, Verify
from wallet_service.web.http import Answer, Call, Receive, Scope, Send, fields, not_allowed
from wallet_service.web.phones.respond import respond

LOG = structlog.get_logger()

TROUBLE = Answer(503, fields=fields({"Retry-After": "60"}))
NOT_FOUND = Answer(404)
REFUSED = Answer(400, (orjson.dumps({"code": "callback-refused"}),), fields({"Content-Type": "application/json"}))
OK = Answer(200)


@dataclass(frozen=True, slots=True)
class GoogleDoor:
    """The ASGI application that Google calls."""

    verify: Verify
    issuers: Grouped[None, frozenset[str]]
    """Those of our brands. Anybody may call this door, so callers of the same moment share one look."""
    database: Database
    clock: Clock
    noted: Callable[[str], object]
    """Told what became of each callback (the values of `Heard` and `Reason`), for whoever counts them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong on our side is 503."""
        call = Call(scope, receive)
        await respond(call, self._answer(call), send, TROUBLE)

    async def _answer(self, call: Call) -> Answer:
        if call.path != ["google", "callbacks"]:
            return NOT_FOUND
        return await self._hear(call) if call.method == "POST" else not_allowed(("POST",))

    async def _hear(self, call: Call) -> Answer:
        body = await call.body(MOST_BYTES)
        verdict = await self.verify(body, await self.issuers.submit(None), self.clock.now())
        if isinstance(verdict, Refusal):
            LOG.warning("callback refused", reason=verdict.reason.value)
            self.noted(verdict.reason)
            return REFUSED
        self.noted(await self._keep(verdict))
        return OK

    async def _keep(self, callback: Callback) -> Heard:
        async with self.database.begin() as tx:
            heard = await note_callback(tx, callback)
        LOG.info("callback", message=callback.event, reason=heard.value)
        return heard
