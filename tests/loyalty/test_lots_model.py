"""Lots against a model: whatever is granted, spent, held, undone or left to expire, the books say what the model says."""

from tests.loyalty.lots_proof import run_lots


def test_the_books_are_what_the_model_says_for_thousands_of_steps():
    told = list[int]()
    run_lots(20_000, seed=1, tell=told.append)
    assert told[-1] >= 20_000
