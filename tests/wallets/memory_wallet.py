"""A wallet without phones: it remembers who was woken, and answers as it was told to."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from wallet_service.outcomes import Delivered, Outcome
from wallet_service.wallets.seam import CardFace, Package, Wake


async def at_once() -> None:
    """A push that nothing happens during."""


@dataclass
class MemoryWallet:
    """A `Wallet` in memory. Without orders it delivers."""

    orders: Mapping[str, Outcome] = field(default_factory=dict)
    """What becomes of a wake, by push token."""
    meanwhile: Callable[[], Awaitable[None]] = at_once
    """What happens in the world while a push is under way."""
    woken: list[Wake] = field(default_factory=list)
    """Every wake, in order."""
    name: Literal["apple", "google"] = "apple"

    @property
    def tokens(self) -> list[str]:
        """Whom it woke, in order."""
        return [wake.push_token for wake in self.woken]

    async def check(self, face: CardFace) -> None:
        """Every face will do."""

    async def package(self, face: CardFace) -> Package:
        """A file that says which version it shows."""
        return Package((f"{face.serial} {face.version}".encode(),), "text/plain")

    async def publish(self, wakes: Sequence[Wake]) -> Sequence[Outcome]:
        """Wake them."""
        self.woken.extend(wakes)
        await self.meanwhile()
        return [self.orders.get(wake.push_token, Delivered()) for wake in wakes]

    def recognises(self, token: str, pass_type: str, serial: str) -> bool:
        """No token is known."""
        return False
