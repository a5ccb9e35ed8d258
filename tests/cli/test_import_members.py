"""`wallet-service import members`: people out of a file, each enrolled once however often the file is sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.moving import Mover
from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS, PASS_TYPE, open_brand
from wallet_service.cli.import_members import import_of_members
from wallet_service.cli.import_progress import Tally
from wallet_service.loyalty.people.members import Member, list_members
from wallet_service.service import Service
from wallet_service.web.api.importing import BATCH


@pytest.fixture
async def mover(service: Service, tmp_path: Path) -> Mover:
    """Somebody who moves to Burger Heroes."""
    return Mover(Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE)), tmp_path)


async def bring(mover: Mover, *lines: Any) -> Tally:
    """Import these members."""
    return await mover.bring(import_of_members(mover.shop.brand.id), lines)


async def refused(mover: Mover, *lines: Any) -> list[Any]:
    """The problems of the lines that are refused."""
    results = mover.folder / "results"
    await mover.bring(import_of_members(mover.shop.brand.id), lines, results=results)
    return [json.loads(line)["result"] for line in results.read_text().splitlines()]


async def members(mover: Mover) -> list[Member]:
    """Everybody, in the order in which they are listed."""
    async with mover.shop.database.read() as tx:
        return await list_members(tx, mover.shop.brand.id, None, 10_000)


async def test_a_file_of_members_is_enrolled_in_its_order(mover: Mover):
    ended = await mover.type("members", [ANNA, BORIS])

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("2 lines: 2 enrolled, 0 there already, 0 refused; ")
    anna, boris = await members(mover)
    assert (anna.name, anna.external_id, anna.phone, anna.language) == tuple(ANNA.values())
    assert (boris.name, boris.balance, boris.time_zone) == ("Boris Keller", 0, "UTC")


async def test_killed_half_way_and_run_again_it_enrols_nobody_twice(mover: Mover):
    lines = [{"external_id": f"BH-{n}", "name": f"Anna {n}"} for n in range(BATCH + 2)]
    obstacle = f"""
        INSERT INTO member (id, brand_id, programme_id, external_id, name, language, time_zone, created_at, updated_at)
        VALUES ('mem_1', '{mover.shop.brand.id}', '{mover.shop.brand.programme}', 'BH-{BATCH}', '', 'en', 'UTC', now(), now())
        RETURNING id
    """  # noqa: S608 - ids of this test

    await mover.type_and_kill("members", lines, obstacle)
    assert len(await members(mover)) == BATCH
    ended = await mover.type("members", lines)

    assert ended.out.startswith(f"1,002 lines: 2 enrolled, {BATCH:,} there already, 0 refused; ")
    assert [member.external_id for member in await members(mover)] == [line["external_id"] for line in lines]


@pytest.mark.parametrize(
    "again",
    [ANNA, ANNA | {"phone": "+7 (916) 123-45-67", "language": "RU"}, {"phone": ANNA["phone"]}, {"external_id": "BH-1"}],
)
async def test_whoever_is_there_as_the_line_has_them_is_no_mistake(mover: Mover, again: dict[str, str]):
    assert await bring(mover, ANNA, again, BORIS) == Tally(written=2, replayed=1)
    assert await bring(mover, again) == Tally(replayed=1)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (ANNA | {"name": "Anna Karenina"}, "phone"),
        ({"external_id": "BH-1", "email": "anna@example.com"}, "external_id"),
        ({"external_id": "BH-3", "phone": ANNA["phone"]}, "phone"),
    ],
)
async def test_whoever_is_there_as_somebody_else_is_refused_as_over_rest(
    mover: Mover, other: dict[str, str], field: str
):
    await bring(mover, ANNA)
    (anna,) = await members(mover)

    (problem,) = await refused(mover, other)

    assert (problem["code"], problem["field"], problem["member"]) == ("member-exists", field, anna.id)
    assert await members(mover) == [anna]


async def test_of_two_who_share_a_phone_in_one_file_the_first_is_enrolled(mover: Mover):
    (problem,) = await refused(mover, ANNA, BORIS | {"phone": ANNA["phone"]})

    (anna,) = await members(mover)
    assert (anna.name, problem["member"]) == ("Anna Petrova", anna.id)


async def test_lines_that_cannot_be_are_refused_alone(mover: Mover):
    bad = {
        "member-unnamed": {"name": "Nobody", "external_id": None},
        "phone-invalid": {"phone": "12"},
        "language-unknown": {"external_id": "1", "language": "klingon"},
        "time-zone-unknown": {"external_id": "1", "time_zone": "Mars/Olympus"},
        "programme-not-found": {"external_id": "1", "programme": "prog_nobody"},
        "invalid-request": {"external_id": "1", "balance": 5},
        "line-too-long": {"external_id": "1", "name": "x" * 20_000},
    }

    problems = await refused(mover, ANNA, *bad.values(), BORIS)

    assert [problem["code"] for problem in problems] == list(bad)
    assert [member.name for member in await members(mover)] == ["Anna Petrova", "Boris Keller"]


async def test_exit_code_and_stderr_tell_of_refused_lines(mover: Mover):
    ended = await mover.type("members", [ANNA, {"name": "Nobody"}])

    assert ended.code == 1
    assert ended.complaint == (
        "line 2: This member could not be known again. It has neither external_id nor phone. Give it one of the two."
    )
    assert ended.out.startswith("2 lines: 1 enrolled, 0 there already, 1 refused; ")


async def test_a_line_may_name_its_programme(mover: Mover):
    other = await mover.shop.another_programme()
    lines = [ANNA | {"programme": programme} for programme in (mover.shop.brand.programme, other.id)]

    assert await bring(mover, *lines) == Tally(written=2)
    assert {member.programme_id for member in await members(mover)} == {mover.shop.brand.programme, other.id}
    (problem,) = await refused(mover, ANNA)
    assert "several programmes" in problem["detail"]
