"""A ledger on one page: who a reference names, what they have, what was answered under each key. PURE."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations, product

from wallet_service.amounts import MOST
from wallet_service.loyalty.ledger.balances import Posting

Answers = list[str]
NOBODY: frozenset[str] = frozenset()


@dataclass(slots=True)
class Model:
    """What a ledger must say."""

    may_go_negative: bool
    names: dict[str, list[str]]
    balances: dict[str, int]
    entries: dict[str, int] = field(default_factory=dict)
    answers: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def copy(self) -> "Model":
        """A model that goes its own way from here."""
        return replace(self, balances=dict(self.balances), entries=dict(self.entries), answers=dict(self.answers))

    def post(self, batch: Sequence[Posting], busy: frozenset[str] = NOBODY) -> Answers:
        """What each posting hears, while others are at work under the `busy` keys."""
        kept, begun = dict(self.answers), set(busy)
        return [self._claim(posting, kept, begun) for posting in batch]

    def _claim(self, posting: Posting, kept: dict[str, tuple[bytes, str]], begun: set[str]) -> str:
        once = posting.once
        if once is None:
            return self._move(posting)
        if once.key in begun and once.key not in kept:
            return "idempotency-in-progress"
        if once.key in kept:
            return kept[once.key][1] if kept[once.key][0] == once.fingerprint else "idempotency-key-reused"
        begun.add(once.key)
        self.answers[once.key] = once.fingerprint, self._move(posting)
        return self.answers[once.key][1]

    def _move(self, posting: Posting) -> str:
        found = self.names.get(posting.member.value, [])
        if len(found) != 1:
            return "member-ambiguous" if found else "member-not-found"
        (who,) = found
        after = posting.target if posting.target is not None else self.balances[who] + (posting.amount or 0)
        if after < 0 and after < self.balances[who] and not self.may_go_negative:
            return "insufficient-points"
        if abs(after) > MOST:
            return "balance-out-of-range"
        self.balances[who], self.entries[who] = after, self.entries.get(who, 0) + 1
        return str(after)


def at_once(model: Model, one: Sequence[Posting], other: Sequence[Posting]) -> Iterator[tuple[Answers, Answers, Model]]:
    """Everything that may come of two batches posted at the same moment.

    One of them moves points first. A key that both use is answered by whoever took it; the other hears that answer if
    it was there in time, and otherwise that the same request is in progress.
    """
    shared = sorted((_keys(one) & _keys(other)) - model.answers.keys())
    for first, second in permutations((0, 1)):
        for takers in product(("either", "first", "second"), repeat=len(shared)):
            now, heard = model.copy(), dict[int, Answers]()
            heard[first] = now.post((one, other)[first], _taken(shared, takers, "second"))
            late = _taken(shared, takers, "first")
            known = {key: now.answers.pop(key) for key in late if key in now.answers}
            heard[second] = now.post((one, other)[second], late)
            now.answers |= known
            yield heard[0], heard[1], now


def _keys(batch: Sequence[Posting]) -> set[str]:
    return {posting.once.key for posting in batch if posting.once}


def _taken(shared: Sequence[str], takers: Sequence[str], who: str) -> frozenset[str]:
    return frozenset(key for key, taker in zip(shared, takers, strict=True) if taker == who)
