"""How the command line shows mass refreshes: bars on a terminal, plain lines elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from wallet_service.cards.progress import Fetched, Phase, fetched, progress
from wallet_service.cards.progress import Progress as Refresh
from wallet_service.cli.session import OUT
from wallet_service.loyalty.brands import known_brand
from wallet_service.service import Service

EVERY = 1.0
"""Least seconds between two looks."""

SHARE = 10
"""A look that takes long is followed by a rest so many times as long."""


@dataclass(frozen=True, slots=True)
class Look:
    """A refresh as it was at a moment."""

    at: float
    """Seconds of some clock that only goes forward."""
    refresh: Refresh
    phones: Fetched

    @property
    def name(self) -> str:
        """Which template it is, and which version of it."""
        return f"{self.refresh.template} {self.refresh.number}"


def rate(now: Look, before: Look | None) -> float:
    """Cards a second whose phones were told between two looks; the pace that is set, where that cannot be said. PURE."""
    if before is None or before.refresh.phase is not Phase.TELLING or now.at <= before.at:
        return now.refresh.per_s
    return max(now.refresh.told - before.refresh.told, 0) / (now.at - before.at)


def line(now: Look, before: Look | None) -> str:
    """A refresh in one line. PURE."""
    refresh, phones = now.refresh, now.phones
    counts = (
        f"{now.name}: {refresh.phase.value}; restyled {refresh.moved:,} of {refresh.cards:,}, told {refresh.told:,}, "
        f"fetched {phones.fetched:,} of {phones.on_phones:,} on phones"
    )
    if refresh.phase is Phase.DONE:
        return f"{counts}."
    per_s = rate(now, before)
    left = f"{timedelta(seconds=round(refresh.left / per_s))} left" if per_s else "standing still"
    return f"{counts}; {per_s:,.0f}/s, {left}."


class Board(Protocol):
    """Where refreshes are shown."""

    def show(self, looks: Sequence[Look]) -> None:
        """Show how far they are now."""
        ...


@dataclass(slots=True)
class Lines:
    """A line for each refresh that has come further."""

    console: Console
    shown: dict[str, Look] = field(default_factory=dict)

    def show(self, looks: Sequence[Look]) -> None:
        """Print what is new."""
        for look in looks:
            before = self.shown.get(look.refresh.template_version_id)
            if before is None or (before.refresh, before.phones) != (look.refresh, look.phones):
                self.console.print(line(look, before))
            self.shown[look.refresh.template_version_id] = look


@dataclass(slots=True)
class Bars:
    """Three bars for each refresh: cards restyled, phones told, passes fetched."""

    bars: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)

    def show(self, looks: Sequence[Look]) -> None:
        """Move the bars."""
        for look in looks:
            for what, (done, total) in _steps(look).items():
                name = f"{look.name} {what}"
                if name not in self.tasks:
                    self.tasks[name] = self.bars.add_task(name, start=False)
                if done:
                    self.bars.start_task(self.tasks[name])
                self.bars.update(self.tasks[name], completed=min(done, total), total=total)


def _steps(look: Look) -> Mapping[str, tuple[int, int]]:
    refresh, phones = look.refresh, look.phones
    cards = max(refresh.cards, refresh.told)
    return {
        "restyled": (refresh.moved, refresh.cards),
        "told": (cards if refresh.phase is Phase.DONE else refresh.told, cards),
        "fetched": (phones.fetched, phones.on_phones),
    }


class RateColumn(TextColumn):
    """How many a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        """The observed speed, once there is one."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


async def show(service: Service, brand: str | None) -> None:
    """Print how far refreshes are."""
    board = Lines(OUT)
    board.show(await _look(service, brand))
    if not board.shown:
        OUT.print("No template has been published anew.")


async def watch_until_told(service: Service, brand: str | None, *, every: float = EVERY) -> None:
    """Show refreshes until the phones of all cards have been told."""
    with _board() as board:
        async for looks in _looks(service, brand, every):
            board.show(looks)


@contextmanager
def _board() -> Iterator[Board]:
    console = Console()
    if not console.is_terminal:
        yield Lines(OUT)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        yield Bars(bars)


async def _looks(service: Service, brand: str | None, every: float) -> AsyncIterator[Sequence[Look]]:
    while True:
        begun = time.perf_counter()
        looks = await _look(service, brand)
        yield looks
        if all(look.refresh.phase is Phase.DONE for look in looks):
            return
        await asyncio.sleep(max(every, SHARE * (time.perf_counter() - begun)))


async def _look(service: Service, brand: str | None) -> Sequence[Look]:
    async with service.database.read() as tx:
        if brand is not None:
            await known_brand(tx, brand)
        found = await progress(tx, service.settings.push.refresh_per_s, brand)
        phones = [await fetched(tx, refresh.template_version_id) for refresh in found]
    return [Look(time.perf_counter(), *pair) for pair in zip(found, phones, strict=True)]
