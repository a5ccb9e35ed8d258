"""`wallet-service import entries`: points out of a file, each line counted once however often the file is sent."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.moving import Mover
from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS, PASS_TYPE, open_brand
from wallet_service.cli.import_entries import KeyMissing, import_of_entries
from wallet_service.cli.import_progress import Tally
from wallet_service.cli.import_run import FIRST, ImportInterrupted, ResultsUnwritable
from wallet_service.database.postgres import DatabaseUnavailable
from wallet_service.loyalty.brands import BrandNotFound
from wallet_service.loyalty.keys import Caller, Scope
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import Member
from wallet_service.service import Service
from wallet_service.web.api.importing import BATCH
from wallet_service.web.api.lanes import Lanes
from wallet_service.web.api.lines import LineReader
from wallet_service.web.api.ndjson import Line
from wallet_service.web.idempotency import KeyInvalid
from wallet_service.web.render import refusal_reply

TO_ANNA = {"member": "external:BH-1", "amount": 1}
TO_BORIS = {"member": "external:BH-2", "amount": 1}


@pytest.fixture
async def mover(service: Service, tmp_path: Path) -> Mover:
    """Somebody who moves to Burger Heroes."""
    return Mover(Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE)), tmp_path)


@pytest.fixture
async def anna(mover: Mover) -> Member:
    """Anna, who has no points yet."""
    return await mover.shop.enrol(**ANNA)


@pytest.fixture
async def boris(mover: Mover) -> Member:
    """Boris, who has none either."""
    return await mover.shop.enrol(**BORIS)


async def balance(mover: Mover, member: Member) -> int:
    """What a member has, which is the sum of their entries."""
    await mover.shop.prove()
    return (await mover.shop.member(member)).balance


async def test_a_file_of_entries_becomes_balances(mover: Mover, anna: Member, boris: Member):
    lines = [TO_ANNA | {"amount": 100, "reason": "Обед"}, TO_BORIS | {"amount": 7}, TO_ANNA | {"amount": -30}]

    ended = await mover.type("entries", lines, "--name", "opening")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("3 lines: 3 written, 0 written before, 0 refused; ")
    assert (await balance(mover, anna), await balance(mover, boris)) == (70, 7)
    assert [entry.reason for entry in await mover.shop.entries(anna)] == [None, "Обед"]


async def test_killed_half_way_and_run_again_it_counts_nothing_twice(mover: Mover, anna: Member, boris: Member):
    lines = [TO_ANNA, TO_BORIS] * BATCH
    lines[-1] = {"member": f"external:{(await mover.shop.enrol(external_id='BH-3')).external_id}", "amount": 1}
    obstacle = "SELECT 1 FROM member WHERE external_id = 'BH-3' FOR UPDATE"

    await mover.type_and_kill("entries", lines, obstacle, "--name", "opening")
    before = await mover.count("ledger_entry")
    ended = await mover.type("entries", lines, "--name", "opening")

    assert before < len(lines)
    assert ended.out.startswith(f"2,000 lines: {len(lines) - before:,} written, {before:,} written before, 0 refused; ")
    assert (await balance(mover, anna), await balance(mover, boris)) == (BATCH, BATCH - 1)
    assert await mover.count("ledger_entry") == len(lines)


async def test_refused_lines_are_named_and_the_others_are_written(mover: Mover, anna: Member):
    lines = [TO_ANNA, {"member": "external:nobody", "amount": 1}, TO_ANNA | {"amount": 0}, TO_ANNA | {"amount": -9}]

    ended = await mover.type("entries", lines, "--name", "opening")

    assert ended.code == 1
    assert sorted(ended.err.splitlines()) == [
        "line 2: There is no such member. No member of this brand has this external id.",
        "line 3: The request is not valid. #/amount: must not be 0",
        "line 4: Not enough points. The balance is 1; this would take 9.",
    ]
    assert ended.out.startswith("4 lines: 1 written, 0 written before, 3 refused; ")
    assert await balance(mover, anna) == 1


async def test_refused_lines_go_to_a_file_as_their_problems(mover: Mover, anna: Member, tmp_path: Path):
    too_long = TO_ANNA | {"reason": "x" * 20_000}
    results = tmp_path / "refused.ndjson"

    tally = await mover.bring(import_of_entries(mover.shop.brand.id, "opening"), [TO_ANNA, too_long], results=results)

    assert tally == Tally(written=1, refused=1)
    (refused,) = map(json.loads, results.read_text().splitlines())
    assert (refused["line"], refused["status"], refused["result"]["code"]) == (2, 413, "line-too-long")


async def test_without_a_file_only_the_first_refused_lines_are_shown(mover: Mover, capsys: pytest.CaptureFixture[str]):
    tally = await mover.bring(import_of_entries(mover.shop.brand.id, "opening"), [TO_ANNA] * (FIRST + 5))

    *shown, last = capsys.readouterr().err.splitlines()
    assert (tally.refused, len(shown)) == (FIRST + 5, FIRST)
    assert last == "… and more. --results FILE keeps all refused lines."


async def test_a_line_that_has_no_key_is_refused_before_anything_is_written(mover: Mover, anna: Member):
    ended = await mover.type("entries", [TO_ANNA | {"key": "1"}, TO_ANNA])

    assert (ended.code, ended.out) == (1, "")
    assert ended.complaint == (
        "A line has no key. Line 2 could be counted twice. "
        "Give every line a key, or the import a --name; keep both when you send it again."
    )
    assert await mover.count("ledger_entry") == 0


@pytest.mark.parametrize("key", [None, ""])
async def test_a_key_of_nothing_is_none(mover: Mover, key: str | None):
    with pytest.raises(KeyMissing, match="Line 1 "):
        await mover.bring(import_of_entries(mover.shop.brand.id), [TO_ANNA | {"key": key}])


async def test_lines_with_keys_of_their_own_need_no_name(mover: Mover, anna: Member):
    lines, kind = [TO_ANNA | {"key": key} for key in "abc"], import_of_entries(mover.shop.brand.id)

    assert await mover.bring(kind, lines) == Tally(written=3)
    assert await mover.bring(kind, lines[::-1]) == Tally(replayed=3)
    assert await balance(mover, anna) == 3


async def test_what_came_over_rest_is_not_counted_again(mover: Mover, anna: Member):
    caller = Caller("key_1", mover.shop.brand.id, frozenset(Scope))
    line = TO_ANNA | {"key": "receipt-1"}
    posting = LineReader(caller, 1000).read(Line(1, json.dumps(line).encode()))
    assert isinstance(posting, Posting)
    await Lanes(mover.shop.database).write([posting])

    assert await mover.bring(import_of_entries(mover.shop.brand.id), [line]) == Tally(replayed=1)
    assert await balance(mover, anna) == 1


async def test_a_line_that_was_edited_since_is_refused(mover: Mover, anna: Member, capsys: pytest.CaptureFixture[str]):
    kind = import_of_entries(mover.shop.brand.id, "opening")
    await mover.bring(kind, [TO_ANNA, TO_ANNA])

    assert await mover.bring(kind, [TO_ANNA, TO_ANNA | {"amount": 2}]) == Tally(replayed=1, refused=1)
    assert "line 2: This Idempotency-Key belongs to another request." in capsys.readouterr().err
    assert await balance(mover, anna) == 2


async def test_a_name_that_can_make_no_key_is_refused_at_once(mover: Mover):
    for name in ("ключ", "x" * 250):
        with pytest.raises(KeyInvalid):
            await mover.bring(import_of_entries(mover.shop.brand.id, name), [TO_ANNA])


async def test_an_import_that_is_told_to_stop_can_be_run_again(mover: Mover, anna: Member):
    kind, lines = import_of_entries(mover.shop.brand.id, "opening"), [TO_ANNA] * (3 * BATCH)

    with pytest.raises(ImportInterrupted, match=f"At line {BATCH}: it was told to stop"):
        await mover.bring(kind, lines, stopped=True)
    before = await mover.count("ledger_entry")

    assert before < len(lines)
    assert await mover.bring(kind, lines) == Tally(written=len(lines) - before, replayed=before)
    assert await balance(mover, anna) == len(lines)


async def test_an_import_ends_where_the_database_goes_away(mover: Mover):
    kind = import_of_entries(mover.shop.brand.id, "opening")
    answer = refusal_reply(DatabaseUnavailable(ConnectionResetError()))

    async def away(postings: Sequence[Posting]) -> Sequence[Reply]:
        return [answer] * len(postings)

    with pytest.raises(ImportInterrupted, match="At line 1: The database did not answer"):
        await mover.bring(replace(kind, writer=lambda _database: away), [TO_ANNA])


async def test_a_brand_that_is_unknown_is_named(mover: Mover):
    with pytest.raises(BrandNotFound):
        await mover.bring(import_of_entries("brand_nobody", "opening"), [TO_ANNA])


async def test_results_go_neither_over_the_import_nor_to_nowhere(mover: Mover, tmp_path: Path):
    kind = import_of_entries(mover.shop.brand.id, "opening")
    for place in (tmp_path / "import.ndjson", tmp_path / "nowhere" / "results", tmp_path):
        with pytest.raises(ResultsUnwritable):
            await mover.bring(kind, [TO_ANNA], results=place)
    assert (tmp_path / "import.ndjson").read_bytes()
