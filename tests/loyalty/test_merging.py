"""What goes over from one account to another; accounts and decisions alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.rules.standing import Done, Standing
from wallet_service.loyalty.unions.merging import (
    LivingLot,
    MemberMerged,
    MergeAcrossProgrammes,
    MergeWithItself,
    Party,
    arrive,
    join,
    leave,
    require_mergeable,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)

LOTS = st.lists(st.tuples(st.integers(1, 100), st.booleans(), st.none() | st.integers(1, 5)), max_size=5)
"""How many points, whether they are promised, and for how many days."""


def party(member: str, programme: str = "prog_1", merged_into: str | None = None) -> Party:
    """Somebody."""
    return Party(member, programme, merged_into)


def account(member: str, balance: int, *lots: LivingLot) -> Account:
    """Party's, with numbers for ten entries."""
    opened = Account("brand_1", member, Points(balance), may_go_negative=True)
    opened.read([Lot(lot.id, lot.left, lot.expires_at) for lot in lots if not lot.activates_at])
    for number in range(100, 110):
        opened.add_number(number)
    return opened


def living(number: int, left: int, *, promised: bool = False, days: int | None = None) -> LivingLot:
    """A lot for so many days."""
    return LivingLot(
        number, Points(left), NOON + DAY if promised else None, None if days is None else NOON + days * DAY, "manual"
    )


@pytest.mark.parametrize(
    ("survivor", "absorbed", "refusal"),
    [
        (party("mem_a"), party("mem_a"), MergeWithItself),
        (party("mem_a"), party("mem_b", merged_into="mem_c"), MemberMerged),
        (party("mem_a", merged_into="mem_c"), party("mem_b"), MemberMerged),
        (party("mem_a"), party("mem_b", "prog_2"), MergeAcrossProgrammes),
    ],
)
def test_two_who_cannot_be_one_are_refused(survivor: Party, absorbed: Party, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        require_mergeable(survivor, absorbed)


def test_two_of_a_programme_can_be_one() -> None:
    require_mergeable(party("mem_a"), party("mem_b"))


def test_who_has_nothing_leaves_nothing_behind() -> None:
    boris = account("mem_b", 0)
    leave(boris, [], NOON, "mrg_1")
    assert boris.entries == []


def test_a_debt_leaves_and_the_lots_of_others_are_as_they_were() -> None:
    boris = account("mem_b", -30)
    leave(boris, [], NOON, "mrg_1", owed=30)
    (entry,) = boris.entries
    assert (entry.kind, entry.amount, entry.balance, list(entry.moves)) == (Kind.MERGED, 30, 0, [])


def test_what_expires_first_pays_a_debt_of_the_survivor_first() -> None:
    anna = account("mem_a", -25)
    assert arrive(anna, [living(1, 20), living(2, 20, days=1)], NOON, "mrg_1") == [(2, 100), (1, 101)]
    assert {lot.id: lot.left for lot in anna.lots.values()} == {100: 0, 101: 15}


@given(st.integers(-50, 50), LOTS)
def test_as_many_points_arrive_as_have_left(balance: int, drawn: list[tuple[int, bool, int | None]]) -> None:
    lots = [living(n, left, promised=promised, days=days) for n, (left, promised, days) in enumerate(drawn, 1)]
    counting = sum(lot.left for lot in lots if not lot.activates_at)
    boris = account("mem_b", counting, *lots)
    anna = account("mem_a", balance, *([living(90, balance)] if balance > 0 else []))

    leave(boris, lots, NOON, "mrg_1")
    pairs = dict(arrive(anna, lots, NOON, "mrg_1"))

    assert (boris.balance, anna.balance) == (0, balance + counting)
    assert all(lot.left == 0 for lot in boris.lots.values())
    new = {each.id: each for each in anna.new}
    for lot in lots:
        came = new[pairs[lot.id]]
        assert (came.amount, came.activates_at, came.expires_at, came.origin) == (
            lot.left,
            lot.activates_at,
            lot.expires_at,
            lot.origin,
        )


@pytest.mark.parametrize(
    ("stays", "goes", "kept"),
    [
        (("", None), ("silver", date(2027, 1, 1)), ("silver", date(2027, 1, 1))),
        (("silver", date(2027, 6, 1)), ("gold", date(2027, 1, 1)), ("gold", date(2027, 1, 1))),
        (("gold", date(2027, 1, 1)), ("silver", None), ("gold", date(2027, 1, 1))),
        (("gold", date(2027, 1, 1)), ("gold", date(2027, 6, 1)), ("gold", date(2027, 6, 1))),
        (("gold", None), ("gold", date(2027, 6, 1)), ("gold", None)),
        (("silver", date(2027, 1, 1)), ("of-old", None), ("silver", date(2027, 1, 1))),
    ],
    ids=["none", "lower", "higher", "shorter", "endless", "forgotten"],
)
def test_the_higher_tier_wins_and_of_equal_ones_the_one_that_lasts_longer(
    stays: tuple[str, date | None], goes: tuple[str, date | None], kept: tuple[str, date | None]
) -> None:
    one, other = (Standing(tier, date(2026, 1, 1), until) for tier, until in (stays, goes))
    join(one, other, ["silver", "gold"])
    assert (one.tier, one.tier_until) == kept


def test_what_mechanics_gave_to_both_is_counted_together_and_the_newest_occasion_is_kept() -> None:
    one = Standing(done={"both": Done(3, 10, 2, "pur_2"), "own": Done(1, 1, 1, "a"), "same": Done(1, 10, 1, "pur_1")})
    other = Standing(
        done={"both": Done(4, 9, 4, "pur_1"), "theirs": Done(2, 1, 2, "b"), "same": Done(2, 10, 2, "pur_3")}
    )
    join(one, other, [])
    assert one.done == {
        "both": Done(7, 10, 2, "pur_2"),
        "own": Done(1, 1, 1, "a"),
        "same": Done(3, 10, 3, "pur_3"),
        "theirs": Done(2, 1, 2, "b"),
    }
