"""How the simulated Google is told to misbehave: a script looks at each call and names the trouble."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from wallet_service.simulators.google_wire import Call, Reply, error_reply


@dataclass(frozen=True, slots=True)
class Fail:
    """Nothing is done, and this status is answered."""

    status: int
    reason: str = "backendError"
    retry_after: int | None = None
    """Seconds, as the header `Retry-After`."""
    page: bytes | None = None
    """Sent instead of the JSON (the HTML page of some proxy, say)."""

    @property
    def reply(self) -> Reply:
        """The failure as it is sent."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.page is not None:
            return Reply(self.status, self.page, headers)
        return error_reply(self.status, self.reason, f"Scripted trouble {self.status}", headers)


@dataclass(frozen=True, slots=True)
class Stall:
    """The deed is done at once, and the answer sent after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """The deed is done, and the connection cut without an answer."""


Trouble = Fail | Stall | Drop

Script = Callable[[Call], Trouble | None]


def troubled(script: Script, call: Call, deed: Callable[[], Reply]) -> Reply:
    """The reply to a call when the script has had its way with it."""
    match script(call):
        case Fail() as failure:
            return failure.reply
        case Stall(seconds):
            return replace(deed(), delay=seconds)
        case Drop():
            return replace(deed(), dropped=True)
        case _:
            return deed()


RATE = Fail(429, "rateLimitExceeded")
STALE_TOKEN = Fail(401, "authError")


def calm(_: Call) -> None:
    """No trouble."""


def first(n: int, trouble: Trouble) -> Script:
    """The next `n` calls."""
    return in_order([trouble] * n)


def in_order(troubles: Iterable[Trouble | None]) -> Script:
    """One trouble after the other (None: a good day), and none for every later call."""
    queue = iter(troubles)
    return lambda _: next(queue, None)


def every(n: int, trouble: Trouble) -> Script:
    """The n-th, 2n-th, … call."""
    queue = iter(range(1, 2**62))
    return lambda _: None if next(queue) % n else trouble


def for_method(method: str, script: Script) -> Script:
    """`script` rules calls with this method only, and counts no others."""
    return lambda call: script(call) if call.method == method else None
