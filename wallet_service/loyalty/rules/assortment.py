"""What the rules ask about the goods of a purchase, answered in one go over its lines. PURE."""

import json
from collections.abc import Sequence
from enum import Enum, auto
from hashlib import blake2b

from wallet_service.loyalty.rules.happening import Happening, Line
from wallet_service.loyalty.rules.mechanic import ALL, Goods

Sums = list[int]
"""The answers, by the number of the question."""

Kind = tuple[Sequence[int], Sequence[int]]
"""The questions to which a line adds its pieces, and those to which it adds what it costs."""

KINDS = 10_000
"""Kinds of lines that are remembered."""


def key_of(goods: Goods) -> str:
    """The short name under which a standing counts these goods: it depends on nothing but what they are."""
    named = json.dumps([sorted(goods.skus), sorted(goods.categories)])
    return blake2b(named.encode(), digest_size=6).hexdigest()


class About(Enum):
    """What is asked about some goods."""

    PIECES = auto()
    COST = auto()
    """Of all of them together, in minor units."""
    EARNING = auto()
    """The cost of those that give points."""


class Assortment:
    """Questions about goods. All have to be asked before the first answer."""

    def __init__(self, unearning: Goods | None) -> None:
        self._unearning = unearning
        self._questions: dict[tuple[About, Goods], int] = {}
        self._kinds: dict[tuple[str, str], Kind] = {}
        """By the number and the category of lines, as far as they are remembered."""
        self.total = self.ask(About.COST, ALL)

    def ask(self, about: About, goods: Goods) -> int:
        """The number of a question."""
        return self._questions.setdefault((about, goods), len(self._questions))

    def answer(self, happening: Happening) -> Sums:
        """All answers. A purchase that says no lines is one piece of something that nobody names."""
        sums, kinds = [0] * len(self._questions), self._kinds
        for line in happening.lines or _unnamed(happening):
            sku, category, quantity, price, discount, _ = line
            pieces, cost = kinds.get((sku, category)) or self._learn(line)
            total = quantity * price - discount
            for question in cost:
                sums[question] += total
            for question in pieces:
                sums[question] += quantity
        return sums

    def _learn(self, line: Line) -> Kind:
        """What kind of line it is; so many are remembered, so that no flood of numbers fills the memory."""
        if len(self._kinds) >= KINDS:
            self._kinds.clear()
        kind = self._kinds[line.sku, line.category] = self._kind_of(line)
        return kind

    def _kind_of(self, line: Line) -> Kind:
        earns = not (self._unearning and self._unearning.has(line))
        asked = [(about, number) for (about, goods), number in self._questions.items() if goods.has(line)]
        pieces = [number for about, number in asked if about is About.PIECES]
        cost = [number for about, number in asked if about is About.COST or (about is About.EARNING and earns)]
        return pieces, cost


def _unnamed(happening: Happening) -> Sequence[Line]:
    return [Line("", "", 1, happening.paid)] if happening.paid else []
