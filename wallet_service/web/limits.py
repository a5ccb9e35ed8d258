"""How often one address may call the open endpoints: a token bucket for each, in bounded memory. PURE but for its state."""

from collections import OrderedDict
from dataclasses import dataclass, field

MOST_ADDRESSES = 100_000
"""Beyond it the address longest silent is forgotten: its bucket is full again by then."""


@dataclass(slots=True)
class Allowance:
    """So many calls a minute from each address; a burst may use a whole minute's at once."""

    per_minute: int
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, address: str, now: float) -> float:
        """Seconds until this address may call again; 0 when the call is allowed, which then counts. `now`: seconds."""
        rate = self.per_minute / 60
        left, since = self._buckets.pop(address, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - since) * rate)
        allowed = left >= 1
        self._buckets[address] = (left - 1 if allowed else left, now)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / rate
