"""The till's door: the calls that a shop makes at every sale, straight on ASGI.

FastAPI describes them (`api/entries.py`) and stays out of their way: its routing, dependencies and middleware cost
more than the posting itself. What is checked, in which order, and how it is refused is as on every other route.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.keys import Caller
from wallet_service.loyalty.once import OnceKey, Reply
from wallet_service.web.api.entries import post, put
from wallet_service.web.api.models import MemberText, NewBalance, NewEntry
from wallet_service.web.api.purchases import ask, create
from wallet_service.web.api.purchases_models import NewPurchase, NewQuote
from wallet_service.web.callers import key_in
from wallet_service.web.doors import Doors
from wallet_service.web.http import Receive, Scope, Send
from wallet_service.web.idempotency import answer, once_of
from wallet_service.web.problems import bug_response, invalid_input, problem_response
from wallet_service.web.strict_route import StrictRequest

MEMBER: TypeAdapter[str] = TypeAdapter(MemberText)


Act = Callable[[StrictRequest], Awaitable[Reply]]
"""A call of the till that was recognised, and lacks only its request."""


@dataclass(frozen=True, slots=True)
class TillCall:
    """What the body of a call says, and the endpoint that acts on it."""

    body: type[BaseModel]
    act: Callable[..., Awaitable[Reply]]
    """Takes doors, caller, the reference to the member where one is in the path, the body, and the idempotency key."""


async def quote(doors: Doors, caller: Caller, wish: NewQuote, _once: OnceKey | None) -> Reply:
    """A quote writes nothing: asked twice, it may say something else."""
    return await ask(doors, caller, wish)


CALLS: Mapping[tuple[str, str], TillCall] = {
    ("POST", "entries"): TillCall(NewEntry, post),
    ("PUT", "balance"): TillCall(NewBalance, put),
}
"""Method, and last segment below `/v1/members/{member}/`."""

SALES: Mapping[tuple[str, str], TillCall] = {
    ("POST", "/v1/purchases"): TillCall(NewPurchase, create),
    ("POST", "/v1/quotes"): TillCall(NewQuote, quote),
}
"""Method and path of those that name the member in their body, if at all."""


@dataclass(frozen=True, slots=True)
class TillDoor:
    """Answers the till's calls; `match` finds them."""

    doors: Doors

    def match(self, scope: Scope) -> Act | None:
        """The call that this request makes; None when it is none of the till's."""
        if call := SALES.get((scope["method"], scope["path"])):
            return partial(self._act, call, None)
        match scope["path"].split("/"):
            case ["", "v1", "members", member, last] if member:
                call = CALLS.get((scope["method"], last))
                return partial(self._act, call, member) if call else None
        return None

    async def answer(self, act: Act, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call that `match` found."""
        request = StrictRequest(scope, receive, self.doors.service.settings.limits)
        try:
            response = answer(await act(request))
        except WalletServiceError as refusal:
            response = problem_response(refusal)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - whatever bug this is, it is logged, and the till hears of it
            response = bug_response("a call of the till", error)
        await response(scope, receive, send)

    async def _act(self, call: TillCall, member: str | None, request: StrictRequest) -> Reply:
        caller = await self.doors.callers.who(key_in(request))
        said = await request.read()
        once = await once_of(request, caller)
        try:
            who = () if member is None else (MEMBER.validate_python(member),)
        except ValidationError as error:
            raise invalid_input(error, "path", "member") from None
        try:
            wish = call.body.model_validate(said)
        except ValidationError as error:
            raise invalid_input(error, "body") from None
        return await call.act(self.doors, caller, *who, wish, once)
