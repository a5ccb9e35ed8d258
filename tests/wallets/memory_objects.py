"""An object wallet without a Google: it remembers what it was to show, and answers as it was told to."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat

from tests.wallets.memory_wallet import at_once
from wallet_service.errors import Unavailable
from wallet_service.outcomes import Delivered, Outcome
from wallet_service.wallets.holding import HolderPage
from wallet_service.wallets.seam import GoogleCard, ObjectNames, Present, Shown, Value


@dataclass
class MemoryObjects:
    """An `ObjectWallet` in memory. Without orders it shows everything."""

    orders: Iterable[Shown] = ()
    """What becomes of each card shown, one after the other; then all goes well."""
    meanwhile: Callable[[], Awaitable[None]] = at_once
    """What happens in the world while something is under way."""
    is_away: bool = False
    """Nobody gets a save link."""
    cards: list[GoogleCard] = field(default_factory=list)
    """Every card shown, in order."""

    def __post_init__(self) -> None:
        """Its orders, and then none."""
        self._next = chain(self.orders, repeat(Shown(Delivered())))

    @property
    def balances(self) -> list[tuple[Value, bool]]:
        """What it was to show, and whether it was to tell of it."""
        return [(card.face.values["balance"], card.notify) for card in self.cards]

    def names(self, issuer: str, template: str, serial: str, tier: str = "") -> ObjectNames:
        """The ids of a card."""
        return ObjectNames(f"{issuer}.{serial}", f"{issuer}.{template}{tier}")

    async def show(self, issuer: str, serials: Sequence[str], present: Present) -> Mapping[str, Shown]:
        """Show them."""
        cards = await present(serials)
        self.cards.extend(cards)
        await self.meanwhile()
        return {card.face.serial: next(self._next) for card in cards}

    async def rehearse(self, cards: Sequence[GoogleCard]) -> str | None:
        """Every design will do."""
        return None

    async def holders(self, issuer: str, class_id: str, token: str) -> HolderPage | Outcome:
        """Nobody holds anything."""
        return HolderPage({}, "")

    async def save_link(self, card: GoogleCard) -> str:
        """A link that names the card."""
        if self.is_away:
            raise Unavailable("Nobody answers.")
        await self.meanwhile()
        return f"https://save.example/{card.face.serial}/{card.face.version}"
