"""Whether a silent connection still lives: a PING when it is idle, and an end when none comes back (RFC 9113, 6.7)."""

import asyncio
from collections.abc import Callable


class Pulse:
    """Watches one connection from its making until `stop`. Times are loop seconds."""

    def __init__(
        self, idle: float, patience: float, *, ping: Callable[[], None], give_up: Callable[[str], None]
    ) -> None:
        """After `idle` seconds of silence call `ping`; if nobody calls `answered` for `patience` seconds, `give_up`."""
        self._idle, self._patience, self._ping, self._give_up = idle, patience, ping, give_up
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._pinged: float | None = None
        self._timer = self._loop.call_later(idle, self._feel)

    def heard(self) -> None:
        """Something arrived."""
        self._heard = self._loop.time()

    def answered(self) -> None:
        """The PING came back."""
        self._pinged = None

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.cancel()

    def _feel(self) -> None:
        now = self._loop.time()
        if self._pinged is not None and now - self._pinged >= self._patience:
            self._give_up(f"no answer to a PING within {self._patience:g} s")
            return
        if self._pinged is None and now - self._heard >= self._idle:
            self._pinged = now
            self._ping()
        due = self._heard + self._idle if self._pinged is None else self._pinged + self._patience
        self._timer = self._loop.call_at(due, self._feel)
