"""Idempotency keys: kept with the answer, forgotten when they are old."""

from datetime import timedelta

from tests.loyalty.shop import Shop
from wallet_service.loyalty.once import DAYS_KEPT, KeyReused, OnceKey, Reply, claim, forget_old_keys, keep

KEY = OnceKey("brand_1", "lunch", b"the request")
ANSWER = Reply(201, b"{}")


async def kept_ago(shop: Shop, age: timedelta) -> None:
    async with shop.database.begin() as tx:
        tx.now -= age
        await keep(tx, KEY, ANSWER)


async def claimed(shop: Shop, key: OnceKey = KEY) -> object:
    async with shop.database.begin() as tx:
        return (await claim(tx, [key]))[0]


async def test_a_kept_answer_is_given_again_and_says_so(shop: Shop):
    await kept_ago(shop, timedelta())
    assert await claimed(shop) == Reply(201, b"{}", replayed=True)


async def test_another_request_under_the_key_is_refused(shop: Shop):
    await kept_ago(shop, timedelta())
    assert isinstance(await claimed(shop, OnceKey("brand_1", "lunch", b"another")), KeyReused)


async def test_postings_without_a_key_are_free(shop: Shop):
    async with shop.database.begin() as tx:
        assert await claim(tx, [None, KEY, None]) == [None, None, None]
        assert await claim(tx, [None]) == [None]


async def test_keys_are_forgotten_after_their_time_and_not_before(shop: Shop):
    await kept_ago(shop, timedelta(days=DAYS_KEPT, seconds=-60))
    async with shop.database.begin() as tx:
        assert await forget_old_keys(tx) == 0
    async with shop.database.begin() as tx:
        tx.now += timedelta(minutes=2)
        assert await forget_old_keys(tx) == 1
    assert await claimed(shop) is None
