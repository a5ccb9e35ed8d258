"""Every bench runs through; what it measures in a moment means nothing, and is not looked at."""

import json
import shutil
from importlib import import_module
from math import isfinite

import pytest
from typer.testing import CliRunner

from wallet_service.bench.harness import Effort, Figure
from wallet_service.cli.bench import BENCHES, MODULES
from wallet_service.cli.main import app

NEEDS_WRK = {"fetches", "balances", "purchases", "storm", "scale"}
PEERS = {"of_h2load", "cheaper_than_aioapns", "over_requests"}
"""Keys that are left out where the peer is not installed."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_measures_every_figure_it_describes(name: str) -> None:
    if name in NEEDS_WRK and shutil.which("wrk") is None:
        pytest.skip("the load generator wrk is not installed")
    module = import_module(f"wallet_service.bench.{MODULES.get(name, name)}")
    described: tuple[Figure, ...] = module.FIGURES

    figures = module.measure(Effort.TRIAL)

    assert {figure.key for figure in described} - PEERS <= set(figures) <= {figure.key for figure in described}
    assert all(isfinite(value) for value in figures.values()), figures


def test_the_last_line_is_json_and_the_table_is_beside_it() -> None:
    ran = CliRunner().invoke(app, ["bench", "passes", "--json", "--quick"])

    line = json.loads(ran.stdout.splitlines()[-1])
    assert ran.exit_code == 0
    assert line["bench"] == "passes"
    assert set(line["figures"]) == {"of_rsa_limit", "two_threads", "unchanged", "kept_bytes", "per_s"}
    assert "cores of" in line["machine"]
    assert "of_rsa_limit" in ran.stderr


def test_a_bench_of_no_such_name_is_refused() -> None:
    ran = CliRunner().invoke(app, ["bench", "nonsense"])

    assert ran.exit_code == 1
