"""`wallet-service demo --preset`: a member lives through a programme."""

import json
from pathlib import Path

import pytest

from tests.processes import run, typed
from wallet_service.loyalty.programme_file import PresetNotFound
from wallet_service.settings import Settings


async def test_a_preset_is_played_and_every_point_says_why_it_is_there(tmp_path: Path) -> None:
    ended = await run("demo", "--once", "--json", "--preset", "coffee-stars", "--home", str(tmp_path / "demo"))

    assert ended.code == 0, ended.err
    ending = json.loads(ended.out.splitlines()[-1])
    assert (ending["preset"], ending["offers"]) == ("coffee-stars", ["birthday-drink"])
    assert (ending["balance"], ending["reasons"]) in {(11, 7), (16, 8)}  # five beans more before 8 in the morning
    assert (ending["cards_installed"], ending["stale_devices"], ending["errors"]) == (1, 0, 0)
    assert "into your jar" in ended.err


def test_a_preset_that_is_not_there_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(PresetNotFound):
        typed(Settings(), "demo", "--once", "--preset", "tea-stars", "--home", str(tmp_path / "demo"))
    assert not (tmp_path / "demo").exists()
