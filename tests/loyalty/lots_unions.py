"""Two members who turn out to be one person, or two after all, beside the model of lots. PURE, and naive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.loyalty.lots_model import Deed, Lot, No, Purse


@dataclass(slots=True, eq=False)
class Union:
    """A merge, and what came by it."""

    goer: Purse
    stayer: Purse
    debt: Deed | None
    came: list[Lot]
    id: str = ""
    stands: bool = True


def unite(goer: Purse, stayer: Purse, now: datetime) -> Union:
    """All that one has goes over to the other."""
    if any(hold.state == "open" for hold in goer.holds):
        raise No("member-has-holds")
    for purse in (goer, stayer):
        purse.lapse(now)
    owed = max(-goer.balance, 0)
    debt = owe(stayer, owed) if owed else None
    left = leave(goer, goer.lots, owed)
    return Union(goer, stayer, debt, arrive(stayer, left))


def part(union: Union, now: datetime) -> None:
    """What is still there goes back."""
    if not union.stands:
        raise No("merge-already-undone")
    union.stands = False
    goer, stayer = union.goer, union.stayer
    for purse in (goer, stayer):
        purse.lapse(now)
    left = leave(stayer, [lot for came in union.came for lot in came.own() if lot in stayer.lots])
    if union.debt:
        owe(goer, -union.debt.amount)
        stayer.back("merged", union.debt, -union.debt.amount, now)
    arrive(goer, left)


def owe(purse: Purse, amount: int) -> Deed:
    """A debt is taken over."""
    return purse.enter("merged", -amount, purse.take(amount))


def leave(purse: Purse, lots: Sequence[Lot], owed: int = 0) -> list[tuple[Lot, int]]:
    """What is left of these lots is not this member's any more."""
    left = [(lot, lot.left) for lot in lots if lot.left]
    for lot, _ in left:
        lot.left = 0
    if left or owed:
        purse.enter("merged", owed - sum(points for lot, points in left if not lot.begins))
    return left


def arrive(purse: Purse, left: Sequence[tuple[Lot, int]]) -> list[Lot]:
    """It is this one's, as lots with the same ends; those that expire first are the first."""
    came = []
    for lot, points in sorted(left, key=lambda each: each[0].ends):
        came.append(Lot(points if lot.begins else purse.grown(points), lot.ends, lot.begins))
        lot.became.append(came[-1])
        purse.lots.append(came[-1])
        purse.enter("merged", 0 if lot.begins else points, lot=came[-1])
    return came
