"""Rulebooks kept: versions, the one in force, and what becomes of parked mechanics."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.loyalty.shop import Shop
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.rulebook_changes import Change
from wallet_service.loyalty.awards.rulebooks import (
    PublishedRulebook,
    RulebookNotFound,
    Rulebooks,
    list_versions,
    parked_mechanics,
    programme_of,
    publish_rulebook,
    rulebook_at,
    rules_in_force,
    rules_numbered,
)
from wallet_service.loyalty.brands import Programme, ProgrammeNotFound, find_programme
from wallet_service.loyalty.rules.forms import RulebookInvalid
from wallet_service.loyalty.rules.rulebook import EMPTY


def gift(name: str, points: int) -> dict[str, Any]:
    return {
        "name": name,
        "title": {"en": name},
        "why": {"en": "{points}: welcome"},
        "on": "enrolled",
        "give": [{"points": points}],
    }


def document(*mechanics: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"currency": "EUR", "mechanics": list(mechanics), **settings}


ONE, OTHER = document(gift("welcome", 300)), document(gift("welcome", 500), gift("hello", 1))


async def programme(tx: Transaction, shop: Shop) -> Programme:
    return await find_programme(tx, shop.brand.id, shop.brand.programme)


async def publish(shop: Shop, rules: dict[str, Any]) -> PublishedRulebook:
    async with shop.database.begin() as tx:
        return await publish_rulebook(tx, await programme(tx, shop), rules)


async def park(shop: Shop, *names: str) -> None:
    async with shop.database.begin() as tx:
        for name in names:
            values = {"programme": shop.brand.programme, "name": name}
            insert = "INSERT INTO mechanic_state (programme_id, name, given, parked_at, parked_why)"
            await tx.run(text(f"{insert} VALUES (:programme, :name, 7, now(), 'it overflowed')"), values)


async def parked(shop: Shop) -> list[str]:
    async with shop.database.read() as tx:
        return await parked_mechanics(tx, await programme(tx, shop))


async def test_a_programme_has_no_rules_until_some_are_published(shop: Shop):
    async with shop.database.read() as tx:
        found = await programme(tx, shop)
        assert (await Rulebooks().of(tx, None)).book == EMPTY
        assert await rulebook_at(tx, found.id, shop.service.clock.now()) is None
        assert await list_versions(tx, found, None, 10) == []
        with pytest.raises(RulebookNotFound):
            await rules_in_force(tx, found)


async def test_published_rules_are_in_force_and_say_what_is_different(shop: Shop):
    first, second = await publish(shop, ONE), await publish(shop, OTHER)

    assert (first.number, first.fresh, first.changes[-1]) == (1, True, Change("mechanics", "welcome", "added"))
    assert (second.number, second.changes) == (
        2,
        [Change("mechanics", "welcome", "changed"), Change("mechanics", "hello", "added")],
    )
    async with shop.database.read() as tx:
        found = await programme(tx, shop)
        assert (await rules_in_force(tx, found)).document == OTHER
        assert (await rules_numbered(tx, found, 1)).document == ONE
        assert [(each.number, each.in_force) for each in await list_versions(tx, found, None, 10)] == [
            (2, True),
            (1, False),
        ]
        assert [each.number for each in await list_versions(tx, found, 2, 10)] == [1]
        with pytest.raises(RulebookNotFound, match="version 3"):
            await rules_numbered(tx, found, 3)


async def test_the_same_rules_again_are_no_new_version_and_former_ones_are(shop: Shop):
    first = await publish(shop, ONE)
    again = await publish(shop, dict(reversed(ONE.items())))
    other, back = await publish(shop, OTHER), await publish(shop, ONE)

    assert (again.id, again.number, again.fresh, again.changes) == (first.id, 1, False, [])
    assert (other.number, back.number, back.fresh) == (2, 3, True)


async def test_rules_that_are_wrong_are_refused_and_nothing_changes(shop: Shop):
    await publish(shop, ONE)
    with pytest.raises(RulebookInvalid, match="give") as refusal:
        await publish(shop, document({**gift("welcome", 300), "give": [{"pionts": 3}]}))
    assert len(refusal.value.findings) == 1

    async with shop.database.read() as tx:
        assert (await rules_in_force(tx, await programme(tx, shop))).number == 1


async def test_the_shelf_reads_a_version_once_and_gives_what_was_published(shop: Shop):
    shelf, published = Rulebooks(), await publish(shop, ONE)
    async with shop.database.read() as tx:
        rules = await shelf.of(tx, published.id)
        assert await shelf.of(tx, published.id) is rules
        with pytest.raises(LookupError):
            await shelf.of(tx, "rules_nonsense")
    assert [(each.name, each.title) for each in rules.book.mechanics] == [("welcome", {"en": "welcome"})]


async def test_each_moment_has_the_rules_that_were_in_force(shop: Shop):
    first = await publish(shop, ONE)
    second = await publish(shop, OTHER)
    async with shop.database.read() as tx:
        found = await programme(tx, shop)
        since = {each.number: each.created_at for each in await list_versions(tx, found, None, 10)}
        moment = timedelta(microseconds=1)
        assert await rulebook_at(tx, found.id, since[1] - moment) is None
        assert await rulebook_at(tx, found.id, since[2] - moment) == first.id
        assert await rulebook_at(tx, found.id, since[2]) == second.id
        assert await rulebook_at(tx, "prog_nonsense", since[2]) is None


async def test_rules_that_waited_for_others_are_not_in_force_before_them(shop: Shop):
    async with shop.database.begin() as late:
        await asyncio.sleep(0)
        early = await publish(shop, ONE)  # begun later, committed earlier
        last = await publish_rulebook(late, await programme(late, shop), OTHER)
    async with shop.database.read() as tx:
        found = await programme(tx, shop)
        versions = await list_versions(tx, found, None, 10)
        assert [each.id for each in versions] == [last.id, early.id]
        assert versions[0].created_at == versions[1].created_at
        assert await rulebook_at(tx, found.id, versions[0].created_at) == last.id


async def test_all_who_publish_at_once_get_versions_of_their_own(shop: Shop):
    wishes = [document(gift("welcome", points)) for points in range(1, 7)]

    done = await asyncio.gather(*(publish(shop, wish) for wish in wishes))

    assert sorted(each.number for each in done) == [1, 2, 3, 4, 5, 6]


async def test_a_parked_mechanic_runs_again_once_it_is_changed_and_not_before(shop: Shop):
    kept, changed, removed = gift("kept", 1), gift("changed", 1), gift("removed", 1)
    await publish(shop, document(kept, changed, removed))
    await park(shop, "kept", "changed", "removed")

    published = await publish(shop, document(kept, {**changed, "limits": {"per_member": 1}}, gift("new", 1)))

    assert published.resumed == ["changed", "removed"]
    assert await parked(shop) == ["kept"]
    assert [(each.place, each.what[:6]) for each in published.doubts] == [("mechanics.kept", "It fai")]
    async with shop.database.read() as tx:
        rows = await tx.all(text("SELECT given, parked_why FROM mechanic_state ORDER BY name"))
    assert [tuple(row) for row in rows] == [(7, None), (7, "it overflowed"), (7, None)]  # budgets count on


async def test_an_operator_names_a_programme_by_its_id_alone(shop: Shop):
    async with shop.database.read() as tx:
        assert await programme_of(tx, shop.brand.programme) == await programme(tx, shop)
        with pytest.raises(ProgrammeNotFound):
            await programme_of(tx, "prog_nonsense")
