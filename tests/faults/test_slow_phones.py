"""Clients that are slow on purpose, or very many, do not hold up others."""

from pathlib import Path

import pytest

from tests.faults.proof import Runs, prove
from tests.faults.slow_phones import crowded_card, slow_phones


@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open connections are counted in /proc")
async def test_others_are_served_while_hundreds_stall_and_these_are_cut_off(tmp_path: Path) -> None:
    figures = await prove(slow_phones, tmp_path, Runs(1, seed=11))
    assert (figures.unknown, figures.refused) == (0, 0)


@pytest.mark.timeout(300)
async def test_of_hundreds_of_devices_one_card_keeps_fifty_and_nobody_is_held_up(tmp_path: Path) -> None:
    figures = await prove(crowded_card, tmp_path, Runs(1, seed=11))
    assert (figures.unknown, figures.refused) == (0, 0)
