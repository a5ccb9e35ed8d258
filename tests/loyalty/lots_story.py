"""Stories about lots: points granted, promised, spent, held and undone, while the hours pass and drains come by."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar

from sqlalchemy import text

from tests.loyalty.lot_days import HOUR, LotShop, drained
from tests.loyalty.lots_acts import Act, Close, Keep, Pass, Post, Undo, Wish
from tests.loyalty.lots_model import NEVER, Deed, No, Purse
from tests.loyalty.shop import heard
from wallet_service.amounts import Points
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.balances import Posting, post_entries
from wallet_service.loyalty.brands import Programme, find_programme
from wallet_service.loyalty.entry import Entry
from wallet_service.loyalty.holds import CaptureTooLarge, Hold, HoldsExpiring, capture_hold, open_hold, release_hold
from wallet_service.loyalty.members import Member, Newcomer, enrol_members
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.proving import prove_member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.reversals import Reversal, reverse

TICKS = count(1)

ENTRIES = text("""
SELECT member_id, kind, amount, balance_after FROM ledger_entry WHERE member_id = ANY(CAST(:members AS text[])) ORDER BY id
""")
LOTS = text("""
SELECT member_id, remaining, activates_at, expires_at, state FROM bonus_lot
WHERE member_id = ANY(CAST(:members AS text[])) AND state <> 'closed'
""")


Told = TypeVar("Told")


def told(act: Callable[[], Told]) -> Told | str:
    """What the model says to it."""
    try:
        return act()
    except No as no:
        return str(no)


def say(outcome: Entry | WalletServiceError) -> Reply:
    """The number of the entry and the balance after it, or the name of the refusal."""
    return Reply(201, (f"{outcome.id} {outcome.balance}" if isinstance(outcome, Entry) else outcome.slug).encode())


@dataclass(slots=True)
class Scene:
    """Two who may owe nothing, and two who may; new people for each story."""

    shop: LotShop
    members: list[Member]
    purses: list[Purse]

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return self.shop.clock.now()

    async def act(self, act: Act) -> None:
        """Do it, in the ledger and in the model."""
        match act:
            case Post():
                await self.post(act.wishes)
            case Pass():
                await self.let_pass(act)
            case Keep():
                await self.keep(act)
            case Close():
                await self.close(act)
            case Undo():
                await self.undo(act)

    async def post(self, wishes: Sequence[Wish]) -> None:
        """Both must hear the same."""
        async with self.shop.database.begin() as tx:
            answers = heard(await post_entries(tx, [self._posting(wish) for wish in wishes], say))
        for wish, answer in zip(wishes, answers, strict=True):
            begins, ends = self._moments(wish)
            post = partial(self.purses[wish.who].post, wish.amount, self.now, sets=wish.sets, begins=begins, ends=ends)
            deed = told(post)
            number, _, balance = answer.partition(" ")
            assert (balance or answer) == (str(deed.balance) if isinstance(deed, Deed) else deed), wish
            if isinstance(deed, Deed):
                deed.id = int(number)

    def _posting(self, wish: Wish) -> Posting:
        begins, ends = self._moments(wish)
        amount, target = (None, wish.amount) if wish.sets else (wish.amount, None)
        posting = self.shop.posting(self.members[wish.who], amount, target=target)
        return replace(posting, activates_at=begins, expires_at=ends)

    def _moments(self, wish: Wish) -> tuple[datetime | None, datetime | None]:
        begins, ends = (None if hours is None else self.now + hours * HOUR for hours in (wish.delay, wish.life))
        return begins, ends

    async def let_pass(self, act: Pass) -> None:
        """Time passes for all; what has come due is done, or not yet."""
        self.shop.clock.forward(act.hours * HOUR)
        database = self.shop.database
        if act.activating:
            await self.shop.activate_all()
        if act.lapsing:
            await self.shop.lapse_all()
        if act.expiring:
            await drained(HoldsExpiring(database))
        for purse in self.purses:
            if act.activating:
                purse.activate(self.now)
            if act.lapsing:
                purse.lapse(self.now)
            if act.expiring:
                purse.time_out(self.now)

    async def keep(self, act: Keep) -> None:
        """Nothing has happened where it is refused."""
        purse, before = self.purses[act.who], deepcopy(self.purses[act.who])
        life = act.life * HOUR + next(TICKS) * timedelta(microseconds=1)  # so that no two end at the same moment
        try:
            async with self.shop.database.begin() as tx:
                held: Hold | str = await open_hold(tx, self.shop.posting(self.members[act.who], -act.amount), life)
        except WalletServiceError as refusal:
            held = refusal.slug
        hold = told(lambda: purse.hold(act.amount, self.now, self.now + life))
        if isinstance(held, str) or isinstance(hold, str):
            assert held == hold, act
            self.purses[act.who] = before
            return
        assert (held.balance, held.taken.amount) == (purse.balance, -act.amount)
        hold.id, hold.deed.id = held.id, held.taken.id

    async def close(self, act: Close) -> None:
        """The hold says what became of it."""
        purse = self.purses[act.who]
        if not purse.holds:
            return
        hold = purse.holds[act.which % len(purse.holds)]
        heard = await self._close(hold.id, act.amount)
        state, kept = ("released", 0) if act.amount is None else ("captured", act.amount or None)
        assert heard == purse.close(hold, state, kept, self.now), act

    async def _close(self, hold: str, amount: int | None) -> str:
        brand = self.shop.brand.id
        async with self.shop.database.begin() as tx:
            try:
                if amount is None:
                    closed = await release_hold(tx, brand, hold)
                else:
                    closed = await capture_hold(tx, brand, hold, Points(amount) if amount else None)
            except CaptureTooLarge as refusal:
                return refusal.slug
        return str(closed.balance) if isinstance(closed, Hold) else closed.slug

    async def undo(self, act: Undo) -> None:
        """Nothing has happened where it is refused."""
        purse, before = self.purses[act.who], deepcopy(self.purses[act.who])
        known = [deed for deed in purse.deeds if deed.id]
        if not known:
            return
        deed = known[act.which % len(known)]
        wanted = None if act.amount is None else Points(act.amount)
        wish = Reversal(self.shop.brand.id, MemberRef("id", self.members[act.who].id), deed.id, wanted)
        try:
            async with self.shop.database.begin() as tx:
                done: Entry | str = await reverse(tx, wish)
        except WalletServiceError as refusal:
            done = refusal.slug
        undone = told(lambda: purse.reverse(deed, act.amount, self.now))
        if isinstance(done, str) or isinstance(undone, str):
            assert done == undone, (act, deed)
            self.purses[act.who] = before
            return
        assert (done.amount, done.balance) == (undone.amount, undone.balance), (act, deed)
        undone.id = done.id

    async def compare(self) -> None:
        """Every entry and every lot is the model's, and all of it is proven."""
        ids = [member.id for member in self.members]
        async with self.shop.database.read() as tx:
            entries = await tx.all(ENTRIES, {"members": ids})
            lots = await tx.all(LOTS, {"members": ids})
        for who, purse in zip(ids, self.purses, strict=True):
            found = [(row.kind, row.amount, row.balance_after) for row in entries if row.member_id == who]
            assert found == [(deed.kind, deed.amount, deed.balance) for deed in purse.deeds]
            left = [
                (row.remaining, row.expires_at or NEVER, row.activates_at if row.state == "pending" else None)
                for row in lots
                if row.member_id == who
            ]
            assert sorted(left, key=str) == sorted(
                [(lot.left, lot.ends, lot.begins) for lot in purse.lots if lot.left], key=str
            )
        for who in ids:
            proof = await prove_member(self.shop.database, self.shop.brand.id, MemberRef("id", who))
            assert proof.broken is None, proof.broken


async def tell(shop: LotShop, free: Programme, story: Sequence[Act]) -> None:
    """Tell one story; fails where the ledger and the model part."""
    async with shop.database.begin() as tx:
        strict = await find_programme(tx, shop.brand.id, shop.brand.programme)
        joined = await enrol_members(tx, [Newcomer(programme, {}) for programme in (strict, strict, free, free)])
    members = [member for member in joined if isinstance(member, Member)]
    scene = Scene(shop, members, [Purse(free=False), Purse(free=False), Purse(free=True), Purse(free=True)])
    for act in story:
        await scene.act(act)
    await scene.compare()
