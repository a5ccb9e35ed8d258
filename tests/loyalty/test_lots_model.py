"""Lots against a model: whatever is granted, spent, held, undone or left to expire, the books say what the model says."""

import pytest

from tests.loyalty.lots_proof import run_lots

STEPS = 5_000
"""Of one run; four of them are shared by those who run tests side by side."""


@pytest.mark.parametrize("seed", [1, 1001, 2001, 3001])
def test_the_books_are_what_the_model_says_for_thousands_of_steps(seed: int) -> None:
    told = list[int]()
    run_lots(STEPS, seed=seed, tell=told.append)
    assert told[-1] >= STEPS
