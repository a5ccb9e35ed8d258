"""What `bench scale` and `bench live` make of what they saw."""

import pytest

from wallet_service.bench.harness import BenchImpossible
from wallet_service.bench.live import LOAD, SHARE, refuse_idleness
from wallet_service.bench.scale import Load, Usage, load_of


def test_a_load_is_told_by_the_second_and_by_the_processor() -> None:
    before, after = Usage(process=1.0, machine=4.0), Usage(process=2.0, machine=7.0)

    assert load_of(500, 2.0, before, after, cores=2) == Load(per_s=250.0, process_share=0.5, machine_share=0.75)


def test_figures_under_load_are_refused_where_the_load_was_not_made() -> None:
    with pytest.raises(BenchImpossible, match="Only 0 of 500 changes"):
        refuse_idleness(0.0)


def test_a_load_that_is_almost_what_it_should_be_is_good_enough() -> None:
    refuse_idleness(SHARE * LOAD)
