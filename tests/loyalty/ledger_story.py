"""Stories for a ledger: people, and what is done to their points, one deed after the other or two at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import count

from hypothesis import strategies as st
from sqlalchemy import text

from tests.loyalty.ledger_model import Model, at_once
from tests.loyalty.shop import Shop, say
from wallet_service.amounts import MOST
from wallet_service.database.postgres import DatabaseUnavailable
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.ledger.balances import Posting, post_entries
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import Kind, MemberRef

CUT_THE_LINE = text("SELECT pg_terminate_backend(pg_backend_pid())")
NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Wish:
    """A posting as hypothesis draws it, before there are members."""

    ref: int
    amount: int
    sets: bool
    key: str | None


class Deed(Enum):
    """What is done with a batch."""

    POST = "post it"
    TOGETHER = "post it and another at the same moment"
    BACKWARDS = "post everything of the last deed again, in reverse"
    KILLED = "post it, and lose the connection before the commit"


@dataclass(frozen=True, slots=True)
class Step:
    """One deed of a story."""

    deed: Deed
    wishes: list[Wish]
    others: list[Wish]


WISHES = st.builds(
    Wish,
    ref=st.integers(0, 7),
    amount=st.integers(-60, 60) | st.sampled_from([MOST, -MOST]),
    sets=st.booleans(),
    key=st.none() | st.sampled_from(["lunch", "dinner", "snack"]),
)
BATCHES = st.lists(WISHES, min_size=1, max_size=8)
STORIES = st.lists(st.builds(Step, st.sampled_from(Deed), BATCHES, BATCHES), min_size=1, max_size=6)


@dataclass(slots=True)
class Scene:
    """Anna, Boris, and twins who share an external id in two programmes; new people for each story."""

    shop: Shop
    number: int
    members: list[Member]
    refs: list[MemberRef]
    models: list[Model]
    """Every state that explains all that was heard: of two who set a balance at once, the later one is not known."""
    last: list[Posting] = field(default_factory=list)

    def postings(self, wishes: list[Wish]) -> list[Posting]:
        """The wishes, made to these people."""
        return [self._posting(wish) for wish in wishes]

    def _posting(self, wish: Wish) -> Posting:
        key = wish.key and f"{self.number}/{wish.key}"
        amount, target = (None, wish.amount) if wish.sets else (wish.amount, None)
        return self.shop.posting(self.refs[wish.ref], amount, target=target, key=key)

    async def act(self, step: Step) -> None:
        """Do the deed, in the ledger and in the model."""
        one, other = self.postings(step.wishes), self.postings(step.others)
        await ACTS[step.deed](self, one, other)
        self.last = one

    async def post(self, batch: list[Posting], _other: list[Posting]) -> None:
        """Both must hear the same."""
        heard = await self.shop.post(*batch)
        self._believe((model for model in map(Model.copy, self.models) if model.post(batch) == heard), heard)

    async def backwards(self, _one: list[Posting], _other: list[Posting]) -> None:
        """Keys repeat their answer in whatever order they come; what has none is done once more."""
        await self.post(self.last[::-1], [])

    async def together(self, one: list[Posting], other: list[Posting]) -> None:
        """What was heard must be one of the things that could be."""
        heard = tuple(await asyncio.gather(self.shop.post(*one), self.shop.post(*other)))
        could_be = (outcome for model in self.models for outcome in at_once(model, one, other))
        self._believe((after for said, answered, after in could_be if (said, answered) == heard), heard)

    def _believe(self, models: Iterable[Model], heard: object) -> None:
        """Go on with these models, each of which explains what was heard."""
        self.models = []
        for model in models:
            if model not in self.models:
                self.models.append(model)
        assert self.models, heard

    async def killed(self, batch: list[Posting], _other: list[Posting]) -> None:
        """Nothing has happened."""
        try:
            async with self.shop.database.begin() as tx:
                await post_entries(tx, batch, say)
                await tx.all(CUT_THE_LINE)
        except DatabaseUnavailable:
            return
        raise AssertionError("the connection was cut, and nobody noticed")

    async def compare(self) -> None:
        """Balances and ledgers are a model's, and each ledger sums up."""
        balances, entries = dict[str, int](), dict[str, int]()
        for member in self.members:
            ledger = await self.shop.entries(member)
            balances[member.id] = (await self.shop.member(member)).balance
            running = [entry.balance - entry.amount for entry in ledger]
            assert running == [*(entry.balance for entry in ledger[1:]), *([0] if ledger else [])]
            assert balances[member.id] == (ledger[0].balance if ledger else 0)
            entries |= {member.id: len(ledger)} if ledger else {}
        assert (balances, entries) in [(model.balances, model.entries) for model in self.models]


ACTS: Mapping[Deed, Callable[[Scene, list[Posting], list[Posting]], Awaitable[None]]] = {
    Deed.POST: Scene.post,
    Deed.TOGETHER: Scene.together,
    Deed.BACKWARDS: Scene.backwards,
    Deed.KILLED: Scene.killed,
}


async def people(shop: Shop, other: Programme, *, may_go_negative: bool) -> Scene:
    """A scene for one story."""
    number = next(NUMBERS)
    a, b, t, phone = f"A{number}", f"B{number}", f"T{number}", f"+49151{number:08}"
    anna, boris = await shop.enrol(external_id=a, phone=phone), await shop.enrol(other, external_id=b)
    twins = [await shop.enrol(external_id=t), await shop.enrol(other, external_id=t)]
    kinds: list[tuple[Kind, str]] = [("id", anna.id), ("external", a), ("phone", phone), ("id", boris.id)]
    kinds += [("external", b), ("external", t), ("id", twins[0].id), ("external", "nobody")]
    names = {anna.id: [anna.id], a: [anna.id], phone: [anna.id], boris.id: [boris.id], b: [boris.id]}
    names |= {t: [twin.id for twin in twins], twins[0].id: [twins[0].id]}
    members = [anna, boris, *twins]
    model = Model(may_go_negative, names, {member.id: 0 for member in members})
    return Scene(shop, number, members, [MemberRef(*kind) for kind in kinds], [model])


async def tell(shop: Shop, other: Programme, story: list[Step], *, may_go_negative: bool) -> None:
    """Tell one story; fails where the ledger and the model part."""
    scene = await people(shop, other, may_go_negative=may_go_negative)
    for step in story:
        await scene.act(step)
    await scene.compare()
