"""What expires next, on cards whose design shows it: always as the lots are, and at no cost to other cards."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cards.desk import bundled, edited, open_programme, pass_json, publish, state
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards.faces import Faces, Shelf
from wallet_service.cards.issue import Card
from wallet_service.cards.restyle import Restyling
from wallet_service.clock import SetClock
from wallet_service.database.seam import Database
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.people.members import Member

NOTHING = ("0 bonuses", "Nothing expires")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
async def atelier(shop: Shop) -> Programme:
    """A programme whose cards show what expires next."""
    return await open_programme(shop, bundled("beauty-atelier"))


async def guest(shop: Shop, atelier: Programme) -> tuple[Member, Card]:
    """Somebody with such a card."""
    member = await shop.enrol(atelier, language="en")
    return member, await shop.issue(member)


def lasting(shop: Shop, member: Member, amount: int, days: float) -> Posting:
    """Points that last for so many days, and the second that has begun."""
    return replace(shop.posting(member, amount), expires_at=shop.service.clock.now() + days * DAY + SECOND)


def date(shop: Shop, days: int) -> str:
    """The day after so many days, as an English card writes it."""
    on = shop.service.clock.now() + days * DAY
    return f"{on:%B} {on.day}, {on.year}"


async def shown(shop: Shop, card: Card) -> tuple[str, str]:
    """How many points the back says expire next, and when."""
    back = json.loads(await pass_json(shop, card))["storeCard"]["backFields"]
    values = {field["key"]: field["value"] for field in back}
    return values["expiring"], values["expires"]


async def version(shop: Shop, card: Card) -> int:
    return (await shop.card(card)).version


async def test_a_card_shows_the_lots_that_expire_next(shop: Shop, atelier: Programme):
    anna, card = await guest(shop, atelier)
    assert await shown(shop, card) == NOTHING

    await shop.post(lasting(shop, anna, 5, 40), shop.posting(anna, 100), lasting(shop, anna, 7, 30))

    assert await shown(shop, card) == ("7 bonuses", date(shop, 30))
    assert await version(shop, card) == 2


async def test_what_is_spent_does_not_expire(shop: Shop, atelier: Programme):
    anna, card = await guest(shop, atelier)
    await shop.post(lasting(shop, anna, 5, 40), lasting(shop, anna, 7, 30))

    await shop.give(anna, -8)
    assert await shown(shop, card) == ("4 bonuses", date(shop, 40))
    await shop.give(anna, -4)
    assert await shown(shop, card) == NOTHING


async def test_a_promised_lot_does_not_expire_before_it_counts(shop: Shop, atelier: Programme):
    anna, card = await guest(shop, atelier)
    await shop.post(replace(lasting(shop, anna, 5, 40), activates_at=shop.service.clock.now() + DAY))

    assert await shown(shop, card) == NOTHING
    assert await version(shop, card) == 1


async def test_a_card_follows_when_the_same_balance_expires_otherwise(shop: Shop, atelier: Programme):
    anna, card = await guest(shop, atelier)
    await shop.post(lasting(shop, anna, 5, 30))

    await shop.post(shop.posting(anna, -5), lasting(shop, anna, 5, 60))

    assert await shown(shop, card) == ("5 bonuses", date(shop, 60))
    assert await version(shop, card) == 3


async def test_a_card_follows_when_a_lot_has_expired_and_the_balance_was_set_to_the_same(
    shop: Shop, atelier: Programme, clock: SetClock
):
    anna, card = await guest(shop, atelier)
    await shop.post(lasting(shop, anna, 5, 1), lasting(shop, anna, 7, 3))
    later = date(shop, 3)
    clock.forward(2 * DAY)

    assert await shop.post(shop.posting(anna, target=12)) == ["12"]

    assert await shown(shop, card) == ("7 bonuses", later)
    assert await version(shop, card) == 3


async def test_a_card_that_does_not_show_it_stays_as_it_is(shop: Shop):
    anna = await shop.enrol()
    card = await shop.issue(anna)
    await shop.post(lasting(shop, anna, 5, 30))

    await shop.post(shop.posting(anna, -5), lasting(shop, anna, 5, 60))

    assert await version(shop, card) == 2


async def test_the_last_day_is_the_members_own(shop: Shop, atelier: Programme, clock: SetClock):
    anna, card = await guest(shop, atelier)
    clock.forward(DAY - (clock.now() - clock.now().replace(hour=0, minute=0, second=0)))
    await shop.change(anna, time_zone="UTC")
    await shop.post(replace(shop.posting(anna, 5), expires_at=clock.now() + 30 * DAY))
    assert await shown(shop, card) == ("5 bonuses", date(shop, 29))

    await shop.change(anna, time_zone="Asia/Tokyo")
    assert await shown(shop, card) == ("5 bonuses", date(shop, 30))
    assert await version(shop, card) == 3

    await shop.change(anna, time_zone="Asia/Seoul")
    assert await version(shop, card) == 3


async def test_a_design_that_begins_to_show_it_is_told_to_every_phone(shop: Shop):
    burgers = bundled("burger-heroes")
    club = await open_programme(shop, burgers)
    anna = await shop.enrol(club, language="en")
    card = await shop.issue(anna)
    await shop.post(lasting(shop, anna, 5, 30))

    await publish(shop, edited(burgers, "pass.json", "help@burger-heroes.example", "{expires_on}"))
    restyling = Restyling(shop.database)
    while await restyling.take() == 0.0:
        pass

    assert date(shop, 30) in (await pass_json(shop, card)).decode()
    assert await version(shop, card) == 3


async def test_a_card_that_does_not_show_it_is_drawn_without_the_database(shop: Shop, atelier: Programme):
    plain, showing = await shop.issue(await shop.enrol(language="en")), (await guest(shop, atelier))[1]
    shelf = Shelf()
    for card in (plain, showing):
        await Faces(shop.database, shelf, MemoryWallet()).face(await state(shop, card))
    without = Faces(cast("Database", None), shelf, MemoryWallet())

    await without.face(await state(shop, plain))
    with pytest.raises(AttributeError):
        await without.face(await state(shop, showing))


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-20, 20).filter(bool), st.integers(1, 4) | st.none()), max_size=4), max_size=4
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_pass_ever_has_other_bytes_without_a_new_version(
    shop: Shop, atelier: Programme, batches: list[list[tuple[int, int | None]]]
):
    anna, card = await guest(shop, atelier)
    for batch in batches:
        before = await version(shop, card), await pass_json(shop, card)
        await shop.post(
            *(
                lasting(shop, anna, amount, days) if days and amount > 0 else shop.posting(anna, amount)
                for amount, days in batch
            )
        )
        after = await version(shop, card), await pass_json(shop, card)
        assert after[1] == before[1] or after[0] == before[0] + 1
        assert after[0] == before[0] or batch
