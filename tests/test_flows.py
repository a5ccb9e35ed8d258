"""The map: every fact has what follows from it, and a fact that the map does not know is a mistake of ours."""

import inspect
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from tests.engine.workshop import Remembered
from wallet_service.cards import facts as card_facts
from wallet_service.cards.facts import CardsChanged
from wallet_service.clock import SetClock
from wallet_service.database.seam import Transaction
from wallet_service.drains import drains_of
from wallet_service.engine.memory import MemoryEngine, is_tick
from wallet_service.flows import CLOCKWORK, TELL_BROWSERS, TELL_PHONES, map_flows, settle_by
from wallet_service.loyalty import facts as loyalty_facts
from wallet_service.service import Service
from wallet_service.settings import PushSettings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_every_fact_is_on_the_map():
    facts = {
        kind
        for module in (loyalty_facts, card_facts)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
    }
    assert set(map_flows(MemoryEngine(SetClock(NOON)), PushSettings())) == facts


async def test_nobody_is_woken_who_has_nobody_to_tell():
    woken: list[str] = []

    class Listening(MemoryEngine):
        def nudge(self, tx: Transaction, job: str) -> None:
            woken.append(job)

    flows = map_flows(Listening(SetClock(NOON)), PushSettings())
    some = [CardsChanged(), CardsChanged(frozenset({"apple", "web"}))]
    await flows[CardsChanged](Remembered(NOON), some)
    assert sorted(woken) == [TELL_BROWSERS, TELL_PHONES]


async def test_all_facts_of_a_kind_are_settled_together_and_in_their_order():
    settled: list[tuple[str, Sequence[object]]] = []

    async def numbers(_tx: Transaction, facts: Sequence[object]) -> None:
        settled.append(("numbers", facts))

    async def words(_tx: Transaction, facts: Sequence[object]) -> None:
        settled.append(("words", facts))

    await settle_by({int: numbers, str: words})(Remembered(NOON), [1, "a", 2, "b"])
    assert settled == [("numbers", [1, 2]), ("words", ["a", "b"])]


async def test_a_fact_that_the_map_does_not_know_is_a_mistake():
    with pytest.raises(KeyError):
        await settle_by({})(Remembered(NOON), [1])


def test_every_job_of_the_clockwork_wakes_a_drain(service: Service):
    assert {cron.job for cron in CLOCKWORK} == set(drains_of(service))
    assert all(isinstance(is_tick(cron.expression, NOON), bool) for cron in CLOCKWORK)
