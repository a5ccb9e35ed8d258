"""A channel that goes nowhere: for tests of what stands above the seam."""

from collections.abc import Sequence

from wallet_service.channels.seam import Message, flaw
from wallet_service.outcomes import Delivered, Outcome, Refused


class MemoryChannel:
    """A `Channel` that remembers what was sent and answers as it was told to; without orders it delivers."""

    def __init__(self, name: str = "memory") -> None:
        """`name` is what the cascade calls it."""
        self._name = name
        self.sent: list[Message] = []
        """Every message that has left, in order."""
        self._orders: dict[str, Outcome] = {}
        self._closed = False

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    def answer(self, address: str, outcome: Outcome) -> None:
        """From now on, messages to this address end so."""
        self._orders[address] = outcome

    async def send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Take them; one outcome each."""
        return [self._send(message) for message in messages]

    async def aclose(self) -> None:
        """Take no more messages."""
        self._closed = True

    def _send(self, message: Message) -> Outcome:
        if self._closed:
            return Refused("the channel is closed")
        if reason := flaw(message):
            return Refused(reason)
        self.sent.append(message)
        return self._orders.get(message.address.value, Delivered())
