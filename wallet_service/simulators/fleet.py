"""Many phones behind one APNs: each push wakes the phone it is for, a bounded number of them at once."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from wallet_service.simulators.phone import SimulatedPhone


class Heard(Protocol):
    """What a push must tell: for which device, about which pass type."""

    @property
    def token(self) -> str:
        """The device push token, lower-case hex."""
        ...

    @property
    def topic(self) -> str:
        """The pass type identifier."""
        ...


class Fleet:
    """Phones found by their push token; subscribe `hear` to the simulated APNs.

    Pushes for one phone and pass type that wait become one, as APNs keeps only the newest.
    """

    def __init__(self, phones: Iterable[SimulatedPhone] = (), *, at_once: int = 16) -> None:
        self._phones = list(phones)
        self._by_token: dict[str, SimulatedPhone] = {}
        self._at_once = at_once
        self._waiting: dict[tuple[str, str], None] = {}
        self._wakers: set[asyncio.Task[None]] = set()
        self._broken: list[BaseException] = []
        self.strayed = 0
        """Pushes for which no phone was found."""

    @property
    def phones(self) -> tuple[SimulatedPhone, ...]:
        """Every phone of the fleet."""
        return tuple(self._phones)

    @property
    def fetched(self) -> int:
        """New versions of passes that all phones have taken."""
        return sum(phone.fetched for phone in self._phones)

    @property
    def unchanged(self) -> int:
        """Fetches by which no phone learnt anything new."""
        return sum(phone.unchanged for phone in self._phones)

    @property
    def errors(self) -> int:
        """Calls and passes that failed on any phone."""
        return sum(phone.errors for phone in self._phones)

    def add(self, phone: SimulatedPhone) -> None:
        """Let this phone hear pushes too."""
        self._phones.append(phone)

    def hear(self, push: Heard) -> None:
        """Wake the phone in the background; returns at once."""
        self._waiting[push.token, push.topic] = None
        if len(self._wakers) < self._at_once:
            waker = asyncio.create_task(self._wake_waiting())
            self._wakers.add(waker)
            waker.add_done_callback(self._done)

    async def settled(self) -> None:
        """Wait until no phone is being woken. Raises what broke a phone, which is always a bug of the simulation."""
        while self._wakers:
            await asyncio.wait(self._wakers)
        broken, self._broken = self._broken, []
        if broken:
            raise BaseExceptionGroup("phones that broke when woken", broken)

    async def _wake_waiting(self) -> None:
        while self._waiting:
            token, topic = key = next(iter(self._waiting))
            del self._waiting[key]
            phone = self._phone(token)
            if phone is None:
                self.strayed += 1
            else:
                await phone.wake(topic)

    def _phone(self, token: str) -> SimulatedPhone | None:
        """A phone may have a new token since it was last looked for, so a miss looks again at all of them."""
        phone = self._by_token.get(token)
        if phone is not None and phone.push_token == token:
            return phone
        self._by_token = {phone.push_token: phone for phone in self._phones}
        return self._by_token.get(token)

    def _done(self, waker: asyncio.Task[None]) -> None:
        self._wakers.discard(waker)
        if not waker.cancelled() and (error := waker.exception()):
            self._broken.append(error)
