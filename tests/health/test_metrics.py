"""The page for Prometheus: what it counts, and that docs/metrics.md tells of all of it and of nothing else."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from tests.health.test_findings import AWAY, WELL, waiting
from wallet_service.cards.due import DueCards
from wallet_service.cards.google_callbacks import Heard
from wallet_service.health.findings import find
from wallet_service.health.gauges import exposition
from wallet_service.health.state import State
from wallet_service.metrics import CALLBACK_RESULTS, CORRECTIONS, OUTCOMES, WALLETS, Metrics
from wallet_service.outcomes import Dead, Delivered, Refused, TryLater, Unknown
from wallet_service.wallets.callback import Reason
from wallet_service.wallets.google.pace import Lane, Pace

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


class Queue:
    """A group with this many waiting."""

    def __init__(self, queued: int) -> None:
        self.queued = queued
        self.noted: Callable[[int], object] = str


def samples(metrics: Metrics, state: State = WELL) -> dict[str, float]:
    """Every sample of the page, as it is written."""
    lines = exposition(metrics.registry, state).decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def names(metrics: Metrics, state: State) -> set[str]:
    """The metrics of the page as the document would name them."""

    def named(kind: str, name: str) -> str:
        return f"{name}_total" if kind == "counter" else name

    return {named(each.type, each.name) for each in parse(exposition(metrics.registry, state).decode())}


def named_again(found: Iterable[str]) -> list[str]:
    """Those named twice."""
    known: set[str] = set()
    return [name for name in found if name in known or known.add(name)]  # type: ignore[func-returns-value]  # a set


def told_in(metrics: Metrics, wallet: str) -> dict[str, float]:
    """What was told in this wallet, by what became of it."""
    found = samples(metrics)
    return {kind: found[f'wallet_told_total{{outcome="{kind}",wallet="{wallet}"}}'] for kind in OUTCOMES.values()}


def test_the_document_names_every_metric_and_no_other():
    told = ROW.findall(DOCUMENT.read_text())
    assert named_again(told) == []
    assert set(told) == names(Metrics(), WELL)


def test_every_metric_says_what_it_means():
    page = exposition(Metrics().registry, WELL).decode()
    assert re.findall(r"^# HELP \S+ *$", page, re.MULTILINE) == []


def test_what_a_group_does_is_followed():
    metrics, queue = Metrics(), Queue(3)
    metrics.watch_group("postings", queue)
    queue.noted(7)
    queue.queued = 4
    found = samples(metrics)
    assert found['wallet_group_waiting{group="postings"}'] == 4
    assert found['wallet_group_batch_size_sum{group="postings"}'] == 7
    assert found['wallet_group_batch_size_bucket{group="postings",le="5.0"}'] == 0
    assert found['wallet_group_batch_size_bucket{group="postings",le="10.0"}'] == 1


@pytest.mark.parametrize("wallet", WALLETS)
def test_what_is_told_in_each_wallet_is_counted_by_what_became_of_it(wallet: str):
    metrics = Metrics()
    metrics.count_told(wallet, [Delivered(), Delivered(), Dead(None), Refused("x"), TryLater(1, "x"), Unknown("x")])
    metrics.count_told(wallet, [Delivered()])
    kinds = {"accepted": 3, "dead_token": 1, "refused": 1, "later": 1, "unknown": 1}
    for each in WALLETS:
        assert told_in(metrics, each) == (kinds if each == wallet else dict.fromkeys(kinds, 0))


def test_alerts_of_old_know_what_apple_was_told():
    metrics = Metrics()
    metrics.count_told("apple", [Delivered(), Delivered(), Dead(None)])
    metrics.count_told("google", [Delivered(), Refused("x")])
    found = samples(metrics)
    kinds = {"accepted": 2, "dead_token": 1, "refused": 0}
    assert {kind: found[f'wallet_pushes_total{{outcome="{kind}"}}'] for kind in kinds} == kinds


def test_every_queue_of_changed_cards_has_its_count():
    assert set(get_args(get_type_hints(DueCards)["wallet"])) == set(WALLETS)


def test_callbacks_are_counted_by_what_became_of_them():
    metrics = Metrics()
    metrics.count_callback(Reason.SIGNATURE)
    metrics.count_callback(Heard.ACCEPTED)
    metrics.count_callback(Heard.ACCEPTED)
    found = samples(metrics)
    kinds = {"accepted": 2, "signature": 1, "repeated": 0}
    assert {kind: found[f'wallet_google_callbacks_total{{result="{kind}"}}'] for kind in kinds} == kinds


def test_what_no_callback_told_is_counted():
    metrics = Metrics()
    metrics.count_corrections(["save", "del", "save"])
    metrics.count_corrections([])
    found = samples(metrics)
    kinds = {"save": 2, "del": 1}
    assert {kind: found[f'wallet_google_corrections_total{{event="{kind}"}}'] for kind in CORRECTIONS} == kinds


def test_every_result_of_a_callback_is_there_from_the_start():
    assert sorted(CALLBACK_RESULTS) == sorted([*Heard, *Reason])


async def test_who_waits_for_google_is_looked_up_at_each_scrape():
    metrics, now = Metrics(), 0.0
    projects: dict[str, Pace] = {}
    metrics.watch_paces(lambda: projects, Lane)
    assert not [name for name in samples(metrics) if name.startswith("wallet_google_turn")]
    pace = projects["burger-heroes"] = Pace(seconds=lambda: now)
    pace.hold(60)
    waiting = asyncio.create_task(pace.turn(Lane.CAMPAIGN))
    await asyncio.sleep(0)
    now = 7.0
    found = samples(metrics)
    waiting.cancel()
    labels = {lane: f'{{lane="{lane}",project="burger-heroes"}}' for lane in ("interactive", "campaign")}
    assert [found[f"wallet_google_turns_waiting{each}"] for each in labels.values()] == [0, 1]
    assert [found[f"wallet_google_turn_oldest_seconds{each}"] for each in labels.values()] == [0, 7]


def test_each_wallet_has_its_backlog_and_the_alerts_of_old_know_that_of_apple():
    found = samples(Metrics(), replace(WELL, census=waiting("google", cards=7, oldest=90.0, failing=2)))
    assert found['wallet_due_cards{wallet="google"}'] == 7
    assert found['wallet_due_oldest_seconds{wallet="google"}'] == 90
    assert found['wallet_due_failing_cards{wallet="google"}'] == 2
    assert (found['wallet_due_cards{wallet="apple"}'], found["wallet_push_due_cards"]) == (0, 0)


def test_two_services_in_one_process_count_apart():
    one, other = Metrics(), Metrics()
    one.answered("till", 201, 0.003)
    count = 'wallet_http_answer_seconds_count{door="till",status="2xx"}'
    assert samples(one)[count] == 1
    assert count not in samples(other)


def test_the_page_judges_as_doctor_does():
    found = samples(Metrics(), State(AWAY, 1))
    judged = {each.subject: float(each.grade) for each in find(State(AWAY, 1))}
    assert {subject: found[f'wallet_health_grade{{subject="{subject}"}}'] for subject in judged} == judged
    assert (found["wallet_ready"], found["wallet_database_up"]) == (0, 0)


@pytest.mark.parametrize("name", ["wallet_push_due_cards", "wallet_disk_free_bytes", "wallet_devices_stale"])
def test_what_could_not_be_found_out_is_left_out(name: str):
    assert name in samples(Metrics(), WELL)
    assert name not in samples(Metrics(), State(AWAY, 1))
