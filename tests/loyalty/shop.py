"""A shop for tests of the business: its members and its till, without HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from tests.people import Brand
from wallet_service.amounts import Points
from wallet_service.cards.faces import Shelf
from wallet_service.cards.issue import Card, find_card, issue_card
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.database.seam import Database, Transaction
from wallet_service.errors import WalletServiceError
from wallet_service.flows import map_flows, settle_by
from wallet_service.loyalty.brands import Programme, create_programme, find_programme
from wallet_service.loyalty.ledger.balances import Posting, post_entries
from wallet_service.loyalty.ledger.entry import Entry
from wallet_service.loyalty.ledger.entry_list import list_entries
from wallet_service.loyalty.ledger.proving import prove_members
from wallet_service.loyalty.once import OnceKey, Reply
from wallet_service.loyalty.people.members import Member, change_member, enrol_member, find_member
from wallet_service.loyalty.references import MemberRef
from wallet_service.service import Service
from wallet_service.settings import PushSettings


async def at_once() -> None:
    """Nothing to wait for."""


def say(outcome: Entry | WalletServiceError) -> Reply:
    """The balance after it, or the name of the refusal."""
    if isinstance(outcome, Entry):
        return Reply(201, str(outcome.balance).encode())
    return Reply(outcome.status, outcome.slug.encode())


def heard(replies: Sequence[Reply]) -> list[str]:
    """What the replies say."""
    return [reply.body.decode() for reply in replies]


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand at a service."""

    service: Service
    brand: Brand

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.service.database

    async def enrol(self, programme: Programme | None = None, /, **wishes: str) -> Member:
        """A new member."""
        async with self.database.begin() as tx:
            joined = programme or await find_programme(tx, self.brand.id, self.brand.programme)
            return await enrol_member(tx, joined, wishes)

    async def another_programme(self, *, may_go_negative: bool = False) -> Programme:
        """A second programme of the brand, with the same cards."""
        async with self.database.begin() as tx:
            first = await find_programme(tx, self.brand.id, self.brand.programme)
            return await create_programme(
                tx,
                self.brand.id,
                name="Another Club",
                pass_type=first.pass_type,
                template_version_id=first.template_version_id,
                may_go_negative=may_go_negative,
            )

    async def change(self, member: Member, **wishes: str | None) -> Member:
        """Change a member."""
        async with self.database.begin() as tx:
            return await change_member(tx, member, wishes)

    async def member(self, member: Member) -> Member:
        """The member as they are now."""
        async with self.database.read() as tx:
            return await find_member(tx, self.brand.id, MemberRef("id", member.id))

    async def entries(self, member: Member) -> Sequence[Entry]:
        """The member's ledger, newest first."""
        async with self.database.read() as tx:
            return await list_entries(tx, member, None, 1000)

    def posting(
        self, ref: Member | MemberRef, amount: int | None = None, *, target: int | None = None, key: str | None = None
    ) -> Posting:
        """A wish to move points; its key stands for this very wish."""
        who = MemberRef("id", ref.id) if isinstance(ref, Member) else ref
        wish = Posting(
            self.brand.id,
            who,
            amount=None if amount is None else Points(amount),
            target=None if target is None else Points(target),
        )
        return replace(wish, once=OnceKey(self.brand.id, key, repr(wish).encode())) if key else wish

    async def post(self, *postings: Posting, database: Database | None = None) -> list[str]:
        """Post a batch; what each of them hears."""
        async with (database or self.database).begin() as tx:
            return heard(await post_entries(tx, postings, say))

    async def give(self, member: Member, amount: int) -> None:
        """Give (or take) points, which must be possible."""
        (answer,) = await self.post(self.posting(member, amount))
        assert answer.lstrip("-").isdigit(), answer

    async def issue(self, member: Member) -> Card:
        """The member's card."""
        async with self.database.begin() as tx:
            card, _ = await issue_card(tx, member, shelf=Shelf(), wallet=self.service.wallet, token_key=1)
            return card

    async def card(self, card: Card) -> Card:
        """The card as it is now."""
        async with self.database.read() as tx:
            return await find_card(tx, self.brand.id, card.id)

    async def prove(self) -> None:
        """Every balance, every lot and every digest follows from the entries."""
        async for proofs in prove_members(self.database, self.brand.id):
            assert [proof for proof in proofs if proof.broken] == []

    @asynccontextmanager
    async def second_database(
        self, push: PushSettings | None = None, before_commit: Callable[[], Awaitable[None]] = at_once
    ) -> AsyncIterator[PostgresDatabase]:
        """The same database as another process would have it: connections of its own, perhaps another pace.

        `before_commit` is called when what follows from the facts of a transaction has been written.
        """
        service = self.service
        follow = settle_by(map_flows(service.engine, push or service.settings.push))

        async def settle(tx: Transaction, facts: Sequence[object]) -> None:
            await follow(tx, facts)
            await before_commit()

        other = PostgresDatabase(service.settings.database_url or "", service.clock, pool=4, settle=settle)
        try:
            yield other
        finally:
            await other.aclose()
