"""What Google tells us counts once and is on the disk before we say so; what it did not say changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.people import PASS_TYPE, open_brand
from tests.wallets.google.notary import ISSUER, NOW, OTHER_ISSUER, Notary, in_ms, saved
from tests.web.phones.scene import issue_many
from wallet_service.cards.google_callbacks import (
    CallbackTrace,
    forget_old_callbacks,
    google_callbacks_of,
    our_issuers,
)
from wallet_service.clock import SetClock
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.database.seam import Row
from wallet_service.engine.grouping import Grouped
from wallet_service.service import Service
from wallet_service.wallets.callback import MOST_BYTES, Reason, Verify
from wallet_service.wallets.google.callback_keys import read_root_keys
from wallet_service.wallets.google.callbacks import verify
from wallet_service.wallets.google.root_keys import RootKeys
from wallet_service.wallets.google.verifier import CallbackVerifier
from wallet_service.web.phones.google import GoogleDoor

ADD_ISSUER = text("INSERT INTO google_issuer VALUES (:issuer, :brand, now())")
ADD_OBJECT = text("""
INSERT INTO google_object (card_id, issuer_id, object_id, class_id) VALUES (:card, :issuer, :object, :class)
""")
OBJECT = text("SELECT saved_at, removed_at FROM google_object WHERE object_id = :object")
KEPT = text("SELECT count(*) AS rows FROM google_callback")
COMMITS_FAIL = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON google_callback DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail()
"""
LATER = timedelta(seconds=30)


@dataclass(slots=True)
class Post:
    """The door where Google's post arrives, with two cards behind it."""

    database: PostgresDatabase
    clock: SetClock
    verify: Verify
    client: httpx2.AsyncClient
    notary: Notary
    cards: Sequence[str] = ()
    counted: list[str] = field(default_factory=list)

    async def deliver(self, body: bytes, path: str = "/google/callbacks", method: str = "POST") -> httpx2.Response:
        return await self.client.request(method, path, content=body)

    async def says(self, event: str, nonce: str, *, sent: timedelta = timedelta(), **more: Any) -> int:
        """Google tells us this of the first card; the status it hears."""
        expires = in_ms(NOW + sent + timedelta(minutes=1))
        message = saved(self.cards[0], eventType=event, nonce=nonce, expTimeMillis=expires) | more
        return (await self.deliver(self.notary.callback(message))).status_code

    async def card(self, number: int = 0) -> Row:
        """When the card was saved and removed."""
        async with self.database.read() as tx:
            return await tx.first(OBJECT, {"object": f"{ISSUER}.{self.cards[number]}"})

    async def listed(self, number: int = 0) -> Sequence[CallbackTrace]:
        async with self.database.read() as tx:
            return await google_callbacks_of(tx, self.cards[number])

    async def kept(self) -> int:
        async with self.database.read() as tx:
            row = await tx.first(KEPT)
        return int(row.rows) if row else 0


def post_at(database: PostgresDatabase, clock: SetClock, judge: Verify | None = None) -> Post:
    notary = Notary()
    roots = read_root_keys(notary.keys())

    async def by_these_roots(body: bytes, issuers: Any, now: Any) -> Any:
        return verify(body, roots, issuers, now)

    async def look(askers: Sequence[None]) -> Sequence[frozenset[str]]:
        async with database.read() as tx:
            return await our_issuers(tx, askers)

    counted: list[str] = []
    door = GoogleDoor(judge or by_these_roots, Grouped(look), database, clock, counted.append)
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=door), base_url="http://cards.example.com")
    return Post(database, clock, door.verify, client, notary, counted=counted)


@pytest.fixture
async def post(service: Service, database_url: str) -> AsyncIterator[Post]:
    clock = SetClock(NOW)
    post = post_at(PostgresDatabase(database_url, clock), clock)
    brand = await open_brand(service, "Burger Heroes", PASS_TYPE)
    post.cards = await issue_many(service, brand, 2)
    async with post.database.begin() as tx:
        await tx.run(ADD_ISSUER, {"issuer": ISSUER, "brand": brand.id})
        for card in post.cards:
            values = {"card": card, "issuer": ISSUER, "object": f"{ISSUER}.{card}", "class": f"{ISSUER}.burger-heroes"}
            await tx.run(ADD_OBJECT, values)
    yield post
    await post.client.aclose()
    await post.database.aclose()


async def test_a_card_that_was_saved_is_in_somebodys_wallet_until_it_is_removed(post: Post):
    assert await post.says("save", "a") == 200
    assert tuple(await post.card()) == (NOW, None)
    post.clock.forward(LATER)
    assert await post.says("del", "b", sent=LATER) == 200
    assert tuple(await post.card()) == (NOW, NOW + LATER)
    post.clock.forward(LATER)
    assert await post.says("save", "c", sent=2 * LATER) == 200
    assert tuple(await post.card()) == (NOW + 2 * LATER, None)
    assert tuple(await post.card(1)) == (None, None)
    assert await post.listed() == [
        CallbackTrace("save", NOW, "a"),
        CallbackTrace("del", NOW + LATER, "b"),
        CallbackTrace("save", NOW + 2 * LATER, "c"),
    ]
    assert post.counted == ["accepted"] * 3


