"""`scripts/prove`: break the service on purpose, as often as asked, and say whether it held."""

import argparse
import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.faults.proof import Figures, Runs, prove
from tests.faults.scenarios import SCENARIOS
from tests.fuzz.campaign import run_fuzz
from tests.loyalty.ledger_proof import run_model
from tests.loyalty.lots_proof import run_lots

OUT = Console(highlight=False, soft_wrap=True)
FUZZ, LEDGER, LOTS = "fuzz", "ledger-model", "ledger"


class Tell(Protocol):
    """Hears how many runs are done, and what they came to so far."""

    def __call__(self, done: int, so_far: str = "") -> None:
        """Show it."""


def main() -> int:
    """Prove what the command line names: 0 when it held, else whatever broke is raised."""
    wishes = parser().parse_args()
    folder = Path(tempfile.mkdtemp(prefix=f"{wishes.name}-"))
    case = f"{wishes.name}, {wishes.runs} runs, seed {wishes.seed}"
    with progress(wishes.runs) as tell:
        try:
            outcome = attempt(wishes, folder, tell)
        except BaseException:
            OUT.print(f"FAILED: {case}. What is left of it lies in {folder}.")
            raise
    shutil.rmtree(folder)
    OUT.print(f"HELD: {case}. {outcome}.")
    return 0


def attempt(wishes: argparse.Namespace, folder: Path, tell: Tell) -> str:
    """Do all runs; what they came to. Raises when one finds anything wrong."""
    if wishes.name == FUZZ:
        verdict = run_fuzz(wishes.runs, wishes.seed, tell)
        assert not verdict.findings, str(verdict)
        return str(verdict)
    if wishes.name == LEDGER:
        run_model(wishes.runs, wishes.seed, tell)
        return "The ledger is what the model says"
    if wishes.name == LOTS:
        run_lots(wishes.runs, wishes.seed, tell)
        return "Every lot and every entry is what the model says, and every member is proven"
    runs = Runs(wishes.runs, wishes.seed, lambda done, figures: tell(done, words(figures)))
    figures = asyncio.run(prove(SCENARIOS[wishes.name], folder, runs))
    return f"Nothing lost, nothing doubled, everybody told: {words(figures)}"


def parser() -> argparse.ArgumentParser:
    """What may be asked for."""
    proofs = {
        **{name: scenario.__doc__ for name, scenario in SCENARIOS.items()},
        FUZZ: run_fuzz.__doc__,
        LEDGER: run_model.__doc__,
        LOTS: run_lots.__doc__,
    }
    abouts = (f"  {name:18}{about}" for name, about in proofs.items())
    asked = argparse.ArgumentParser(
        prog="scripts/prove",
        description=__doc__,
        epilog="\n".join(["scenarios:", *abouts]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    asked.add_argument("name", choices=proofs, metavar="NAME", help="one of the scenarios below")
    asked.add_argument("--runs", type=int, default=20, help="how often (default: 20)")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of every moment (default: any)")
    return asked


@contextmanager
def progress(runs: int) -> Iterator[Tell]:
    """A bar with the time left, and the figures so far."""
    columns = (BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=OUT) as bar:
        task = bar.add_task("", total=runs)
        yield lambda done, so_far="": bar.update(task, completed=done, description=so_far)


def words(figures: Figures) -> str:
    """The figures in a line."""
    return (
        f"{figures.acknowledged:,} acknowledged, {figures.unknown:,} unknown, {figures.refused:,} refused, "
        f"{figures.pushes:,} pushes, slowest {figures.slowest:.2f} s"
    )


if __name__ == "__main__":
    raise SystemExit(main())
