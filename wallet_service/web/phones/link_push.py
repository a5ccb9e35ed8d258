"""How a browser asks at a card's link to be told of the card, and who keeps that."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from wallet_service.cards.design import CardState
from wallet_service.channels.web_subscription import (
    Subscription,
    SubscriptionUnreadable,
    read_endpoint,
    read_subscription,
)
from wallet_service.web.http import Answer, Call, TurnedAway, fields

T = TypeVar("T")

MOST_BYTES = 4_096
BAD = Answer(400, (b"This is no push subscription.\n",), fields({"Content-Type": "text/plain; charset=utf-8"}))


class PushDesk(Protocol):
    """Keeps who wants to be told of a card."""

    @property
    def public_key(self) -> str:
        """Our VAPID key as browsers want it: an uncompressed point of P-256 in base64url (RFC 8292, 3.2)."""
        ...

    async def keep(self, card: CardState, subscription: Subscription) -> None:
        """Tell this browser of the card from now on; again is no harm."""
        ...

    async def drop(self, card: CardState, endpoint: str) -> None:
        """Tell it no more; no harm if it was not told."""
        ...


async def subscription_in(call: Call) -> Subscription:
    """The subscription that a browser sends. Raises `TurnedAway` (400)."""
    return await _believed(call, read_subscription)


async def endpoint_in(call: Call) -> str:
    """The endpoint that it gives up. Raises `TurnedAway` (400)."""
    return await _believed(call, read_endpoint)


async def _believed(call: Call, read: Callable[[bytes], T]) -> T:
    try:
        return read(await call.body(MOST_BYTES))
    except SubscriptionUnreadable:
        raise TurnedAway(BAD) from None
