"""`bench google`: the simulated hour, and what the bench makes of its rounds."""

import pytest

from wallet_service.bench.google import FIGURES, figures_of, figures_of_hour
from wallet_service.bench.google_hour import Hour, Ledger, simulate


def test_the_newest_balance_is_told_once_however_often_a_card_changed():
    ledger = Ledger([0, 0, 0])
    for card in (2, 0, 2, 2):
        ledger.change(card)
    assert tell(ledger, ledger.claim(1)) == 0
    assert (ledger.told, list(ledger.due)) == ([0, 0, 3], [0])
    ledger.change(2)
    assert tell(ledger, ledger.claim(10)) == 0
    assert (ledger.told, ledger.told == ledger.balances) == ([1, 0, 4], True)


def tell(ledger: Ledger, cards: list[int]) -> int:
    """Read these cards and send what they say."""
    return ledger.send(cards, ledger.read(cards))


def test_a_card_that_changes_while_it_waits_for_its_turn_is_told_once_and_newest():
    ledger = Ledger([0, 0])
    ledger.change(1)
    hand = ledger.claim(10)
    ledger.change(1)
    assert (tell(ledger, hand), ledger.told, list(ledger.due)) == (0, [0, 2], [])


def test_a_card_that_changes_between_reading_and_sending_is_outdated_and_due_again():
    ledger = Ledger([0, 0])
    ledger.change(1)
    read = ledger.read([1])
    ledger.change(1)
    assert (ledger.send([1], read), ledger.told, list(ledger.due)) == (1, [0, 1], [1])


def test_the_densest_second_is_found():
    assert Hour(sent=[(0.0, 10), (0.5, 10), (1.0, 10), (1.2, 3)]).peak_per_s == 23
    assert Hour(sent=[(0.0, 10), (1.0, 10)]).peak_per_s == 10
    assert Hour().peak_per_s == 0


def test_an_hour_ends_with_every_card_told_and_no_second_too_full():
    hour, ledger = simulate(1_000, 36.0)
    figures = figures_of_hour(hour, 1_000)
    assert ledger.told == ledger.balances == [10] * 1_000
    assert 10 < figures["peak_per_s"] <= 20
    assert 1.0 < figures["sent_per_card"] < 3.0
    assert figures["interactive_p99_s"] <= 1.0
    assert figures["outdated_share"] == 0.0
    assert len(hour.waits) > 20


def test_the_same_hour_is_the_same():
    assert simulate(100, 10.0)[0] == simulate(100, 10.0)[0]


def test_ratios_are_taken_inside_a_round_and_their_median_counts():
    rounds = [{"ours": 1e-4, "requests": 8e-4}] * 3 + [{"ours": 1.0, "requests": 1.0}]
    assert figures_of(rounds) == pytest.approx({"per_cpu_s": 10_000, "over_requests": 8.0})


def test_without_the_peer_only_our_own_cost_is_told():
    assert figures_of([{"ours": 1e-4}]).keys() == {"per_cpu_s"}
    assert {figure.key for figure in FIGURES} >= {"over_requests", "per_cpu_s"}
