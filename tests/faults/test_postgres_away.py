"""The database goes away under load and comes back: callers hear 503 meanwhile, and then all goes on by itself."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.faults.outages import disk_full, postgres_restart, small_disk
from tests.faults.proof import Runs, prove


@pytest.fixture
def may_mount(tmp_path: Path) -> None:
    """Skips where a small disk cannot be had."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    try:
        with small_disk(tmp_path / "try"):
            pass
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this container may not mount a small disk")


@pytest.mark.timeout(300)
async def test_a_stopped_database_costs_nothing_but_patience(tmp_path: Path) -> None:
    figures = await prove(postgres_restart, tmp_path, Runs(3, seed=11))
    assert figures.refused > 0


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("may_mount")
async def test_a_full_disk_loses_nothing_and_needs_no_restart_of_ours_when_there_is_room_again(tmp_path: Path) -> None:
    figures = await prove(disk_full, tmp_path, Runs(2, seed=11))
    assert figures.refused > 0
