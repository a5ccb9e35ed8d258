"""A card's version: it grows when, and only when, the pass would be other bytes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.cards.desk import bundled, due, open_programme, pass_json, state
from tests.conftest import TEMPLATES
from tests.loyalty.shop import Shop
from wallet_service.cards.issue import Card
from wallet_service.clock import SetClock
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.people.members import change_member

NUMBERS = count(1)
NAMES = st.sampled_from(
    ["", "Anna", "Anna Petrova", "ANNA PETROVA", "Anna Karenina", "Hero", "Burger hero", "Герой", 'Ann "A" <b>\\']
)
LANGUAGES = st.sampled_from(["en", "ru", "de", "fr", "en-GB", "ru-RU", "pt-BR"])
EXTERNAL_IDS = st.sampled_from([None, "", "-2"])
POINTS = st.integers(0, 3) | st.sampled_from([999, 1000, 1_000_000])
PEOPLE = st.tuples(NAMES, LANGUAGES, EXTERNAL_IDS, POINTS)
CHANGE_SEQS = text("SELECT id, change_seq FROM card")
Person = tuple[str, str, str | None, int]


@pytest.fixture(params=sorted(folder.stem for folder in TEMPLATES.glob("*.pkpasstemplate")))
async def club(shop: Shop, request: pytest.FixtureRequest) -> Programme:
    """A programme with each of the bundled designs."""
    return await open_programme(shop, bundled(request.param))


@example(before=("Anna", "de", None, 0), after=("Anna", "fr", None, 0))  # both read the first language
@example(before=("Anna", "en", None, 5), after=("Anna", "en", "", 5))
@example(before=("Anna", "en", None, 999), after=("Anna Karenina", "ru", "-2", 1000))
@given(before=PEOPLE, after=PEOPLE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_version_grows_exactly_when_the_bytes_of_the_pass_change(
    shop: Shop, club: Programme, before: Person, after: Person
):
    number = next(NUMBERS)

    def details(person: Person) -> dict[str, str | None]:
        name, language, external_id, _ = person
        return {
            "name": name,
            "language": language,
            "external_id": None if external_id is None else f"X{number}{external_id}",
        }

    member = await shop.enrol(club, **{key: text for key, text in details(before).items() if text is not None})
    await shop.post(shop.posting(member, target=before[3]))
    card = await shop.issue(member)

    await grows_with_the_bytes(shop, card, lambda: shop.change(member, **details(after)))
    await grows_with_the_bytes(shop, card, lambda: shop.post(shop.posting(member, target=after[3])))


async def grows_with_the_bytes(shop: Shop, card: Card, act: Callable[[], Awaitable[object]]) -> None:
    version, shown = (await state(shop, card)).version, await pass_json(shop, card)
    await act()
    grown = (await state(shop, card)).version - version
    assert grown == (await pass_json(shop, card) != shown)


async def test_points_given_and_taken_in_one_batch_are_no_change(shop: Shop):
    anna = await shop.enrol()
    card = await shop.issue(anna)
    await shop.post(shop.posting(anna, 10), shop.posting(anna, -10))
    assert (await shop.card(card)).version == 1
    assert await due(shop) == []


async def test_a_batch_of_many_postings_is_one_version(shop: Shop):
    anna = await shop.enrol()
    card = await shop.issue(anna)
    await shop.post(*(shop.posting(anna, 10) for _ in range(5)))
    assert (await shop.card(card)).version == 2


async def test_two_changes_in_one_transaction_are_one_version(shop: Shop):
    anna = await shop.enrol(name="Anna")
    card = await shop.issue(anna)
    async with shop.database.begin() as tx:
        for name in ("Anna P", "Anna K"):
            await change_member(tx, anna, {"name": name})
    assert (await shop.card(card)).version == 2
    async with shop.database.begin() as tx:
        for name in ("Boris", "Anna K"):
            await change_member(tx, anna, {"name": name})
    assert (await shop.card(card)).version == 2


async def test_what_the_card_does_not_show_is_no_change(shop: Shop):
    anna = await shop.enrol()
    card = await shop.issue(anna)
    await shop.change(anna, email="anna@example.com", phone="+79161234567", time_zone="Europe/Rome")
    assert (await shop.card(card)).version == 1


async def test_last_modified_grows_by_a_second_at_least_with_every_version(shop: Shop, clock: SetClock):
    anna = await shop.enrol()
    card = await shop.issue(anna)
    stamps = [(await shop.card(card)).modified_at]
    for _ in range(3):
        await shop.give(anna, 1)
        stamps.append((await shop.card(card)).modified_at)
    assert stamps == [clock.now() + timedelta(seconds=n) for n in range(4)]

    clock.forward(timedelta(minutes=5, milliseconds=700))
    await shop.give(anna, 1)
    assert (await shop.card(card)).modified_at == stamps[0] + timedelta(minutes=5)


async def test_change_numbers_become_visible_in_their_order(shop: Shop):
    members = [await shop.enrol() for _ in range(8)]
    for member in members:
        await shop.issue(member)
    seen: list[dict[str, int]] = []
    over = asyncio.Event()

    async def watch() -> None:
        while not over.is_set():
            async with shop.database.read() as tx:
                seen.append({row.id: row.change_seq for row in await tx.all(CHANGE_SEQS)})

    async with shop.second_database() as other:
        watching = asyncio.create_task(watch())
        await asyncio.gather(
            *(
                shop.post(shop.posting(member, 1), shop.posting(members[n - 1], 1), database=database)
                for _ in range(6)
                for n, member in enumerate(members)
                for database in (shop.database, other)
            )
        )
        over.set()
        await watching
    for earlier, later in pairwise(seen):
        fresh = set(later.values()) - set(earlier.values())
        assert all(number > max(earlier.values()) for number in fresh)
    async with shop.database.read() as tx:
        last = [row.change_seq for row in await tx.all(CHANGE_SEQS)]
    assert len(set(last)) == len(members)
    assert len(seen) > 5
