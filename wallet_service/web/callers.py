"""Who calls: the API key of a request, recognised and remembered for a moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from wallet_service.database.seam import Database
from wallet_service.errors import Forbidden, Unauthorized
from wallet_service.loyalty.keys import Caller, Scope, recognise

MEMORY = 3.0
"""Seconds a recognised key is believed without asking again: what a revocation takes at most."""

MOST_REMEMBERED = 10_000

BEARER = HTTPBearer(
    auto_error=False, scheme_name="ApiKey", description="An API key: `Authorization: Bearer wsk_live_…`"
)


class ScopeMissing(Forbidden):
    """The key is good but lacks the scope that this needs; make a key with it, or use another."""

    slug = "scope-missing"
    title = "This key may not do that"


@dataclass(slots=True)
class Callers:
    """Recognises API keys. `now`: seconds that only grow."""

    database: Database
    now: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[Caller, float]] = field(default_factory=dict)
    _asking: dict[str, asyncio.Task[Caller]] = field(default_factory=dict)

    async def who(self, key: str) -> Caller:
        """Who this key belongs to. Raises `Unauthorized`."""
        caller, until = self._known.get(key, (None, 0.0))
        if caller is not None and self.now() < until:
            return caller
        asking = self._asking.get(key)
        if asking is None:  # once for all the calls that a till has under way when the memory ends
            asking = self._asking[key] = asyncio.create_task(self._ask(key), context=Context())
            asking.add_done_callback(lambda _: self._asking.pop(key))
        return await asyncio.shield(asking)

    async def _ask(self, key: str) -> Caller:
        async with self.database.begin() as tx:
            caller = await recognise(tx, key)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = caller, self.now() + MEMORY
        return caller


def key_in(request: Request) -> str:
    """The API key that came with a request. Raises `Unauthorized`."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Unauthorized("No API key came with the request.", remedy="Send `Authorization: Bearer wsk_live_…`.")
    return key


async def recognise_caller(request: Request) -> Caller:
    """The caller of this request. Raises `Unauthorized`."""
    callers: Callers = request.app.state.doors.callers
    return await callers.who(key_in(request))


async def caller_of(
    request: Request,
    _shown: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],  # so that OpenAPI shows it
) -> Caller:
    """The caller of this request, for a handler. Raises `Unauthorized`."""
    return await recognise_caller(request)


KnownCaller = Annotated[Caller, Depends(caller_of)]


def require(caller: Caller, scope: Scope) -> None:
    """Raises `ScopeMissing` unless the key has the scope."""
    if scope not in caller.scopes:
        raise ScopeMissing(f"This needs the scope {scope.value!r}; the key has {sorted(caller.scopes)}.")


def allowed(scope: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency: the caller, who has this scope."""

    async def check(caller: KnownCaller) -> Caller:  # a plain function would cost a hop to a thread
        require(caller, scope)
        return caller

    return check


Reader = Annotated[Caller, Depends(allowed(Scope.READ))]
Enroller = Annotated[Caller, Depends(allowed(Scope.MEMBERS))]
Issuer = Annotated[Caller, Depends(allowed(Scope.CARDS))]
Earner = Annotated[Caller, Depends(allowed(Scope.EARN))]
Spender = Annotated[Caller, Depends(allowed(Scope.SPEND))]
Ruler = Annotated[Caller, Depends(allowed(Scope.RULES))]
