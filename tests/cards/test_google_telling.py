"""The drain of what is due at Google: the newest is shown, notices are counted, nothing is lost."""

from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic

import pytest

from tests.cards.desk import installed, make_due, register, told
from tests.cards.google_shop import NEXT_DAY, GoogleShop, open_google_shop
from tests.wallets.memory_objects import MemoryObjects
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards.issue import Card, void_card
from wallet_service.cards.tell import Telling
from wallet_service.clock import SetClock
from wallet_service.loyalty.people.members import Member
from wallet_service.outcomes import Delivered, Refused, TryLater, Unknown
from wallet_service.settings import Settings
from wallet_service.wallets.seam import Shown

FIRST = "accepted; silent: nobody has seen another balance"
USED_UP = "silent: no notice left for balances within 24 hours"


@pytest.fixture
async def world(settings: Settings, clock: SetClock) -> AsyncIterator[GoogleShop]:
    async with open_google_shop(settings, clock) as opened:
        yield opened


async def linked(world: GoogleShop) -> tuple[Member, Card]:
    """A member who was given a save link when the balance was 0."""
    member, card = await installed(world.shop)
    await world.link(card, MemoryObjects())
    return member, card


async def test_a_changed_card_is_shown_once_and_its_owner_is_told(world: GoogleShop):
    member, card = await linked(world)
    await world.shop.give(member, 10)
    wallet = MemoryObjects()
    drain = world.telling(wallet)
    assert await drain.take() == 0.0
    assert await drain.take() > 0.0
    assert wallet.balances == [(10, True)]
    assert tuple(await world.known(card))[:4] == (2, 10, "accepted", 1)
    assert await world.due() == []


async def test_a_card_that_nobody_wants_at_google_is_not_due_there(world: GoogleShop):
    member, _ = await installed(world.shop)
    await world.shop.give(member, 10)
    assert await world.due() == []


async def test_the_first_time_nobody_is_told(world: GoogleShop):
    member, card = await installed(world.shop)
    with pytest.raises(Exception, match="Nobody answers"):
        await world.link(card, MemoryObjects(is_away=True))
    await world.shop.give(member, 10)
    wallet = MemoryObjects()
    await world.tell(wallet)
    assert wallet.balances == [(10, False)]
    assert tuple(await world.known(card))[:4] == (2, 10, FIRST, 0)


async def test_a_burst_is_shown_as_its_newest_balance(world: GoogleShop):
    member, card = await linked(world)
    for amount in (10, 20, -5):
        await world.shop.give(member, amount)
    wallet = MemoryObjects()
    await world.tell(wallet)
    assert wallet.balances == [(25, True)]
    assert (await world.known(card)).shown_version == 4


async def test_a_change_that_is_no_new_balance_tells_nobody(world: GoogleShop):
    member, card = await linked(world)
    await world.shop.change(member, name="Anna Sidorova")
    wallet = MemoryObjects()
    await world.tell(wallet)
    assert wallet.balances == [(0, False)]
    assert (await world.known(card)).last_outcome == "accepted; silent: the balance is as it was"


async def test_a_change_while_the_object_is_changed_is_shown_next(world: GoogleShop):
    member, card = await linked(world)
    await world.shop.give(member, 10)

    async def buy() -> None:
        if len(wallet.cards) == 1:
            await world.shop.give(member, 5)

    wallet = MemoryObjects(meanwhile=buy)
    assert await world.all_told(world.telling(wallet)) == 2
    assert wallet.balances == [(10, True), (15, True)]
    assert tuple(await world.known(card))[:4] == (3, 15, "accepted", 2)


async def test_after_two_notices_in_a_day_balances_change_silently(world: GoogleShop, clock: SetClock):
    member, card = await linked(world)
    wallet = MemoryObjects()
    for _ in range(3):
        await world.shop.give(member, 10)
        await world.tell(wallet)
    assert [notify for _, notify in wallet.balances] == [True, True, False]
    assert tuple(await world.known(card))[:4] == (4, 30, f"accepted; {USED_UP}", 2)

    clock.forward(NEXT_DAY)
    await world.shop.give(member, 10)
    await world.tell(wallet)
    assert wallet.balances[-1] == (40, True)
    assert (await world.known(card)).notices == 1


