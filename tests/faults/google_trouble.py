"""Scenarios: Google is ill at every change of a card; in the end its objects show the truth, and nobody was told twice."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from tests.cards.google_shop import NEXT_DAY, GoogleShop, Held, open_google_shop
from tests.conftest import TEMPLATES
from tests.faults.proof import Figures, Runs
from tests.people import PASS_TYPE, TEAM
from wallet_service.cards.google import GoogleTelling
from wallet_service.clock import SetClock, SystemClock
from wallet_service.outcomes import Delivered, Outcome, TryLater, Unknown
from wallet_service.settings import PushSettings, Settings
from wallet_service.simulators.google_script import RATE, Drop, Fail, Stall, Trouble
from wallet_service.simulators.google_wire import Call
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.wallets.seam import ObjectWallet

CARDS = 10
"""Cards that may change at the same time, and so be shown by the same request."""
STALL = 10.0
"""Seconds of a stall, give or take a tenth: as long as we wait for an answer (`google.deadline`)."""

Illness = Callable[[GoogleShop, Random], Trouble | None]
"""What ails Google when it hears of a change for the first time."""


def rate(_: GoogleShop, chance: Random) -> Trouble:
    """It was too much, in any of Google's words."""
    return chance.choice((RATE, Fail(403, "rateLimitExceeded"), Fail(429, "rateLimitExceeded", retry_after=1)))


def failure(_: GoogleShop, chance: Random) -> Trouble:
    """Any 5xx, a proxy's too."""
    html = Fail(502, page=b"<html>Bad Gateway</html>")
    return chance.choice((Fail(500), html, Fail(503), Fail(503, retry_after=30), Fail(504)))


def stale_token(shop: GoogleShop, _: Random) -> None:
    """The access token ends in the middle of its life."""
    shop.google.accounts.revoke_tokens()


def lost_answer(_: GoogleShop, __: Random) -> Trouble:
    """It is done, and the connection cut before the answer."""
    return Drop()


def stall(seconds: float = STALL) -> Illness:
    """It is done, and the answer comes about so late."""
    return lambda _, chance: Stall(seconds * chance.uniform(0.9, 1.1))


async def google_rate(folder: Path, runs: Runs) -> None:
    """Google says at each change that it was too much (429, 403)."""
    await ail(folder, runs, rate)


async def google_5xx(folder: Path, runs: Runs) -> None:
    """Google fails at each change (500 to 504, pages of proxies)."""
    await ail(folder, runs, failure)


async def google_401(folder: Path, runs: Runs) -> None:
    """The access token is revoked at each change."""
    await ail(folder, runs, stale_token)


async def google_stalls(folder: Path, runs: Runs) -> None:
    """Google does as it is told at each change, and answers 10 seconds later, when we no longer wait or just still."""
    await ail(folder, runs, stall())


async def google_lost(folder: Path, runs: Runs) -> None:
    """Google does as it is told at each change, and its answer is lost."""
    await ail(folder, runs, lost_answer)


async def ail(folder: Path, runs: Runs, illness: Illness) -> None:
    """So many changes of cards in a shop of their own, each of which meets this illness once."""
    clock = SetClock(SystemClock().now().replace(microsecond=0))
    async with open_google_shop(settings_in(folder), clock) as shop:
        await endure(shop, clock, runs, illness)


def settings_in(folder: Path) -> Settings:
    """An operator's settings, with everything in an empty folder."""
    make_dev_certificates(folder / "certs", PASS_TYPE, TEAM, "Test", SystemClock().now())
    push = PushSettings(interval=0.0)
    return Settings(data_dir=folder, certs_dir=folder / "certs", templates_dir=TEMPLATES, pool=6, push=push)


async def endure(
    shop: GoogleShop, clock: SetClock, runs: Runs, illness: Illness, wallet: ObjectWallet | None = None
) -> None:
    """Each run is a change. Some come at once, of different cards, and then a day passes, so that each may be told."""
    everybody, drain = [await shop.hold(f"Pixel {number}") for number in range(CARDS)], shop.telling(wallet)
    for dice in waves(runs):
        clock.forward(NEXT_DAY)
        changing = dict(zip(dice[0].sample(everybody, len(dice)), dice, strict=True))
        figures = await change_all(shop, drain, changing, illness)
        for held in everybody:
            await assert_shown_and_told(shop, held)
        runs.add(figures, len(dice))


def waves(runs: Runs) -> Iterator[Sequence[Random]]:
    """The dice of the runs, in groups of any size up to the number of cards."""
    dice, size = iter(runs), Random(runs.seed)  # noqa: S311 - moments, not secrets
    while wave := list(islice(dice, size.randint(1, CARDS))):
        yield wave


async def change_all(
    shop: GoogleShop, drain: GoogleTelling, changing: Mapping[Held, Random], illness: Illness
) -> Figures:
    """These cards change at once, each change meets the illness, and all get there."""
    outcomes = Counter[type[Outcome]]()
    drain.noted = lambda batch: outcomes.update(map(type, batch))
    for held in changing:
        await shop.shop.give(held.member, 1)
    began = time.monotonic()
    shop.google.script = fever = Fever(shop, illness, {held.object_id: dice for held, dice in changing.items()})
    await shop.all_told(drain)
    assert fever.spared == {}, "a change did not meet the illness"
    assert outcomes.keys() <= {Delivered, Unknown, TryLater}
    seconds = time.monotonic() - began
    return Figures(outcomes[Delivered], outcomes[Unknown], outcomes[TryLater], len(changing), seconds)


async def assert_shown_and_told(shop: GoogleShop, held: Held) -> None:
    """The object shows what the ledger says, we know that it does, and the phone said each balance once, in order."""
    balance = (await shop.shop.member(held.member)).balance
    assert (held.balance, (await shop.known(held.card)).shown_balance) == (balance, balance)
    assert held.heard == [str(each) for each in range(1, balance + 1)]


@dataclass(slots=True)
class Fever:
    """A script: Google falls ill at the first call about each of these objects, and is well at every other."""

    shop: GoogleShop
    illness: Illness
    spared: dict[str, Random]
    """Object -> its dice, until it has met the illness."""

    def __call__(self, call: Call) -> Trouble | None:
        """What ails Google at this call."""
        met = next((object_id for object_id in self.spared if object_id in call.path), None)
        return None if met is None else self.illness(self.shop, self.spared.pop(met))
