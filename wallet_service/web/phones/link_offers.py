"""What a card's link may offer beside the pass; what nobody has set up is not offered."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from wallet_service.cards.design import CardState
from wallet_service.clock import Clock, SystemClock
from wallet_service.loyalty.offers.offers_given import PersonalOffer
from wallet_service.web.phones.link_badges import NO_BADGES, Badges
from wallet_service.web.phones.link_push import PushDesk


async def no_link(_: CardState) -> str | None:
    """There is no Google Wallet."""
    return None


async def never(_: CardState) -> bool:
    """For no card."""
    return False


async def alone(state: CardState) -> Sequence[CardState]:
    """A card that its member holds by itself."""
    return (state,)


async def nobody(_: CardState) -> CardState | None:
    """The holder is nobody else by now."""
    return None


async def nothing_held(_: CardState) -> Sequence[PersonalOffer]:
    """No personal offers."""
    return ()


@dataclass(frozen=True, slots=True)
class Offers:
    """What stands behind the links of one site."""

    public_url: str = "http://127.0.0.1:8000"
    """Where phones reach us: what the code on a desktop's screen says."""
    save_link: Callable[[CardState], Awaitable[str | None]] = no_link
    """Google's link that saves this card, made now and for now; None where the brand has no Google Wallet."""
    google: Callable[[CardState], Awaitable[bool]] = never
    """Whether `save_link` would have one, told without asking Google."""
    together: Callable[[CardState], Awaitable[Sequence[CardState]]] = alone
    """All living cards of whoever holds this one."""
    survivor: Callable[[CardState], Awaitable[CardState | None]] = nobody
    """The card of whoever the holder of this one was merged into."""
    held: Callable[[CardState], Awaitable[Sequence[PersonalOffer]]] = nothing_held
    """The personal offers of whoever holds this card."""
    push: PushDesk | None = None
    """Who keeps the browsers that want to be told; None without web push."""
    badges: Badges = NO_BADGES
    clock: Clock = field(default_factory=SystemClock)
