"""Who may call, and what for: keys recognised, forgotten in time, and held to their scopes."""

import time

import httpx2

from tests.people import ANNA, Brand
from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.keys import Scope, create_key, list_keys, revoke_key
from wallet_service.service import Service
from wallet_service.web.callers import MEMORY
from wallet_service.web.doors import Doors

NEEDS: tuple[tuple[str, str, object, frozenset[Scope]], ...] = (
    ("GET", "/v1/members", None, frozenset({Scope.READ})),
    ("GET", "/v1/members/external:BH-1", None, frozenset({Scope.READ})),
    ("GET", "/v1/members/external:BH-1/entries", None, frozenset({Scope.READ})),
    ("GET", "/v1/cards/CARD", None, frozenset({Scope.READ})),
    ("POST", "/v1/members", {"name": "Boris"}, frozenset({Scope.MEMBERS})),
    ("PATCH", "/v1/members/external:BH-1", {"name": "A."}, frozenset({Scope.MEMBERS})),
    ("POST", "/v1/members/external:BH-1/entries", {"amount": 100}, frozenset({Scope.EARN})),
    ("POST", "/v1/members/external:BH-1/entries", {"amount": -1}, frozenset({Scope.SPEND})),
    ("PUT", "/v1/members/external:BH-1/balance", {"balance": 100}, frozenset({Scope.EARN, Scope.SPEND})),
    ("POST", "/v1/cards", {"member": "external:BH-1"}, frozenset({Scope.CARDS})),
    ("POST", "/v1/cards/CARD/void", None, frozenset({Scope.CARDS})),
)
"""What a call needs; in this order each of them succeeds."""


async def key_with(service: Service, brand: Brand, scopes: frozenset[Scope]) -> str:
    async with service.database.begin() as tx:
        return await create_key(tx, brand.id, "limited", scopes)


async def test_a_call_without_a_usable_key_is_unauthorized(desk: Desk) -> None:
    other_secret = desk.key[:-32] + "x" * 32
    credentials = (
        b"",
        b"Bearer",
        b"Basic YTpi",
        desk.key.encode(),
        b"Bearer wsk_live_nonsense",
        b"Bearer " + b"x" * 10_000,
        b"Bearer wsk_live_\xff",
        f"Bearer {desk.key}x".encode(),
        f"Bearer {other_secret}".encode(),
        b"Bearer wsk_live_01k9z8w4ekf4p8q2v7r5t3y1xa_" + b"x" * 32,
    )

    refused(await desk.client.get("/v1/members"), 401, "unauthorized")
    for each in credentials:
        answer = await desk.client.get("/v1/members", headers={b"Authorization": each})
        refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_strangers_body_is_not_even_read(desk: Desk) -> None:
    answer = await desk.client.post("/v1/members", content=b"{" * 2_000_000)

    refused(answer, 401, "unauthorized")


async def test_each_scope_opens_its_calls_and_no_others(desk: Desk, service: Service) -> None:
    await desk.enrol(**ANNA)
    card = await desk.issue("external:BH-1")
    for method, form, body, needed in NEEDS:
        path = form.replace("CARD", card["id"])
        for missing in needed:
            lacking = await key_with(service, desk.brand, frozenset(Scope) - {missing})
            answer = await Desk(desk.client, lacking, desk.brand).call(method, path, body)
            assert missing in refused(answer, 403, "scope-missing")["detail"]
        just_enough = await key_with(service, desk.brand, needed)
        answer = await Desk(desk.client, just_enough, desk.brand).call(method, path, body)
        assert answer.is_success, (method, path, answer.text)


async def test_a_revoked_key_is_believed_no_longer_than_the_memory_lasts(
    doors: Doors, desk: Desk, web: httpx2.AsyncClient
) -> None:
    now = time.monotonic()
    doors.callers.now = lambda: now
    done(await desk.call("GET", "/v1/members"), 200)
    async with doors.database.begin() as tx:
        (key,) = await list_keys(tx, desk.brand.id)
        await revoke_key(tx, desk.brand.id, key.id)

    now += MEMORY - 0.1
    done(await desk.call("GET", "/v1/members"), 200)
    now += 0.1
    refused(await desk.call("GET", "/v1/members"), 401, "unauthorized")


async def test_a_key_that_was_never_seen_before_is_refused_at_once_when_revoked(desk: Desk, doors: Doors) -> None:
    async with doors.database.begin() as tx:
        (key,) = await list_keys(tx, desk.brand.id)
        await revoke_key(tx, desk.brand.id, key.id)

    refused(await desk.call("GET", "/v1/members"), 401, "unauthorized")
