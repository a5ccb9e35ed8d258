"""`bench pushes`: what it makes of its rounds."""

import pytest

from wallet_service.bench.pushes import FIGURES, figures_of


def test_ratios_are_taken_inside_a_round_and_their_median_counts():
    rounds = [{"lean": 2e-5, "h2": 2e-4, "aioapns": 4e-4, "h2load": 1e-5}] * 3 + [{"lean": 1.0, "h2": 10.0}]
    assert figures_of(rounds) == pytest.approx(
        {"cpu_s_per_10k": 0.2, "cheaper_than_aioapns": 20.0, "of_h2load": 2.0, "cheaper_than_h2": 10.0}
    )


def test_a_peer_that_is_not_installed_is_left_out():
    assert figures_of([{"lean": 1e-5, "h2": 1e-4}]).keys() == {"cpu_s_per_10k", "cheaper_than_h2"}
    assert {figure.key for figure in FIGURES} >= {"cheaper_than_aioapns", "of_h2load"}
