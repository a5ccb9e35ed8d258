"""One run of a scenario: everybody shops while something breaks and is mended, and then all must be well."""

from collections.abc import Awaitable

from tests.faults.invariants import assert_all_is_well
from tests.faults.proof import Figures
from tests.faults.shoppers import shopping
from tests.faults.world import World

COME_AGAIN = {409, 503}
"""All that a till may hear instead of success: the same request is still in progress, or the service is unwell."""


async def survive(world: World, trouble: Awaitable[float | None]) -> Figures:
    """Break and mend while everybody shops. `trouble` may tell in how many seconds everybody was served again."""
    before = _tally(world)
    async with shopping(world.shoppers):
        seconds = await trouble
    refusals = (refusal for shopper in world.shoppers for refusal in shopper.refusals)
    assert [refusal for refusal in refusals if refusal.status not in COME_AGAIN] == []
    await assert_all_is_well(world)
    _assert_everybody_was_woken(world, before.pushes)
    after = _tally(world)
    return Figures(
        after.acknowledged - before.acknowledged,
        after.unknown - before.unknown,
        after.refused - before.refused,
        after.pushes - before.pushes,
        seconds or 0.0,
    )


def _tally(world: World) -> Figures:
    """What it all came to so far."""
    shoppers = world.shoppers
    return Figures(
        sum(len(shopper.acknowledged) for shopper in shoppers),
        sum(shopper.broken for shopper in shoppers),
        sum(len(shopper.refusals) for shopper in shoppers),
        len(world.site.apns.received),
    )


def _assert_everybody_was_woken(world: World, heard: int) -> None:
    woken = {push.token for push in world.site.apns.received[heard:]}
    assert {shopper.holder.phone.push_token for shopper in world.shoppers} <= woken
    assert world.site.apns.violations == []
