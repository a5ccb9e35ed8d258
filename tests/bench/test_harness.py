"""What the benches share: figures that stand to their goals, and comparisons by turns."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.bench.harness import (
    Comparison,
    Figure,
    Goal,
    compare,
    machine,
    of_pairs,
    one_core,
    percentile,
    rate,
    steps,
)
from wallet_service.cli.bench import number, said, table

RATES = st.floats(min_value=0.1, max_value=1e6)


def test_a_goal_is_a_bound_from_one_side() -> None:
    assert Goal(0.9).met(0.9)
    assert not Goal(0.9).met(0.89)
    assert Goal(50, at_most=True).met(50)
    assert not Goal(50, at_most=True).met(50.1)
    assert [str(Goal(2000)), str(Goal(50, at_most=True))] == ["≥ 2,000", "≤ 50"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.9423, "0.942"), (12.345, "12.3"), (999.4, "999"), (1000.6, "1,001"), (19_190.2, "19,190")]
)
def test_a_number_shows_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_a_figure_says_whether_it_is_where_it_should_be() -> None:
    wanted = Figure("of_limit", "share of the limit", Goal(0.9))

    assert said(wanted, 0.95) == ("0.95", "[green]≥ 0.9[/]")
    assert said(wanted, 0.5) == ("0.5", "[red]≥ 0.9[/]")
    assert said(Figure("per_s", "rate"), 12.0) == ("12", "reported")
    assert said(wanted, None) == ("not installed", "")
    assert table("a bench", (wanted,), {"of_limit": 0.95}).row_count == 1


def test_a_comparison_is_the_median_of_ratios_and_no_ratio_of_medians() -> None:
    assert of_pairs([(1.0, 2.0), (9.0, 3.0), (4.0, 4.0)]) == Comparison(4.0, 3.0, 1.0)


@given(st.lists(st.tuples(RATES, RATES), min_size=1, max_size=9))
def test_a_comparison_lies_within_its_rounds(pairs: list[tuple[float, float]]) -> None:
    found = of_pairs(pairs)

    ratios = [ours / theirs for ours, theirs in pairs]
    assert min(ratios) <= found.ratio <= max(ratios)
    assert min(ours for ours, _ in pairs) <= found.ours <= max(ours for ours, _ in pairs)


def test_both_sides_take_turns() -> None:
    turns: list[str] = []

    def ours() -> float:
        turns.append("ours")
        return 2.0

    def theirs() -> float:
        turns.append("theirs")
        return 1.0

    assert compare("by turns", ours, theirs).ratio == 2.0
    assert turns == ["ours", "theirs"] * 5


@given(st.lists(st.integers(), min_size=1))
def test_a_percentile_is_one_of_the_values_and_not_exceeded_by_its_share(values: list[int]) -> None:
    found = percentile(values, 0.99)

    assert found in values
    assert sum(value <= found for value in values) >= 0.99 * len(values)
    assert percentile(values, 0.0) == min(values)
    assert percentile(values, 1.0) == max(values)


def test_a_rate_counts_calls() -> None:
    calls: list[int] = []

    assert rate(lambda: calls.append(1), 0.01) > 0
    assert calls


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not pin processes to cores")
def test_one_core_is_given_back() -> None:
    before = os.sched_getaffinity(0)

    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_the_machine_is_named_and_steps_are_counted() -> None:
    assert "cores of" in machine()
    assert list(steps("nothing", 3)) == [0, 1, 2]
