"""`wallet-service demo`: the whole story, as a stranger meets it in the first minute."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.processes import ROOT, Programs, run
from wallet_service.cli.demo.link import ANSWERS
from wallet_service.database.embedded import stop_running
from wallet_service.settings import Settings

NOBODY = 65534
GOOGLE_FACTS = {"google_objects", "google_patches", "google_peak_per_s"}
LOYALTY_FACTS = {"welcomed", "purchases", "quote_ms"}
FACTS = {"cards_installed", "pushes_accepted", "passes_fetched", "stale_devices", "errors", "seconds"}
SAID = ("you come often", "A milk shake on us, until", "no offers any more", "10 % back", "+500: happy birthday, hero!")
"""What the rules, an offer, the time machine and the calendar bring."""


def assert_all_went_well(last_line: str) -> None:
    """What the story counted."""
    ending = json.loads(last_line)
    assert set(ending) == FACTS | GOOGLE_FACTS | LOYALTY_FACTS
    assert (ending["cards_installed"], ending["stale_devices"], ending["errors"]) == (4, 0, 0)
    assert ending["pushes_accepted"] >= ending["passes_fetched"] >= 6
    assert ending["google_patches"] >= ending["google_objects"] == 2
    assert 0 < ending["google_peak_per_s"] <= 20
    assert (ending["welcomed"], ending["purchases"]) == (5, 4)
    assert ending["quote_ms"] > 0
    assert ending["seconds"] > 0


async def test_once_it_tells_the_story_and_ends_with_its_figures(tmp_path: Path) -> None:
    ended = await run(
        "demo", "--once", "--json", "--home", str(tmp_path / "demo"), DATABASE_URL="postgresql://of.others"
    )
    assert ended.code == 0, ended.err
    assert_all_went_well(ended.out.splitlines()[-1])
    assert "Is the card on the phone up to date?" in ended.err
    assert [words for words in (*SAID, *(words for _, words in ANSWERS)) if words not in ended.err] == []
    assert "Traceback" not in ended.err


async def test_it_stays_up_to_be_looked_at_until_interrupted(tmp_path: Path, client: httpx2.AsyncClient) -> None:
    home = tmp_path / "demo"
    async with Programs(tmp_path, Settings()) as programs:
        demo = await programs.start("demo", "--home", str(home))
        await demo.says("Still here", 60)
        await demo.says("curl")
        words = demo.said.split()
        link = next(word for word in words if "/c/card_" in word)
        key = next(word for word in words if word.startswith("wsk_live_"))
        members = await client.get(f"{link.partition('/c/')[0]}/v1/members", headers={"Authorization": f"Bearer {key}"})

        assert (await client.get(link)).headers["Content-Type"] == "application/vnd.apple.pkpass"
        assert len(members.json()["items"]) == 5
        assert await demo.end(signal.SIGINT) == 0
    assert "Traceback" not in demo.said
    assert not stop_running(home / "data")


async def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    ended = await run("demo", "--once", "--home", str(tmp_path))
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "--home" in ended.err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.fixture
def nobodys_copy() -> Iterator[Path]:
    """A copy of the tree that belongs to nobody, where nobody can reach it."""
    around = Path(tempfile.mkdtemp(prefix="nobody-"))
    around.chmod(0o755)
    for name in ("wallet_service", "pass_templates"):
        shutil.copytree(ROOT / name, around / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (around, *around.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    yield around
    shutil.rmtree(around)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_it_runs_from_a_copy_for_an_account_without_rights(nobodys_copy: Path) -> None:
    environment = {"HOME": str(nobodys_copy), "PATH": os.defpath, "PYTHONPATH": sysconfig.get_path("purelib")}
    ended = as_nobody(
        [nobodys_python(), "-m", "wallet_service", "demo", "--once", "--json"], cwd=nobodys_copy, env=environment
    )
    assert ended.returncode == 0, ended.stderr
    assert_all_went_well(ended.stdout.splitlines()[-1])


def nobodys_python() -> str:
    """A Python like ours that nobody may run: ours, unless it lies in somebody's home."""
    version = "{}.{}".format(*sys.version_info)
    for python in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        with suppress(OSError):
            if as_nobody([python, "-c", "pass"], cwd=Path("/")).returncode == 0:
                return python
    pytest.skip(f"no Python {version} here that the account nobody may run")


def as_nobody(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the command as the account nobody."""
    who: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return subprocess.run(command, **who, **more, capture_output=True, text=True, check=False, timeout=240)
