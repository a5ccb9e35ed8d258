"""Stories about lots: points granted, promised, spent, held and undone, while the hours pass and drains come by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar

from tests.loyalty.lot_days import HOUR, LotShop, drained
from tests.loyalty.lots_acts import Act, Close, Keep, Part, Pass, Post, Undo, Unite, Wish
from tests.loyalty.lots_compared import compare
from tests.loyalty.lots_model import Deed, No, Purse
from tests.loyalty.lots_unions import Union, part, unite
from tests.loyalty.shop import heard
from wallet_service.amounts import Points
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.brands import Programme, find_programme
from wallet_service.loyalty.ledger.balances import Posting, post_entries
from wallet_service.loyalty.ledger.entry import Entry
from wallet_service.loyalty.ledger.holds import (
    CaptureTooLarge,
    Hold,
    HoldsExpiring,
    capture_hold,
    open_hold,
    release_hold,
)
from wallet_service.loyalty.ledger.reversals import Reversal, reverse
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import Member, Newcomer, enrol_members
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.unions.merges import merge_members, undo_merge

TICKS = count(1)
RULEBOOKS = Rulebooks()

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
    """Two who may owe nothing, and three who may; new people for each story."""

    shop: LotShop
    members: list[Member]
    purses: list[Purse]
    unions: list[Union] = field(default_factory=list)

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
            case Unite():
                await self.unite(act)
            case Part():
                await self.part(act)

    def purse(self, who: int) -> Purse:
        """Where the points of somebody are by now."""
        purse = self.purses[who]
        while standing := [union for union in self.unions if union.stands and union.goer is purse]:
            purse = standing[0].stayer
        return purse

    async def post(self, wishes: Sequence[Wish]) -> None:
        """Both must hear the same."""
        async with self.shop.database.begin() as tx:
            answers = heard(await post_entries(tx, [self._posting(wish) for wish in wishes], say))
        for wish, answer in zip(wishes, answers, strict=True):
            begins, ends = self._moments(wish)
            post = partial(self.purse(wish.who).post, wish.amount, self.now, sets=wish.sets, begins=begins, ends=ends)
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
        life = act.life * HOUR + next(TICKS) * timedelta(microseconds=1)  # so that no two end at the same moment
        try:
            async with self.shop.database.begin() as tx:
                held: Hold | str = await open_hold(tx, self.shop.posting(self.members[act.who], -act.amount), life)
        except WalletServiceError as refusal:
            held = refusal.slug
        purse = self.purse(act.who)
        hold = told(lambda: purse.hold(act.amount, self.now, self.now + life))
        if isinstance(held, str) or isinstance(hold, str):
            assert held == hold, act
            return
        assert (held.balance, held.taken.amount) == (purse.balance, -act.amount)
        hold.id, hold.deed.id = held.id, held.taken.id

    async def close(self, act: Close) -> None:
        """The hold says what became of it."""
        known = [(purse, hold) for purse in self.purses for hold in purse.holds]
        if not known:
            return
        purse, hold = known[act.which % len(known)]
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
        known = [(who, deed) for who, purse in enumerate(self.purses) for deed in purse.deeds if deed.id]
        if not known:
            return
        kinds = sorted({deed.kind for _, deed in known})
        some = [each for each in known if each[1].kind == kinds[act.which % len(kinds)]]
        some.sort(key=lambda each: (self.purses[each[0]].is_held(each[1]), self.purse(each[0]) is self.purses[each[0]]))
        who, deed = some[act.which % len(some)]
        wanted = None if act.amount is None else Points(act.amount)
        wish = Reversal(self.shop.brand.id, MemberRef("id", self.members[who].id), deed.id, wanted)
        try:
            async with self.shop.database.begin() as tx:
                done: Entry | str = await reverse(tx, wish)
        except WalletServiceError as refusal:
            done = refusal.slug
        undone = told(lambda: self.purse(who).reverse(deed, act.amount, self.now))
        if isinstance(done, str) or isinstance(undone, str):
            assert done == undone, (act, deed)
            return
        assert (done.amount, done.balance) == (undone.amount, undone.balance), (act, deed)
        undone.id = done.id

    async def unite(self, act: Unite) -> None:
        """Only whom nobody else has become, and who is in the same programme."""
        goer, stayer = (MemberRef("id", self.members[who].id) for who in (act.who, act.into))
        try:
            async with self.shop.database.begin() as tx:
                merged = (await merge_members(tx, RULEBOOKS, self.shop.brand.id, stayer, goer)).id
        except WalletServiceError as refusal:
            merged = refusal.slug
        union = told(lambda: self._unite(self.purses[act.who], self.purse(act.into)))
        assert merged == union if isinstance(union, str) else merged.startswith("mrg_"), act
        if isinstance(union, Union):
            union.id = merged
            self.unions.append(union)

    def _unite(self, goer: Purse, stayer: Purse) -> Union:
        if goer is stayer:
            raise No("merge-with-itself")
        if any(union.stands and union.goer is goer for union in self.unions):
            raise No("member-merged")
        if goer.free != stayer.free:
            raise No("merge-across-programmes")
        return unite(goer, stayer, self.now)

    async def part(self, act: Part) -> None:
        """Only those who are one, and not another one by now."""
        if not self.unions:
            return
        union = self.unions[act.which % len(self.unions)]
        try:
            async with self.shop.database.begin() as tx:
                parted = (await undo_merge(tx, RULEBOOKS, self.shop.brand.id, union.id)).id
        except WalletServiceError as refusal:
            parted = refusal.slug
        assert parted == (told(lambda: self._part(union)) or union.id), act

    def _part(self, union: Union) -> None:
        if union.stands and any(each.stands and each.goer is union.stayer for each in self.unions):
            raise No("member-merged")
        part(union, self.now)


async def tell(shop: LotShop, free: Programme, story: Sequence[Act]) -> None:
    """Tell one story; fails where the ledger and the model part."""
    async with shop.database.begin() as tx:
        strict = await find_programme(tx, shop.brand.id, shop.brand.programme)
        joined = await enrol_members(tx, [Newcomer(programme, {}) for programme in [strict] * 2 + [free] * 3])
    members = [member for member in joined if isinstance(member, Member)]
    scene = Scene(shop, members, [Purse(free=free) for free in [False] * 2 + [True] * 3])
    for act in story:
        await scene.act(act)
    await compare(shop, scene.members, scene.purses)
