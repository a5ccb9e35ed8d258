"""A member's standing on the card: new versions where it is shown, one for a purchase, and one thing announced."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.cards.designs import move_all
from tests.cards.desk import bundled, edited, installed, open_programme, pass_json, publish, register, state
from tests.cards.standing_desk import COFFEE, GOLD, LUNCH, NEARLY, SILVER, announced, fields, stand, stand_in
from tests.loyalty.shop import Shop, say
from wallet_service.cards.announcing import NONE, Change
from wallet_service.cards.issue import Card
from wallet_service.cards.sql import TEMPLATE_BUNDLE
from wallet_service.cards.templates import TemplateSource, from_bundle
from wallet_service.clock import SetClock
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.ledger.balances import post_entries
from wallet_service.loyalty.people.members import Member

ATELIER = edited(
    bundled("beauty-atelier"), "card.toml", 'expiring = "expires" }', 'expiring = "expires", offers = "offers" }'
)
FETCHED = text("UPDATE registration SET fetched_version = :version WHERE card_id = :card AND device_id = :device")
BLOOM = {"name": "bloom", "title": {"en": "Bloom"}, "until": None}


@pytest.fixture
async def atelier(shop: Shop) -> Programme:
    """A programme whose cards show everything, and announce most of it."""
    offers = edited(ATELIER, "pass.json", '"{offers}"', '"{offers|or:None}", "changeMessage": "New: %@"')
    russian = '"Gifts and invitations" ='
    more = f'"{{offers|or:None}}" = "{{offers|or:Нет}}";\n"New: %@" = "Новое: %@";\n{russian}'
    return await open_programme(shop, edited(offers, "ru.lproj/pass.strings", russian, more))


@pytest.fixture
async def anna(shop: Shop, atelier: Programme) -> Member:
    """Somebody who reads English."""
    return await shop.enrol(atelier, language="en", name="Anna", external_id="BA-1")


@pytest.fixture
async def card(shop: Shop, anna: Member) -> Card:
    """Her card."""
    return await shop.issue(anna)


async def version(shop: Shop, card: Card) -> int:
    return (await shop.card(card)).version


async def fetch(shop: Shop, card: Card, device: str) -> None:
    """The phone has fetched the present version."""
    present = await version(shop, card)
    async with shop.database.begin() as tx:
        await tx.run(FETCHED, {"card": card.id, "device": device, "version": present})


async def published_source(shop: Shop, card: Card) -> TemplateSource:
    """The template of a card, as it was published."""
    async with shop.database.read() as tx:
        (row,) = await tx.all(TEMPLATE_BUNDLE, {"id": card.template_version_id})
    return from_bundle(row.bundle)


async def test_a_card_shows_the_standing_in_its_own_language(shop: Shop, anna: Member, card: Card):
    await stand(shop.database, anna.id, tier=GOLD, goal=NEARLY, purchase=LUNCH, offers=[COFFEE])
    shown = {key: field["value"] for key, field in (await fields(shop, card)).items()}
    assert shown["tier"] == "Gold"
    assert shown["goal"] == "2 purchases to Gold"
    assert shown["until"] == "November 22, 2027"
    assert shown["receipt"] == "€12.40 · November 3, 2026, Mitte\n2 × Cheeseburger, Cola\n+12 bonuses"
    assert shown["offers"] == "Free coffee, until December 31, 2026"

    await shop.change(anna, language="ru")
    russian = {key: field["value"] for key, field in (await fields(shop, card)).items()}
    assert (russian["tier"], russian["goal"]) == ("Золотой", "2 покупки до уровня «Золотой»")


async def test_what_there_is_not_has_no_field(shop: Shop, anna: Member, card: Card):
    shown = await fields(shop, card)
    assert {"goal", "until", "receipt"}.isdisjoint(shown)
    assert shown["tier"]["value"] == "Petal"


@pytest.mark.parametrize("shown", [{"tier": GOLD}, {"goal": NEARLY}, {"purchase": LUNCH}, {"offers": [COFFEE]}])
async def test_a_standing_that_changed_is_a_new_version_where_it_is_shown(
    shop: Shop, anna: Member, card: Card, shown: dict[str, object]
):
    burger = await shop.issue(await shop.enrol())
    before = await pass_json(shop, card)
    await stand(shop.database, anna.id, **shown)
    assert (await version(shop, card), await pass_json(shop, card) != before) == (2, True)
    assert await version(shop, burger) == 1


async def test_a_card_that_does_not_show_it_stays_as_it_is(shop: Shop):
    boris = await shop.enrol()
    card = await shop.issue(boris)
    await stand(shop.database, boris.id, tier=GOLD, goal=NEARLY)
    assert await version(shop, card) == 1
    await stand(shop.database, boris.id, purchase=LUNCH)
    assert await version(shop, card) == 2


async def test_a_purchase_is_one_version_whatever_it_changes(shop: Shop, anna: Member, card: Card):
    async with shop.database.begin() as tx:
        await post_entries(tx, [shop.posting(anna, 10)], say)
        await stand_in(tx, anna.id, purchase=LUNCH)
        await stand_in(tx, anna.id, tier=GOLD, goal=NEARLY)
    assert await version(shop, card) == 2
    assert await announced(shop, card) == ["tier"]


async def test_each_version_announces_what_has_changed(shop: Shop, anna: Member, card: Card):
    await register(shop, card, "phone")
    for shown, key in (({"tier": GOLD}, "tier"), ({"offers": [COFFEE]}, "offers"), ({"goal": NEARLY}, None)):
        await stand(shop.database, anna.id, **shown)
        assert await announced(shop, card) == [key] * (key is not None)
        await fetch(shop, card, "phone")
    await shop.give(anna, 5)
    assert await announced(shop, card) == ["balance"]
    await fetch(shop, card, "phone")
    await shop.change(anna, name="Anna Petrova")
    assert await announced(shop, card) == []


async def test_points_that_expire_otherwise_are_announced(shop: Shop, clock: SetClock, anna: Member, card: Card):
    ends = clock.now() + timedelta(days=30)
    await shop.post(replace(shop.posting(anna, 5), expires_at=ends))
    await shop.post(shop.posting(anna, -5), replace(shop.posting(anna, 5), expires_at=ends + timedelta(days=9)))
    assert await announced(shop, card) == ["expires"]


async def test_what_no_phone_has_fetched_is_still_announced(shop: Shop, anna: Member, card: Card):
    await register(shop, card, "phone")
    await stand(shop.database, anna.id, tier=GOLD)
    await shop.give(anna, 5)
    assert await announced(shop, card) == ["tier"]
    await fetch(shop, card, "phone")
    await shop.give(anna, 5)
    assert await announced(shop, card) == ["balance"]


async def test_a_tablet_that_is_off_keeps_no_phone_from_its_news(shop: Shop, anna: Member, card: Card):
    await register(shop, card, "phone", "tablet")
    await stand(shop.database, anna.id, tier=GOLD)
    await fetch(shop, card, "phone")
    await shop.give(anna, 5)
    assert await announced(shop, card) == ["balance"]


async def test_a_card_on_no_phone_announces_its_latest_change(shop: Shop, anna: Member, card: Card):
    await stand(shop.database, anna.id, tier=GOLD)
    await stand(shop.database, anna.id, offers=[COFFEE])
    assert (await state(shop, card)).changed == Change.OFFERS
    await stand(shop.database, anna.id, goal=NEARLY)
    assert (await state(shop, card)).changed == NONE


async def test_a_template_of_one_announcement_tells_of_the_balance_only(shop: Shop):
    boris, card = await installed(shop, "phone")
    async with shop.database.begin() as tx:
        await post_entries(tx, [shop.posting(boris, 10)], say)
        await stand_in(tx, boris.id, tier=GOLD, purchase=LUNCH)
    assert await announced(shop, card) == ["balance"]


async def test_a_card_has_the_look_of_its_tier(shop: Shop, anna: Member, card: Card):
    plain = json.loads(await pass_json(shop, card))["backgroundColor"]
    await stand(shop.database, anna.id, tier=BLOOM)
    assert json.loads(await pass_json(shop, card))["backgroundColor"] == "rgb(238, 200, 197)" != plain
    await stand(shop.database, anna.id, tier=SILVER)
    assert json.loads(await pass_json(shop, card))["backgroundColor"] == plain


async def test_a_new_look_of_a_tier_is_news_to_its_cards_only(shop: Shop, atelier: Programme, anna: Member, card: Card):
    other = await shop.issue(await shop.enrol(atelier))
    await stand(shop.database, anna.id, tier=BLOOM)
    bundle = await published_source(shop, card)
    await publish(shop, edited(bundle, "card.toml", "rgb(238, 200, 197)", "rgb(240, 200, 197)"))
    await move_all(shop)
    assert (await version(shop, card), await version(shop, other)) == (3, 1)
    assert "rgb(240, 200, 197)" in (await pass_json(shop, card)).decode()


STANDINGS = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.sampled_from([None, GOLD, BLOOM]),
        "goal": st.sampled_from([None, NEARLY]),
        "purchase": st.sampled_from([None, LUNCH]),
        "offers": st.sampled_from([[], [COFFEE]]),
    },
)


@given(st.lists(st.tuples(STANDINGS, st.integers(-1, 1), st.booleans()), max_size=5))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_pass_ever_has_other_bytes_without_a_new_version_or_announces_two_things(
    shop: Shop, atelier: Programme, acts: list[tuple[dict[str, object], int, bool]]
):
    anna = await shop.enrol(atelier)
    card = await shop.issue(anna)
    await register(shop, card, "phone")
    for shown, points, fetches in acts:
        before = await version(shop, card), await pass_json(shop, card)
        async with shop.database.begin() as tx:
            await post_entries(tx, [shop.posting(anna, points)] if points else [], say)
            await stand_in(tx, anna.id, **shown)
        after = await version(shop, card), await pass_json(shop, card)
        assert after[1] == before[1] or after[0] == before[0] + 1
        assert len(await announced(shop, card)) <= 1
        if fetches:
            await fetch(shop, card, "phone")
