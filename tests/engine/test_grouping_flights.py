"""When another flight joins those under way."""

import asyncio
from collections.abc import Sequence

from wallet_service.engine.grouping import Grouped


async def test_another_flight_joins_only_for_a_full_batch():
    under_way, go = list[int](), asyncio.Event()

    async def write(items: Sequence[int]) -> list[int]:
        under_way.append(len(items))
        await go.wait()
        return list(items)

    group = Grouped(write, most=3, flights=2, queue=3)
    first = [asyncio.create_task(group.submit(n)) for n in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert under_way == [3]

    second = [asyncio.create_task(group.submit(n)) for n in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert under_way == [3], "two are not enough"

    second.append(asyncio.create_task(group.submit(2)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert under_way == [3, 3]
    go.set()
    assert await asyncio.gather(*first, *second) == [0, 1, 2, 0, 1, 2]
