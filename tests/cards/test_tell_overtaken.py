"""A worker whose lease ran out settles nothing that came after its own batch."""

import asyncio
from collections.abc import Sequence

from tests.cards.desk import installed, make_due, register
from tests.loyalty.shop import Shop
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.cards.tell import Telling
from wallet_service.outcomes import Outcome
from wallet_service.wallets.seam import Wake


async def test_what_came_after_an_overtaken_workers_batch_stays_due(shop: Shop):
    member, card = await installed(shop)
    await register(shop, card, "phone")
    await shop.give(member, 10)
    sent, go_on = asyncio.Event(), asyncio.Event()

    class Slow(MemoryWallet):
        """Apple's answer is long in coming."""

        async def publish(self, wakes: Sequence[Wake]) -> Sequence[Outcome]:
            outcomes = await MemoryWallet.publish(self, wakes)
            sent.set()
            await go_on.wait()
            return outcomes

    def telling(wallet: MemoryWallet) -> Telling:
        service = shop.service
        return Telling(service.database, wallet, service.clock, service.settings.push)

    slow = asyncio.create_task(telling(Slow()).take())
    await sent.wait()
    await make_due(shop)  # as the end of the lease does
    await telling(MemoryWallet()).take()
    await shop.give(member, 5)
    go_on.set()
    await slow

    await make_due(shop)
    late = MemoryWallet()
    await telling(late).take()
    assert late.tokens == ["token of phone"]
