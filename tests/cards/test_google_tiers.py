"""Tiers in Google Wallet: each look is a class, and a card that comes to a tier moves to its class."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from tests.cards.designs import move_all
from tests.cards.desk import bundled, edited, publish
from tests.cards.google_shop import GoogleShop, Held, open_google_shop
from tests.cards.standing_desk import SILVER, stand
from tests.simulators.google_world import ISSUER
from wallet_service.cards.google_reconcile_sql import BEGIN
from wallet_service.cards.issue import Card
from wallet_service.clock import SetClock
from wallet_service.settings import Settings

GOLDEN = edited(
    bundled("burger-heroes"), "card.toml", "[sample]", '[tier.gold]\nbackground = "rgb(100, 20, 20)"\n\n[sample]'
)
SILENT = edited(GOLDEN, "card.toml", 'announce = "balance"', "announce = {}")
GOLD = {"name": "gold", "title": "Gold", "until": None}
BASE_CLASS, GOLD_CLASS = f"{ISSUER}.burger-heroes-1", f"{ISSUER}.burger-heroes-1.gold"
CLASS = text("SELECT class_id FROM google_object WHERE card_id = :card")
WALKED = text("SELECT class_id FROM google_walk ORDER BY class_id")


@pytest.fixture
async def world(settings: Settings, clock: SetClock) -> AsyncIterator[GoogleShop]:
    """A shop whose golden cards look otherwise."""
    async with open_google_shop(settings, clock) as opened:
        await publish(opened.shop, GOLDEN)
        yield opened


async def class_at_google(held: Held) -> str:
    return str(held.phone.card(held.object_id).resource["classId"])


async def class_we_know(world: GoogleShop, card: Card) -> str:
    async with world.shop.database.read() as tx:
        (row,) = await tx.all(CLASS, {"card": card.id})
        return str(row.class_id)


async def promote(world: GoogleShop, held: Held, tier: dict[str, Any] | None) -> None:
    """The member comes to a tier, and Google follows."""
    await stand(world.shop.database, held.member.id, tier=tier)
    await world.all_told()


async def test_a_card_that_comes_to_a_tier_moves_to_its_class_and_back(world: GoogleShop):
    anna = await world.hold()
    assert await class_at_google(anna) == await class_we_know(world, anna.card) == BASE_CLASS

    await promote(world, anna, GOLD)
    assert await class_at_google(anna) == await class_we_know(world, anna.card) == GOLD_CLASS
    assert world.google.card(anna.object_id)["classReference"]["hexBackgroundColor"] == "#641414"

    await promote(world, anna, SILVER)
    assert await class_at_google(anna) == await class_we_know(world, anna.card) == BASE_CLASS
    assert anna.heard == []


async def test_a_card_that_moves_with_another_balance_tells_of_the_balance(world: GoogleShop):
    anna = await world.hold()
    await stand(world.shop.database, anna.member.id, tier=GOLD)
    await world.shop.give(anna.member, 300)
    await world.all_told()
    assert (await class_at_google(anna), anna.balance, anna.heard) == (GOLD_CLASS, 300, ["300"])


async def test_a_golden_card_is_saved_in_its_class(world: GoogleShop):
    member = await world.shop.enrol()
    await stand(world.shop.database, member.id, tier=GOLD)
    card = await world.shop.issue(member)
    await world.link(card)
    assert await class_we_know(world, card) == GOLD_CLASS


async def test_the_nightly_walk_visits_every_class_that_has_cards(world: GoogleShop, clock: SetClock):
    anna, boris = await world.hold(), await world.hold("Boris's Galaxy")
    await promote(world, boris, GOLD)
    async with world.shop.database.begin() as tx:
        await tx.run(BEGIN, {"night": clock.now().date()})
        assert [row.class_id for row in await tx.all(WALKED)] == [BASE_CLASS, GOLD_CLASS]
    assert await class_at_google(anna) == BASE_CLASS


async def test_a_look_that_is_published_later_finds_its_cards(world: GoogleShop):
    anna = await world.hold()
    await promote(world, anna, SILVER)
    silver = edited(GOLDEN, "card.toml", "[sample]", '[tier.silver]\nbackground = "rgb(90, 40, 40)"\n\n[sample]')
    await publish(world.shop, silver)
    await move_all(world.shop)
    await world.all_told()
    assert await class_at_google(anna) == f"{ISSUER}.burger-heroes-1.silver"


async def test_a_template_that_announces_no_balances_is_silent_at_google(world: GoogleShop):
    await publish(world.shop, SILENT)
    anna = await world.hold()
    await world.shop.give(anna.member, 300)
    await world.all_told()
    assert (await world.known(anna.card)).last_outcome == "accepted; silent: the template announces no balances"
    assert anna.heard == []
