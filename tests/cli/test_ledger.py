"""`wallet-service ledger prove` as an operator types it."""

import asyncio
from io import StringIO

import orjson
import pytest
from rich.console import Console
from sqlalchemy import text

from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS, OTHER_PASS_TYPE, PASS_TYPE, open_brand
from tests.processes import run, spelled
from wallet_service.cli.ledger_progress import Board, Look, progress_line, shown
from wallet_service.cli.progress import EVERY, Lines
from wallet_service.loyalty.people.members import Member
from wallet_service.service import Service

SPOIL = text("UPDATE member SET balance = balance + 1 WHERE id = :member")


@pytest.fixture
async def shops(service: Service) -> tuple[Shop, Shop]:
    """Two brands."""
    return (
        Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE)),
        Shop(service, await open_brand(service, "Coffee Corner", OTHER_PASS_TYPE)),
    )


@pytest.fixture
async def people(shops: tuple[Shop, Shop]) -> tuple[Member, Member]:
    """Anna at the one, Boris at the other, with points."""
    burgers, coffee = shops
    anna, boris = await burgers.enrol(**ANNA), await coffee.enrol(**BORIS)
    for amount in (10, -4):
        await burgers.give(anna, amount)
    await coffee.give(boris, 7)
    return anna, boris


async def test_all_members_of_all_brands_are_proven(shops: tuple[Shop, Shop], people: tuple[Member, Member]):
    ended = await run("ledger", "prove", **spelled(shops[0].service.settings))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{len(people)} members, 3 entries: every balance follows from its entries; ")


async def test_whoever_is_broken_is_named(shops: tuple[Shop, Shop], people: tuple[Member, Member]):
    (burgers, coffee), (anna, boris) = shops, people
    async with coffee.database.begin() as tx:
        await tx.run(SPOIL, {"member": boris.id})
    env, only_anna = spelled(burgers.service.settings), ("--brand", burgers.brand.id, "--member", "external:BH-1")
    all_of_them, of_one, as_json, of_anna = await asyncio.gather(
        run("ledger", "prove", **env),
        run("ledger", "prove", "--brand", burgers.brand.id, **env),
        run("ledger", "prove", "--json", **env),
        run("ledger", "prove", "--json", *only_anna, **env),
    )
    newest = (await coffee.entries(boris))[0].id
    complaint, closing = all_of_them.out.splitlines()
    assert complaint == f"{boris.id} is broken at entry {newest}: a balance of 8 is kept, but it leaves 7."
    assert (all_of_them.code, closing.startswith("2 members, 3 entries: 1 broken; ")) == (1, True)
    assert (of_one.code, of_one.out.startswith("1 member, 2 entries: every")) == (0, True)
    found = orjson.loads(as_json.out)
    assert (as_json.code, [each["member"] for each in found["broken"]]) == (1, [boris.id])
    assert (of_anna.code, orjson.loads(of_anna.out)["entries"], anna.id in of_anna.out) == (0, 2, False)


async def test_a_member_is_looked_for_in_a_brand(service: Service):
    ended = await run("ledger", "prove", "--member", "external:BH-1", **spelled(service.settings))
    assert (ended.code, "needs --brand" in ended.complaint) == (2, True)


def test_the_members_done_say_how_long_it_still_takes():
    assert progress_line(Look(members=500, entries=8_000, expected=2_000, seconds=4.0)) == (
        "500 of 2,000 members, 2,000 entries/s, 0:00:12 left"
    )
    assert progress_line(Look(3, 9, 2, 1.0)).endswith("0:00:00 left")
    assert progress_line(Look(0, 0, 2, 1.0)) == "0 members"


def test_elsewhere_than_on_a_terminal_a_line_is_printed_now_and_then():
    out = StringIO()
    lines = Lines(Console(file=out, width=200))
    for seconds in (0.1, EVERY, EVERY + 0.1, 2 * EVERY):
        lines.show(Look(1, 1, 2, seconds))
    assert len(out.getvalue().splitlines()) == 2


@pytest.mark.parametrize("terminal", [True, False])
def test_a_proof_is_shown_on_a_terminal_by_a_bar(terminal: bool):
    out = StringIO()
    with shown(2, Console(file=out, width=200, force_terminal=terminal)) as board:
        board.tell(1, 5)
    assert isinstance(board, Board)
    assert ("1 of 2 members" in out.getvalue()) == terminal
