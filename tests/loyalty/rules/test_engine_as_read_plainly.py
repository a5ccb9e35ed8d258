"""The engine says what the rules say when they are read plainly."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.loyalty.rules.anything import histories, rulebooks
from tests.loyalty.rules.play import take
from wallet_service.bench.mechanics_book import BOOK
from wallet_service.bench.plain_rules import Past
from wallet_service.loyalty.rules.engine import compile_rules
from wallet_service.loyalty.rules.happening import Happening
from wallet_service.loyalty.rules.rulebook import Rulebook
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.verdict import Verdict


def said(verdict: Verdict) -> list[object]:
    """A verdict but for the order of mechanics."""
    assert not verdict.troubles
    return [
        *(sorted(map(repr, some)) for some in (verdict.points, verdict.gifts, verdict.hooks)),
        verdict.reached,
    ]


@settings(max_examples=300)
@given(rulebooks() | st.just(BOOK), histories())
def test_the_engine_says_what_the_rules_read_plainly_say(book: Rulebook, told: list[Happening]):
    some, standing, past = compile_rules(book), Standing(), Past(book)
    budgets = {each.name: each.limits.budget for each in book.mechanics if each.limits.budget is not None}
    ours, theirs = dict(budgets), dict(budgets)
    for happening in told:
        verdict = take(some, standing, happening, ours)
        assert said(verdict) == said(past.step(happening, theirs))
        assert len(verdict.points) <= some.most(happening.trigger)
        assert (standing.tier, ours) == (past.tier, theirs)
    assert min(ours.values(), default=0) >= 0
    assert {name: done.times for name, done in standing.done.items()} == past.times()
