"""API keys: shown once, hashed, revocable; their last use is known to the minute."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from tests.loyalty.shop import Shop
from wallet_service.errors import Unauthorized
from wallet_service.loyalty.brands import BrandNotFound
from wallet_service.loyalty.keys import ApiKey, Caller, KeyNotFound, Scope, create_key, list_keys, recognise, revoke_key

TILL = frozenset({Scope.EARN, Scope.SPEND})

SPOILT: Mapping[str, Callable[[str], str]] = {
    "another secret": lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
    "another id": lambda key: key[:9] + "0" * 26 + key[35:],
    "capitals": str.upper,
    "a space after it": lambda key: f"{key} ",
    "a line break after it": lambda key: f"{key}\n",
    "its beginning": lambda key: key[:9],
    "nothing": lambda _: "",
    "a NUL": lambda key: f"{key[:9]}\x00{key[10:]}",
}


async def fresh_key(shop: Shop) -> str:
    async with shop.database.begin() as tx:
        return await create_key(tx, shop.brand.id, "till 2", TILL)


async def known(shop: Shop, key: str, later: timedelta = timedelta()) -> Caller:
    async with shop.database.begin() as tx:
        tx.now += later
        return await recognise(tx, key)


async def kept(shop: Shop) -> ApiKey:
    async with shop.database.read() as tx:
        return (await list_keys(tx, shop.brand.id))[-1]


async def test_a_key_says_whose_it_is_and_what_it_may(shop: Shop):
    caller = await known(shop, await fresh_key(shop))
    assert (caller.brand_id, caller.scopes) == (shop.brand.id, frozenset({"earn", "spend"}))


async def test_a_key_is_never_shown_again(shop: Shop):
    secret = (await fresh_key(shop)).rpartition("_")[2]
    shown = await kept(shop)
    assert (shown.name, shown.scopes, shown.revoked_at, shown.last_used_at) == ("till 2", ("earn", "spend"), None, None)
    assert secret not in repr(shown)


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_what_is_not_exactly_the_key_opens_nothing(shop: Shop, spoilt: str):
    key = await fresh_key(shop)
    with pytest.raises(Unauthorized):
        await known(shop, SPOILT[spoilt](key))
    assert (await kept(shop)).last_used_at is None


async def test_a_revoked_key_opens_nothing_and_cannot_be_revoked_again(shop: Shop):
    key = await fresh_key(shop)
    key_id = (await kept(shop)).id
    async with shop.database.begin() as tx:
        await revoke_key(tx, shop.brand.id, key_id)
    with pytest.raises(Unauthorized):
        await known(shop, key)
    assert (await kept(shop)).revoked_at is not None
    with pytest.raises(KeyNotFound):
        async with shop.database.begin() as tx:
            await revoke_key(tx, shop.brand.id, key_id)


async def test_another_brand_cannot_revoke_a_key(shop: Shop):
    key = await fresh_key(shop)
    with pytest.raises(KeyNotFound):
        async with shop.database.begin() as tx:
            await revoke_key(tx, "brand_other", (await kept(shop)).id)
    assert (await known(shop, key)).brand_id == shop.brand.id


async def test_the_last_use_is_noted_once_a_minute(shop: Shop):
    key = await fresh_key(shop)
    uses = []
    for seconds in (0, 30, 61):
        await known(shop, key, timedelta(seconds=seconds))
        uses.append((await kept(shop)).last_used_at)
    first, soon, later = uses
    assert first is not None
    assert soon == first
    assert later is not None
    assert later > first + timedelta(seconds=60)


async def test_a_key_needs_a_brand(shop: Shop):
    async with shop.database.begin() as tx:
        with pytest.raises(BrandNotFound):
            await create_key(tx, "brand_nonsense", "till", TILL)
