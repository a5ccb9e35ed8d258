"""What lost callbacks would have told is found by night; callbacks that came are believed more than the walk."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.cards.google_night import DAY, EVENING_TO_NIGHT, MemoryHolders, Night, answer, evening, falling
from tests.loyalty.shop import Shop
from tests.people import OTHER_PASS_TYPE, open_brand
from tests.simulators.google_world import EMAIL, ISSUER, STRANGER
from tests.wallets.google.accounts import install
from wallet_service.cards.google_callbacks import CorrectionTrace, forget_old_callbacks
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.google_reconcile import BEGINS, IDLE, night_of
from wallet_service.clock import SetClock
from wallet_service.engine.memory import is_tick
from wallet_service.flows import CLOCKWORK, RECONCILE_GOOGLE
from wallet_service.settings import Settings
from wallet_service.simulators.google_script import Fail, in_order
from wallet_service.wallets.holding import HolderPage


@pytest.fixture
def clock() -> SetClock:
    """An evening."""
    return SetClock(evening())


@pytest.fixture
async def night(settings: Settings, clock: SetClock) -> AsyncIterator[Night]:
    """A shop whose callbacks all are lost: nobody listens at its address."""
    async with falling(settings, clock) as opened:
        yield opened


async def test_a_save_that_no_callback_told_of_is_found_by_night(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    assert (await night.trace(anna.card)).saved_at is None

    assert await night.walk() == ["save"]
    trace = await night.trace(anna.card)
    assert (trace.saved_at, trace.removed_at, trace.callbacks) == (night.clock.now(), None, [])
    assert trace.corrections == [CorrectionTrace("save", night.clock.now())]


async def test_a_removal_that_no_callback_told_of_is_found_by_night(night: Night):
    anna = await night.world.hold("Anna's Pixel")
    await night.hear("save", anna.object_id)
    saved_at = night.clock.now()
    await anna.phone.delete(anna.object_id)
    night.clock.forward(EVENING_TO_NIGHT)

    assert await night.walk() == ["del"]
    trace = await night.trace(anna.card)
    assert (trace.saved_at, trace.removed_at) == (saved_at, night.clock.now())
    assert [each.event for each in trace.callbacks] == ["save"]
    assert trace.corrections == [CorrectionTrace("del", night.clock.now())]


async def test_what_is_lost_every_day_is_found_every_night(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    assert await night.walk() == ["save"]
    await anna.phone.delete(anna.object_id)
    night.clock.forward(DAY)
    assert await night.walk() == ["del"]
    night.clock.forward(DAY)
    assert await night.walk() == []
    await anna.phone.save(await night.world.link(anna.card))
    night.clock.forward(DAY)
    assert await night.walk() == ["save"]
    trace = await night.trace(anna.card)
    assert [each.event for each in trace.corrections] == ["save", "del", "save"]
    assert (trace.saved_at, trace.removed_at) == (night.clock.now(), None)


async def test_a_class_is_walked_in_pages_once_in_a_night(night: Night):
    await night.hold(*(f"phone {number}" for number in range(5)))
    assert await night.walk() == ["save"] * 5
    assert night.asked() == [200] * 3
    assert [row.ended for row in await night.walks()] == [True]

    night.clock.forward(timedelta(hours=3))
    drain = night.drain()
    assert await drain.take() == IDLE
    assert night.asked() == [200] * 3


async def test_nights_that_nobody_worked_are_made_up_for_by_one_walk(night: Night):
    await night.hold("Anna's Pixel")
    await night.walk()
    night.clock.forward(3 * DAY + timedelta(hours=9))
    await night.walk()
    assert night.asked() == [200] * 2


async def test_google_in_trouble_in_the_middle_is_asked_again_for_the_same_page(night: Night):
    await night.hold(*(f"phone {number}" for number in range(5)))
    night.world.google.script = in_order([None, *[Fail(503, retry_after=600)] * 2])
    drain = night.drain()
    assert await drain.take() == await drain.take() == 0.0
    assert 60.0 < await drain.take() <= 600.0
    (stuck,) = await night.walks()

    await night.make_due()
    await drain.take()
    (later,) = await night.walks()
    assert later.page == stuck.page != ""
    assert (stuck.attempt, later.attempt) == (1, 2)

    await night.make_due()
    assert await night.walk() == ["save"] * 3  # another process goes on
    assert night.asked() == [200, 503, 503, 200, 200]


async def test_two_brands_do_not_wait_for_each_other(night: Night, settings: Settings):
    world, google = night.world, night.world.google
    account = google.accounts.by_email[EMAIL]
    google.open_issuer(STRANGER, account)
    service = world.shop.service
    key = (service.settings.certs_dir / "google" / ISSUER / "service-account.json").read_bytes()
    install(service.settings.certs_dir, key, STRANGER)
    other = await open_brand(service, "Beans", OTHER_PASS_TYPE)
    async with service.database.begin() as tx:
        await claim_issuer(tx, other.id, STRANGER)
    ours = await world.hold("Anna's Pixel")
    theirs = await replace(world, shop=Shop(service, other)).hold("Boris' Galaxy")
    night.clock.forward(EVENING_TO_NIGHT)

    roles = google.accounts.roles.pop(ISSUER)
    assert await night.walk() == ["save"]
    assert (await night.trace(theirs.card)).corrections
    assert [(row.issuer_id, row.ended) for row in await night.walks()] == [(ISSUER, False), (STRANGER, True)]

    google.accounts.roles[ISSUER] = roles
    await night.make_due()
    assert await night.walk() == ["save"]
    assert (await night.trace(ours.card)).corrections


async def test_an_issuer_says_nothing_of_anothers_cards(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    lie = HolderPage({anna.object_id.replace(ISSUER, STRANGER): True, f"{ISSUER}.nobody": True}, "")
    assert await night.walk(night.drain(MemoryHolders([lie]))) == []
    async with night.world.shop.database.begin() as tx:
        await claim_issuer(tx, night.world.shop.brand.id, STRANGER)
        driver = await tx.driver()
        await driver.execute("UPDATE google_walk SET issuer_id = $1, night = '-infinity'", STRANGER)
    assert await night.walk(night.drain(MemoryHolders([answer(anna)]))) == []
    assert (await night.trace(anna.card)).saved_at is None


async def test_what_a_callback_told_within_the_last_hour_is_left_alone(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    await night.hear("save", anna.object_id)
    told_at = night.clock.now()
    night.clock.forward(timedelta(minutes=59))
    assert await night.walk(night.drain(MemoryHolders([answer(anna, held=False)]))) == []
    assert (await night.trace(anna.card)).removed_at is None

    night.clock.forward(DAY)
    assert await night.walk(night.drain(MemoryHolders([answer(anna, held=False)]))) == ["del"]
    assert (await night.trace(anna.card)).saved_at == told_at


async def test_a_callback_that_comes_while_google_is_asked_wins(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    await night.hear("save", anna.object_id)
    night.clock.forward(DAY)

    async def save_again() -> None:
        night.clock.forward(timedelta(seconds=1))
        await night.hear("save", anna.object_id)

    assert await night.walk(night.drain(MemoryHolders([answer(anna, held=False)], save_again))) == []
    assert (await night.trace(anna.card)).removed_at is None


async def test_a_callback_that_comes_after_the_answer_wins(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    assert await night.walk() == ["save"]
    night.clock.forward(timedelta(seconds=5))
    await night.hear("del", anna.object_id)
    assert (await night.trace(anna.card)).removed_at == night.clock.now()
    assert await night.walk() == []


async def test_corrections_are_listed_as_long_as_callbacks(night: Night):
    (anna,) = await night.hold("Anna's Pixel")
    await night.walk()
    night.clock.forward(90 * DAY)
    async with night.world.shop.database.begin() as tx:
        assert await forget_old_callbacks(tx) == 0
    night.clock.forward(timedelta(seconds=1))
    async with night.world.shop.database.begin() as tx:
        assert await forget_old_callbacks(tx) == 1
    assert (await night.trace(anna.card)).corrections == []


def test_a_night_belongs_to_the_day_in_which_it_begins():
    begin = datetime.fromisoformat("2026-11-22T00:00:00+00:00") + BEGINS
    assert night_of(begin) == date(2026, 11, 22)
    assert night_of(begin - timedelta(seconds=1)) == date(2026, 11, 21)


def test_the_clockwork_wakes_the_walk_soon_after_the_night_has_begun():
    (cron,) = [cron for cron in CLOCKWORK if cron.job == RECONCILE_GOOGLE]
    begin = datetime.fromisoformat("2026-11-22T00:00:00+00:00") + BEGINS
    assert any(is_tick(cron.expression, begin + timedelta(minutes=minute)) for minute in range(1, 15))
