"""Apple's push service is ill for a while: in the end every phone shows the truth, and no change was lost."""

import random
from collections.abc import Callable

import pytest

from tests.conftest import Site
from tests.journeys.walks import Holder, all_told, join, join_many, until
from tests.people import ANNA, Brand
from wallet_service.simulators.apns_script import (
    REFUSED_STREAM,
    TAKEN,
    Answer,
    Drop,
    GoAway,
    Reply,
    ResetStream,
    Script,
    always,
    first_attempt,
)

MEMBERS = 8
ILLNESSES: dict[str, Reply] = {
    "503": Answer(503, "ServiceUnavailable"),
    "500": Answer(500, "InternalServerError"),
    "429": Answer(429, "TooManyRequests", retry_after=1),
    "goaway_unprocessed": GoAway("before"),
    "goaway_and_gone": GoAway("this", close=True),
    "dropped": Drop(),
    "stream_refused": ResetStream(REFUSED_STREAM),
    "html": Answer(502, body=b"<html>Bad Gateway</html>"),
}


def fever(seed: int, *, share: float, over: Callable[[], bool]) -> Script:
    """Any illness, for this share of the pushes, until it is `over`."""
    chance = random.Random(seed)  # noqa: S311 - a fault, not a secret

    def script(_: object) -> Reply:
        ill = chance.random() < share and not over()
        return chance.choice(list(ILLNESSES.values())) if ill else TAKEN

    return script


async def assert_all_show(site: Site, holders: list[Holder], balance: int) -> None:
    """Every phone shows this balance, no call of a phone failed, and REST says so."""
    await all_told(site)
    for holder in holders:
        card = await holder.up_to_date()
        assert (holder.balance_shown, holder.phone.errors) == (balance, 0)
        assert [device["told_outcome"] for device in card["devices"]] == ["accepted"]


@pytest.mark.parametrize("illness", ILLNESSES)
async def test_a_push_that_fails_once_comes_again(site: Site, burger_heroes: Brand, illness: str) -> None:
    anna = await join(site, burger_heroes, ANNA, "Anna's iPhone")
    site.apns.script = first_attempt(ILLNESSES[illness])
    await anna.buys(10)
    await assert_all_show(site, [anna], 10)


async def test_through_a_fever_of_every_kind_all_phones_get_there(site: Site, burger_heroes: Brand) -> None:
    holders = await join_many(site, burger_heroes, MEMBERS)
    bought = 0
    site.apns.script = fever(7, share=0.5, over=lambda: bought == 5 * MEMBERS)
    for _ in range(5):
        for holder in holders:
            await holder.buys(10)
            bought += 1
    await assert_all_show(site, holders, 50)
    assert site.apns.violations == []


async def test_while_apple_is_out_the_card_says_that_it_is_late(site: Site, burger_heroes: Brand) -> None:
    anna = await join(site, burger_heroes, ANNA, "Anna's iPhone")
    site.apns.script = always(ILLNESSES["429"])
    await anna.buys(10)

    async def tried() -> bool:
        return (await anna.till.card(anna.card))["devices"][0]["told_outcome"] is not None

    await until(tried, "the outcome of the push is known")
    late = await anna.till.card(anna.card)
    site.apns.script = always(TAKEN)

    assert late["up_to_date"] is False
    assert late["devices"][0]["told_outcome"] == "later: TooManyRequests"
    await assert_all_show(site, [anna], 10)
