"""Cards that follow a newly published design: some at a time, each once, and only those that look different."""

from sqlalchemy import text

from tests.cards.designs import BURGERS, DARKER, FOR_PREVIEWS, REDDER, move_all, restyled
from tests.cards.desk import due, edited, installed, pass_json, publish, state, telling, told
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards import restyle
from wallet_service.cards.issue import void_card
from wallet_service.cards.restyle import Restyling
from wallet_service.cards.restyle_sql import NEXT_MOVE

AS_BEFORE = text("UPDATE card SET template_version_id = :old WHERE id = :card")


async def test_cards_take_the_new_design_and_a_new_version(shop: Shop):
    _, card = await installed(shop, "phone")
    assert b"rgb(172, 24, 28)" in await pass_json(shop, card)
    redder = await restyled(shop)
    after = await state(shop, card)
    assert (after.version, after.template_version_id) == (2, redder.id)
    assert b"rgb(160, 0, 0)" in await pass_json(shop, card)
    assert await due(shop) == [], "phones are told at the pace, not by the restyling"


async def test_each_card_takes_a_change_number_of_its_own(shop: Shop):
    cards = [await shop.issue(await shop.enrol()) for _ in range(3)]
    before = max([(await state(shop, card)).change_seq for card in cards])
    await restyled(shop)
    after = sorted([(await state(shop, card)).change_seq for card in cards])
    assert after == [before + 1, before + 2, before + 3]


async def test_cards_move_some_at_a_time_until_none_is_left(shop: Shop):
    cards = [await shop.issue(await shop.enrol()) for _ in range(5)]
    await publish(shop, REDDER)
    restyling = Restyling(shop.database, chunk=2)
    left = []
    while await restyling.take() == 0.0:
        left.append([(await shop.card(card)).version for card in cards].count(1))
    assert left == [3, 1, 0, 0]  # the last look finds nobody, and says so
    assert [(await shop.card(card)).version for card in cards] == [2] * 5


async def test_another_worker_goes_on_where_one_was_killed(shop: Shop):
    cards = [await shop.issue(await shop.enrol()) for _ in range(5)]
    await publish(shop, REDDER)
    await Restyling(shop.database, chunk=2).take()
    await move_all(shop)
    assert [(await shop.card(card)).version for card in cards] == [2] * 5


async def test_a_second_worker_waits_beside_the_first(shop: Shop):
    await shop.issue(await shop.enrol())
    await publish(shop, REDDER)
    async with shop.database.begin() as tx:
        await tx.all(NEXT_MOVE)
        assert await Restyling(shop.database).take() == restyle.BESIDE


async def test_a_card_behind_by_two_versions_moves_to_the_newest_at_once(shop: Shop):
    card = await shop.issue(await shop.enrol())
    await publish(shop, REDDER)
    newest = await restyled(shop, DARKER)
    assert ((await shop.card(card)).version, (await shop.card(card)).template_version_id) == (2, newest.id)


async def test_cards_of_several_older_versions_all_move(shop: Shop):
    cards = [await shop.issue(await shop.enrol()) for _ in range(4)]
    await publish(shop, REDDER)
    await Restyling(shop.database, chunk=2).take()
    newest = await restyled(shop, DARKER)
    assert {(await state(shop, card)).template_version_id for card in cards} == {newest.id}
    assert sorted([(await shop.card(card)).version for card in cards]) == [2, 2, 3, 3]


async def test_a_version_that_looks_the_same_is_no_news(shop: Shop):
    card = await shop.issue(await shop.enrol())
    newest = await restyled(shop, FOR_PREVIEWS)
    assert ((await shop.card(card)).version, (await shop.card(card)).template_version_id) == (1, newest.id)


async def test_an_edit_of_one_language_is_no_news_to_those_who_speak_another(shop: Shop):
    cards = [await shop.issue(await shop.enrol(language=language)) for language in ("ru", "en", "de", "ru-RU")]
    await restyled(shop, edited(BURGERS, "ru.lproj/pass.strings", "Наш герой", "Наша звезда"))
    assert [(await shop.card(card)).version for card in cards] == [2, 1, 1, 2]


async def test_a_withdrawn_card_stays_as_it_is(shop: Shop):
    card = await shop.issue(await shop.enrol())
    async with shop.database.begin() as tx:
        await void_card(tx, shop.brand.id, card.id, 0.0)
    before = await state(shop, card)
    await restyled(shop)
    assert await state(shop, card) == before


async def test_with_nothing_to_restyle_it_hardly_looks(shop: Shop):
    await shop.issue(await shop.enrol())
    assert await Restyling(shop.database).take() == restyle.IDLE


async def test_a_card_that_was_given_the_older_version_afterwards_still_follows(shop: Shop):
    card = await shop.issue(await shop.enrol())
    old = (await state(shop, card)).template_version_id
    redder = await restyled(shop)
    async with shop.database.begin() as tx:
        await tx.run(AS_BEFORE, {"old": old, "card": card.id})
    await move_all(shop)
    assert (await state(shop, card)).template_version_id == redder.id


async def test_a_push_on_its_way_while_the_card_takes_the_new_design_is_followed_by_one_for_the_design(shop: Shop):
    member, card = await installed(shop, "phone")
    await publish(shop, REDDER)
    await shop.give(member, 10)
    wallet = MemoryWallet(meanwhile=lambda: move_all(shop))
    drain = telling(shop, wallet)
    await drain.take()
    assert [row.card_id for row in await due(shop)] == [card.id]
    await drain.take()
    assert wallet.tokens == ["token of phone"] * 2
    assert await told(shop, card) == [(3, "accepted")]
