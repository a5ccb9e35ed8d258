"""Posting entries against a model: whatever batches come, the ledger says what the model says."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from wallet_service.amounts import MOST
from wallet_service.loyalty.balances import Posting
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.members import Member
from wallet_service.loyalty.references import Kind, MemberRef
from wallet_service.service import Service


@dataclass
class Model:
    """A ledger in thirty lines: who a reference names, what they have, what was answered under each key."""

    may_go_negative: bool
    names: dict[str, list[str]]
    balances: dict[str, int]
    entries: dict[str, int] = field(default_factory=dict)
    answers: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def post(self, batch: list[Posting]) -> list[str]:
        """What each posting hears."""
        kept, begun = dict(self.answers), set[str]()
        return [self._claim(posting, kept, begun) for posting in batch]

    def _claim(self, posting: Posting, kept: dict[str, tuple[bytes, str]], begun: set[str]) -> str:
        once = posting.once
        if once is None:
            return self._move(posting)
        if once.key in kept:
            return kept[once.key][1] if kept[once.key][0] == once.fingerprint else "idempotency-key-reused"
        if once.key in begun:
            return "idempotency-in-progress"
        begun.add(once.key)
        self.answers[once.key] = once.fingerprint, self._move(posting)
        return self.answers[once.key][1]

    def _move(self, posting: Posting) -> str:
        found = self.names.get(posting.member.value, [])
        if len(found) != 1:
            return "member-ambiguous" if found else "member-not-found"
        (who,) = found
        after = posting.target if posting.target is not None else self.balances[who] + (posting.amount or 0)
        if after < 0 and after < self.balances[who] and not self.may_go_negative:
            return "insufficient-points"
        if abs(after) > MOST:
            return "balance-out-of-range"
        self.balances[who], self.entries[who] = after, self.entries.get(who, 0) + 1
        return str(after)


@dataclass(frozen=True, slots=True)
class Wish:
    """A posting as hypothesis draws it, before there are members."""

    ref: int
    amount: int
    sets: bool
    key: str | None


WISHES = st.builds(
    Wish,
    ref=st.integers(0, 7),
    amount=st.integers(-60, 60) | st.sampled_from([MOST, -MOST]),
    sets=st.booleans(),
    key=st.none() | st.sampled_from(["lunch", "dinner", "snack"]),
)
BATCHES = st.lists(st.lists(WISHES, min_size=1, max_size=8), min_size=1, max_size=6)
NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Scene:
    """Anna, Boris, and twins who share an external id in two programmes; new people for each example."""

    shop: Shop
    number: int
    members: list[Member]
    refs: list[MemberRef]
    model: Model

    def posting(self, wish: Wish) -> Posting:
        """The wish, made to these people."""
        key = wish.key and f"{self.number}/{wish.key}"
        amount, target = (None, wish.amount) if wish.sets else (wish.amount, None)
        return self.shop.posting(self.refs[wish.ref], amount, target=target, key=key)


@pytest.fixture(params=[False, True], ids=["never-negative", "may-go-negative"])
async def shop_and_clubs(service: Service, request: pytest.FixtureRequest) -> tuple[Shop, Programme, bool]:
    """A shop, its second programme, and whether both may go negative."""
    free: bool = request.param
    shop = Shop(service, await open_brand(service, "Model", PASS_TYPE, may_go_negative=free))
    return shop, await shop.another_programme(may_go_negative=free), free


async def people(shop: Shop, other: Programme, *, may_go_negative: bool) -> Scene:
    """A scene for one example."""
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
    return Scene(shop, number, members, [MemberRef(*kind) for kind in kinds], model)


@given(batches=BATCHES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_ledger_is_what_the_model_says(
    shop_and_clubs: tuple[Shop, Programme, bool], batches: list[list[Wish]]
):
    shop, other, free = shop_and_clubs
    scene = await people(shop, other, may_go_negative=free)
    for wishes in batches:
        batch = [scene.posting(wish) for wish in wishes]
        assert await shop.post(*batch) == scene.model.post(batch)
        await shop.prove()
    for member in scene.members:
        ledger = await shop.entries(member)
        assert (await shop.member(member)).balance == scene.model.balances[member.id]
        assert len(ledger) == scene.model.entries.get(member.id, 0)
        running = [entry.balance - entry.amount for entry in ledger]
        assert running == [*(entry.balance for entry in ledger[1:]), *([0] if ledger else [])]
