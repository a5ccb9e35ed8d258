"""A short campaign in every test run, and everything that ever did harm once more."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.bending import bend, fill, unfill
from tests.fuzz.campaign import REQUESTS, UNLIMITED, WEIGHTS, Throw, fuzz, kept, throws, under_fire
from tests.fuzz.doors import PHONES, Doors
from tests.fuzz.readers import READERS
from tests.fuzz.tills import TILLS
from wallet_service.app import open_service
from wallet_service.settings import Settings

RUNS = 8_000


@pytest.fixture
async def doors(settings: Settings) -> AsyncIterator[Doors]:
    """Doors that anybody may knock at as often as they like."""
    async with (
        open_service(settings.model_copy(update={"limits": UNLIMITED})) as service,
        under_fire(service) as opened,
    ):
        yield opened


async def test_no_input_whatever_does_worse_than_being_refused(doors: Doors) -> None:
    verdict = await fuzz(doors, throws(RUNS, 20261122, doors))

    assert not verdict.findings, str(verdict)
    assert verdict.thrown.keys() == WEIGHTS.keys()
    assert {200, 201, 204, 304, 400, 401, 404, 405, 422} <= verdict.statuses.keys()  # it gets everywhere


async def test_what_once_did_harm_does_none(doors: Doors) -> None:
    every = [Throw(throw.target, fill(throw.raw, doors.values)) for throw in kept()]

    verdict = await fuzz(doors, iter(every))

    assert verdict.thrown.total() == len(every) > 0
    assert not verdict.findings, str(verdict)


async def test_what_is_bent_was_right_before(doors: Doors) -> None:
    """Or nothing would be learned from its refusals."""
    for request in (*PHONES, *TILLS):
        raw = fill(request, doors.values)
        heard = await doors.throw(raw)
        doors.judge(raw, heard)
        assert heard.status in {200, 201, 204, 304, 404}, (request, heard)


@pytest.mark.parametrize("name", READERS)
def test_every_reader_reads_what_it_is_made_for(name: str) -> None:
    for good in READERS[name].good:
        READERS[name].check(good)


def test_everything_is_aimed_at() -> None:
    assert {*READERS, *REQUESTS} == WEIGHTS.keys()


def test_the_same_seed_bends_the_same_way() -> None:
    bent = [[bend(Random(seed), PHONES[0]) for seed in range(50)] for _ in range(2)]  # noqa: S311 - no secrets

    assert bent[0] == bent[1]
    assert len(set(bent[0])) > 40


def test_names_come_back_where_a_finding_is_kept() -> None:
    values = {b"$card": b"card_01k", b"$token": b"2-secret"}

    assert unfill(fill(PHONES[3], values), values) == PHONES[3]


def test_what_a_finding_is_kept_as_has_a_target() -> None:
    assert {throw.target for throw in kept()} <= WEIGHTS.keys()
    assert Path(__file__).parent.joinpath("seeds").is_dir()
