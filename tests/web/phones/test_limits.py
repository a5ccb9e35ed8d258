"""The allowance of an address: a burst, then a steady drip, in bounded memory."""

from wallet_service.web import limits
from wallet_service.web.limits import Allowance


def test_a_burst_of_one_minute_is_allowed_and_the_next_call_has_to_wait() -> None:
    allowance = Allowance(60)

    waits = [allowance.wait("anna", 0.0) for _ in range(61)]

    assert waits == [0.0] * 60 + [1.0]


def test_waiting_as_long_as_told_is_enough() -> None:
    allowance = Allowance(30)
    waits = [allowance.wait("anna", 0.0) for _ in range(31)]

    assert allowance.wait("anna", waits[-1]) == 0.0
    assert allowance.wait("anna", waits[-1]) == 2.0


def test_a_refused_call_costs_nothing() -> None:
    allowance = Allowance(60)
    for _ in range(500):
        allowance.wait("anna", 0.0)

    assert allowance.wait("anna", 1.0) == 0.0


def test_a_long_silence_saves_up_no_more_than_a_minute() -> None:
    allowance = Allowance(2)
    allowance.wait("anna", 0.0)

    waits = [allowance.wait("anna", 86_400.0) for _ in range(3)]

    assert waits == [0.0, 0.0, 30.0]


def test_addresses_do_not_share() -> None:
    allowance = Allowance(1)
    allowance.wait("anna", 0.0)

    assert allowance.wait("boris", 0.0) == 0.0
    assert allowance.wait("anna", 0.0) == 60.0


def test_the_address_longest_silent_is_forgotten_first() -> None:
    allowance = Allowance(1)
    for n in range(limits.MOST_ADDRESSES):
        allowance.wait(f"address {n}", 0.0)
    allowance.wait("address 0", 1.0)  # heard again
    allowance.wait("one too many", 1.0)

    assert allowance.wait("address 0", 1.0) > 0
    assert allowance.wait("address 1", 1.0) == 0.0