async def test_however_often_a_callback_comes_it_counts_once(post: Post):
    assert await post.says("save", "a") == 200
    post.clock.forward(LATER)
    assert await asyncio.gather(*(post.says("save", "a") for _ in range(8))) == [200] * 8
    assert tuple(await post.card()) == (NOW, None)
    assert await post.kept() == 1
    assert sorted(post.counted) == ["accepted"] + ["repeated"] * 8


async def test_deliveries_at_the_same_moment_count_once(post: Post):
    assert await asyncio.gather(*(post.says("save", "a") for _ in range(8))) == [200] * 8
    assert sorted(post.counted) == ["accepted"] + ["repeated"] * 7


async def test_a_late_delivery_does_not_undo_what_a_newer_one_said(post: Post):
    post.clock.forward(LATER)
    assert await post.says("del", "newer", sent=LATER) == 200
    assert await post.says("save", "older") == 200
    assert tuple(await post.card()) == (None, NOW + LATER)
    assert [told.nonce for told in await post.listed()] == ["newer", "older"]


async def test_an_event_that_we_do_not_know_is_kept_and_changes_nothing(post: Post):
    both = [f"{ISSUER}.{card}" for card in post.cards]
    assert await post.says("activate", "a", objectIds=both) == 200
    assert tuple(await post.card()) == (None, None)
    assert [len(await post.listed(number)) for number in (0, 1)] == [1, 1]
    assert await post.says("save", "b") == 200
    assert tuple(await post.card()) == (NOW, None)


async def test_a_callback_of_no_card_of_ours_is_taken_and_forgotten(post: Post):
    assert await post.says("save", "a", objectId=f"{ISSUER}.somebody-elses") == 200
    assert (post.counted, await post.kept()) == (["no-card"], 0)


async def test_what_cannot_be_believed_is_refused_counted_and_changes_nothing(post: Post):
    good = post.notary.callback(saved(post.cards[0]))
    sent = {
        good.replace(b"save", b"del"): Reason.SIGNATURE,
        good.replace(b"ECv2SigningOnly", b"ECv1"): Reason.PROTOCOL,
        good[:-1]: Reason.MALFORMED,
        b"": Reason.MALFORMED,
        Notary().callback(saved(post.cards[0])): Reason.UNKNOWN_ROOT,
        post.notary.callback(saved(issuer=OTHER_ISSUER), issuer=OTHER_ISSUER): Reason.FOREIGN_ISSUER,
        post.notary.callback(saved(post.cards[0], expTimeMillis=in_ms(NOW))): Reason.EXPIRED,
    }
    answers = [await post.deliver(body) for body in sent]
    assert [answer.status_code for answer in answers] == [400] * len(sent)
    assert {answer.text for answer in answers} == {'{"code":"callback-refused"}'}
    assert post.counted == list(sent.values())
    assert (tuple(await post.card()), await post.kept()) == ((None, None), 0)


@pytest.mark.parametrize(
    ("method", "path", "size", "status"),
    [
        ("POST", "/google/callbacks", MOST_BYTES + 1, 413),
        ("GET", "/google/callbacks", 0, 405),
        ("POST", "/google/callbacks/more", 0, 404),
        ("POST", "/google", 0, 404),
    ],
)
async def test_anything_else_is_turned_away(post: Post, method: str, path: str, size: int, status: int):
    assert (await post.deliver(b" " * size, path, method)).status_code == status


async def test_nothing_is_said_to_be_kept_before_it_is(post: Post):
    async with post.database.begin() as tx:
        await (await tx.driver()).execute(COMMITS_FAIL)
    assert await post.says("save", "a") == 503
    assert (tuple(await post.card()), await post.kept(), post.counted) == ((None, None), 0, [])


async def test_without_root_keys_google_is_asked_to_come_again(post: Post):
    away = post_at(post.database, post.clock, CallbackVerifier(RootKeys(post.clock, "http://127.0.0.1:1/keys")))
    answer = await away.deliver(post.notary.callback(saved(post.cards[0])))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert (await post.kept(), away.counted) == (0, [])
    await away.client.aclose()


async def test_without_a_database_google_is_asked_to_come_again():
    clock = SetClock(NOW)
    away = post_at(PostgresDatabase("postgresql://127.0.0.1:1/nowhere", clock), clock)
    assert (await away.deliver(away.notary.callback(saved()))).status_code == 503
    await away.client.aclose()
    await away.database.aclose()


async def test_callbacks_that_expired_long_ago_are_forgotten(post: Post):
    await post.says("save", "a")
    await post.says("del", "b", sent=timedelta(days=1))
    post.clock.forward(timedelta(days=91))
    async with post.database.begin() as tx:
        assert await forget_old_callbacks(tx) == 1
    assert [told.nonce for told in await post.listed()] == ["b"]
