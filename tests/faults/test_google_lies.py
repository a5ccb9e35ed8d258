"""Callbacks at the door of a running service: what is not Google's, not new or not ours changes nothing, and is counted."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from prometheus_client import generate_latest
from sqlalchemy import text

from tests.cards.google_shop import with_google
from tests.conftest import Site
from tests.people import ANNA, Brand
from tests.simulators.google_world import ISSUER, STRANGER
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.clock import SystemClock
from wallet_service.database.seam import Row
from wallet_service.settings import Settings
from wallet_service.simulators.android import AndroidPhone
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_callbacks import Event, message_about

STATE = text("""
SELECT saved_at, removed_at, (SELECT count(*) FROM google_callback) AS callbacks,
    (SELECT count(*) FROM push_due WHERE wallet = 'google') AS due
FROM google_object WHERE object_id = :object
""")
COUNTED = re.compile(r'wallet_google_callbacks_total\{result="(.+?)"\} (\d+)\.0')
LIFE = timedelta(minutes=1)
"""How long a callback is good."""


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    """Google, by the same clock as the service."""
    async with GoogleSimulator(now=SystemClock().now) as opened:
        yield opened


@pytest.fixture
def settings(settings: Settings, google: GoogleSimulator) -> Settings:
    """The settings of a service that knows this Google."""
    return with_google(settings, google)


@dataclass(frozen=True, slots=True)
class Post:
    """Anna's card, saved in Google Wallet, and the door where callbacks about it arrive."""

    site: Site
    google: GoogleSimulator
    phone: AndroidPhone
    object_id: str

    async def state(self) -> Row:
        """Everything that a callback could change."""
        async with self.site.service.database.read() as tx:
            return await tx.first(STATE, {"object": self.object_id})

    def signed(self, event: Event = "del", *, issuer: str = ISSUER, at: datetime | None = None) -> bytes:
        """What Google would say of the card at that moment."""
        now = at or SystemClock().now()
        object_id = self.object_id.replace(ISSUER, issuer)
        return self.google.signer.sign(issuer, message_about(event, f"{issuer}.burger-heroes-1", object_id, now), now)

    async def deliver(self, body: bytes) -> int:
        """The status that whoever sent it hears."""
        answer = await self.site.client.post(f"{self.site.base_url}/google/callbacks", content=body)
        return answer.status_code

    def counted(self) -> Counter[str]:
        """What became of callbacks so far, by kind."""
        told = generate_latest(self.site.service.metrics.registry).decode()
        return Counter({kind: int(count) for kind, count in COUNTED.findall(told) if int(count)})


@pytest.fixture
async def post(site: Site, burger_heroes: Brand, google: GoogleSimulator) -> Post:
    async with site.service.database.begin() as tx:
        await claim_issuer(tx, burger_heroes.id, ISSUER)
    member = await burger_heroes.till.enrol(**ANNA)
    card = await burger_heroes.till.issue(member["id"])
    phone = AndroidPhone("Anna's Pixel", google, site.client)
    (saved,) = await phone.save(card["link"])
    return Post(site, google, phone, saved.object_id)


async def test_what_google_says_is_believed(post: Post) -> None:
    saved = await post.state()
    await post.phone.delete(post.object_id)
    removed = await post.state()

    assert (saved.removed_at, saved.callbacks, removed.callbacks) == (None, 1, 2)
    assert None not in (saved.saved_at, removed.removed_at)
    assert [delivery.status for delivery in post.google.postman.deliveries] == [200, 200]


async def test_a_callback_that_comes_again_changes_nothing(post: Post) -> None:
    body = post.signed()
    assert await post.deliver(body) == 200
    before = await post.state()
    assert await asyncio.gather(*(post.deliver(body) for _ in range(10))) == [200] * 10

    assert tuple(await post.state()) == tuple(before)
    assert post.counted() == {"accepted": 2, "repeated": 10}


async def test_a_callback_of_which_one_letter_is_altered_is_refused(post: Post) -> None:
    before, body = await post.state(), post.signed()
    altered = [body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :] for at in places(body)]
    assert [await post.deliver(each) for each in altered] == [400] * len(altered)

    assert tuple(await post.state()) == tuple(before)
    counted = post.counted()
    assert (counted["accepted"], counted.total()) == (1, 1 + len(altered))


def places(body: bytes) -> list[int]:
    """Positions in every part of a callback: between two quotation marks, the one in the middle."""
    marks = [at for at, byte in enumerate(body) if byte == ord('"')]
    return sorted({(start + end) // 2 for start, end in pairwise(marks) if end - start > 6})


@pytest.mark.parametrize(
    ("kind", "age", "issuer"),
    [
        pytest.param("expired", LIFE, ISSUER, id="expired"),
        pytest.param("key-expired", timedelta(days=30), ISSUER, id="expired long ago"),
        pytest.param("foreign-issuer", timedelta(0), STRANGER, id="another issuer's"),
    ],
)
async def test_what_google_truly_said_but_not_now_or_not_to_us_is_refused(
    post: Post, kind: str, age: timedelta, issuer: str
) -> None:
    before = await post.state()
    assert await post.deliver(post.signed(issuer=issuer, at=SystemClock().now() - age)) == 400

    assert tuple(await post.state()) == tuple(before)
    assert post.counted() == {"accepted": 1, kind: 1}


async def test_what_another_signer_says_is_refused(post: Post) -> None:
    before = await post.state()
    now = SystemClock().now()
    async with GoogleSimulator(now=SystemClock().now) as impostor:
        message = message_about("del", f"{ISSUER}.burger-heroes-1", post.object_id, now)
        assert await post.deliver(impostor.signer.sign(ISSUER, message, now)) == 400

    assert tuple(await post.state()) == tuple(before)
    assert post.counted() == {"accepted": 1, "unknown-root": 1}


async def test_an_older_callback_that_comes_late_does_not_undo_a_newer_one(post: Post) -> None:
    now = SystemClock().now()
    assert await post.deliver(post.signed("del", at=now)) == 200
    removed = await post.state()
    assert await post.deliver(post.signed("save", at=now - LIFE / 2)) == 200

    after = await post.state()
    assert (after.saved_at, after.removed_at) == (removed.saved_at, removed.removed_at)
    assert after.callbacks == removed.callbacks + 1
