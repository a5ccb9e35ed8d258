"""How many wrong codes one API key may show before it has to wait: a leaked key finds nobody's coupons by trying."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

from wallet_service.errors import TooMany
from wallet_service.loyalty.offers.offers_judged import CodeNotFound
from wallet_service.web.limits import Allowance

PER_MINUTE = 30
"""Wrong codes of one key at one process, and as many at once; people mistype far less, and who guesses is hopelessly slow
(`offer_codes.GUESSES`)."""


class TooManyGuesses(TooMany):
    """This key has shown too many codes that do not exist; wait for the seconds in `Retry-After`."""

    slug = "too-many-wrong-codes"
    title = "Too many wrong codes"


@dataclass(slots=True)
class Guesses:
    """Counts wrong codes by API key. `now`: seconds that only grow."""

    per_minute: int = PER_MINUTE
    now: Callable[[], float] = monotonic
    _allowance: Allowance = field(init=False)
    _until: dict[str, float] = field(default_factory=dict)
    """Until when a key has to wait."""

    def __post_init__(self) -> None:
        """Nobody has guessed."""
        self._allowance = Allowance(self.per_minute)

    @contextmanager
    def counted(self, key_id: str) -> Iterator[None]:
        """Within it a code is looked at; a wrong one is counted. Raises `TooManyGuesses` if the key has to wait."""
        self.require_patience(key_id)
        try:
            yield
        except CodeNotFound:
            self.miss(key_id)
            raise

    def require_patience(self, key_id: str) -> None:
        """Whether the key may show codes. Raises `TooManyGuesses` if it has to wait."""
        if (wait := self._until.get(key_id, 0.0) - self.now()) > 0:
            raise TooManyGuesses("This key has shown too many wrong codes.", retry_after=ceil(wait))
        self._until.pop(key_id, None)

    def miss(self, key_id: str) -> None:
        """The key has shown a wrong code."""
        if wait := self._allowance.wait(key_id, self.now()):
            self._until[key_id] = self.now() + wait