async def test_a_notice_that_google_refused_is_not_counted(world: GoogleShop):
    member, card = await linked(world)
    await world.shop.give(member, 10)
    await world.tell(MemoryObjects([Shown(Delivered(), silent=True)]))
    assert tuple(await world.known(card))[:4] == (2, 10, f"accepted; {USED_UP}", 0)


@pytest.mark.parametrize(
    ("shown", "words", "notices"),
    [
        (Shown(Unknown("no answer")), "unknown: no answer", 1),
        (Shown(Unknown("no answer"), silent=True), f"unknown: no answer; {USED_UP}", 0),
        (Shown(TryLater(30.0, "429")), "later: 429", 0),
    ],
    ids=["unknown", "unknown and silent", "later"],
)
async def test_what_was_not_taken_is_due_again_and_a_notice_that_may_have_gone_out_counts(
    world: GoogleShop, shown: Shown, words: str, notices: int
):
    member, card = await linked(world)
    await world.shop.give(member, 10)
    wallet = MemoryObjects([shown])
    await world.tell(wallet)
    assert tuple(await world.known(card))[:4] == (1, 0, words, notices)
    assert [row.attempt for row in await world.due()] == [1]

    assert await world.all_told(world.telling(wallet)) == 1
    assert wallet.balances == [(10, True)] * 2
    assert (await world.known(card)).shown_balance == 10


async def test_what_google_will_never_take_is_settled_with_its_reason(world: GoogleShop):
    member, card = await linked(world)
    await world.shop.give(member, 10)
    await world.tell(MemoryObjects([Shown(Refused("400 badRequest"))]))
    assert tuple(await world.known(card))[:4] == (1, 0, "refused: 400 badRequest", 0)
    assert await world.due() == []


async def test_a_withdrawn_card_is_shown_as_withdrawn(world: GoogleShop):
    _, card = await linked(world)
    async with world.shop.database.begin() as tx:
        await void_card(tx, world.shop.brand.id, card.id, 0.0)
    wallet = MemoryObjects()
    await world.tell(wallet)
    assert [each.face.voided for each in wallet.cards] == [True]
    assert await world.due() == []


async def test_apple_and_google_are_told_each_on_their_own(world: GoogleShop):
    member, card = await linked(world)
    await register(world.shop, card, "phone")
    await world.shop.give(member, 10)
    await world.tell(MemoryObjects([Shown(TryLater(1.0, "away"))]))

    service, apple = world.shop.service, MemoryWallet()
    await Telling(service.database, apple, service.clock, service.settings.push).take()

    assert apple.tokens == ["token of phone"]
    assert await told(world.shop, card) == [(2, "accepted")]
    assert [row.card_id for row in await world.due()] == [card.id]


async def test_more_cards_than_go_at_once_are_all_shown(world: GoogleShop):
    members = [(await linked(world))[0] for _ in range(12)]
    for member in members:
        await world.shop.give(member, 10)
    wallet = MemoryObjects()
    assert await world.all_told(world.telling(wallet)) == 2
    assert len({card.face.serial for card in wallet.cards}) == len(wallet.cards) == 12


async def test_what_a_worker_that_died_had_in_hand_is_anothers_after_its_lease(world: GoogleShop, clock: SetClock):
    member, _ = await linked(world)
    await world.shop.give(member, 10)

    async def die() -> None:
        raise ConnectionAbortedError

    began = monotonic()
    with pytest.raises(ConnectionAbortedError):
        await world.telling(MemoryObjects(meanwhile=die)).take()
    (due,) = await world.due()
    assert 4.9 - (monotonic() - began) <= due.wait <= 5.0

    await make_due(world.shop)
    clock.forward(timedelta(seconds=5))
    wallet = MemoryObjects()
    await world.telling(wallet).take()
    assert wallet.balances == [(10, True)]
