"""`wallet-service demo --preset`: a member lives through a programme."""

import asyncio
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.processes import ROOT, run, typed
from wallet_service.cli.demo.plots import PLOTS
from wallet_service.cli.demo.preset import tell_preset
from wallet_service.cli.demo.world import open_world
from wallet_service.loyalty.awards.programme_file import PresetNotFound, find_preset
from wallet_service.settings import Settings

LOOKS = {"beauty-tiers": 3}
"""How often the card changes its colours in both wallets; once if it is not named."""


async def test_a_preset_is_played_and_every_point_says_why_it_is_there(tmp_path: Path) -> None:
    ended = await run("demo", "--once", "--json", "--preset", "coffee-stars", "--home", str(tmp_path / "demo"))

    assert ended.code == 0, ended.err
    ending = json.loads(ended.out.splitlines()[-1])
    assert (ending["preset"], ending["offers"]) == ("coffee-stars", ["birthday-drink"])
    assert (ending["balance"], ending["reasons"]) in {(11, 7), (16, 8)}  # five beans more before 8 in the morning
    assert (ending["cards_installed"], ending["stale_devices"], ending["errors"]) == (1, 0, 0)
    assert "into your jar" in ended.err


@pytest.mark.parametrize("name", sorted(set(PLOTS) - {"coffee-stars"}))
async def test_each_preset_ends_with_both_wallets_up_to_date_in_the_look_of_the_tier(name: str, tmp_path: Path) -> None:
    ending = await played(name, tmp_path)

    assert (ending["preset"], ending["cards_installed"]) == (name, 1)
    assert (ending["looks"], ending["stale_devices"], ending["errors"]) == (LOOKS.get(name, 1), 0, 0)


def test_a_preset_that_is_not_there_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(PresetNotFound):
        typed(Settings(), "demo", "--once", "--preset", "tea-stars", "--home", str(tmp_path / "demo"))
    assert not (tmp_path / "demo").exists()


async def played(name: str, home: Path) -> dict[str, Any]:
    """What the demo of this preset ends with."""
    preset = find_preset(ROOT / "pass_templates", name)
    async with open_world(home, 0, preset) as world:
        return await tell_preset(world, Console(file=StringIO()), asyncio.Event(), preset)
