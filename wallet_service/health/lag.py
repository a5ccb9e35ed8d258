"""How late the event loop comes: everything else in the process is late by as much."""

import asyncio
from collections.abc import Callable
from time import perf_counter

STEP = 0.25
"""Seconds between two measurements."""


async def measure_lag(note: Callable[[float], None], step: float = STEP) -> None:
    """Note, for ever, by how many seconds a timer came late."""
    while True:
        due = perf_counter() + step
        await asyncio.sleep(step)
        note(max(0.0, perf_counter() - due))
