"""The benches of save links and callbacks run through; what they measure in a moment means nothing, and is not looked at."""

from math import isfinite
from types import ModuleType

import pytest

from wallet_service.bench import callbacks, save_links
from wallet_service.bench.harness import Effort


@pytest.mark.parametrize("bench", [save_links, callbacks], ids=["save-links", "callbacks"])
def test_a_bench_measures_every_figure_it_describes(bench: ModuleType) -> None:
    figures = bench.measure(Effort.TRIAL)

    assert list(figures) == [figure.key for figure in bench.FIGURES]
    assert all(isfinite(value) and value > 0 for value in figures.values()), figures
