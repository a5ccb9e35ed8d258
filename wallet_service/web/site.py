"""The ASGI application: phones and tills straight through, everything else by FastAPI."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from wallet_service.cards.browsers import BrowserDesk
from wallet_service.cards.design import CardState
from wallet_service.cards.faces import states_together, survivors_state
from wallet_service.cards.google import SaveLinks
from wallet_service.database.seam import Database
from wallet_service.loyalty.offers.offers_given import SHOWN, PersonalOffer, held_offers
from wallet_service.web import health, problem_pages, problems
from wallet_service.web.api import (
    addresses,
    bulk,
    cards,
    consents,
    entries,
    happenings,
    histories,
    holds,
    lots,
    mechanics,
    members,
    merges,
    offers,
    profiles,
    proof,
    purchases,
    redemptions,
    reports,
    reversals,
    rules,
    simulations,
    wallets,
    why,
)
from wallet_service.web.api.answers import LineResult, Problem
from wallet_service.web.api.document import complete
from wallet_service.web.api.models import BulkEntry
from wallet_service.web.doors import Doors
from wallet_service.web.http import Receive, Scope, Send
from wallet_service.web.limits import Allowance
from wallet_service.web.phones.apple import PhoneDoor, address_secret
from wallet_service.web.phones.google import GoogleDoor
from wallet_service.web.phones.images import ImageDoor
from wallet_service.web.phones.link import LinkDoor
from wallet_service.web.phones.link_badges import read_badges
from wallet_service.web.phones.link_offers import Offers
from wallet_service.web.reference import router as reference
from wallet_service.web.till import TillDoor

ABOUT = """
Loyalty cards in Apple Wallet and Google Wallet that show the balance at the till.

Every refusal is `application/problem+json` (RFC 9457) with a `code` and a page at its `type`. Send an
`Idempotency-Key` with whatever writes: a repeated request then has one effect and one answer.
"""


class Site:
    """Sends each request to its door."""

    def __init__(self, doors: Doors) -> None:
        """Build every door."""
        settings, keys = doors.service.settings, doors.service.keys
        self._api = build_api(doors)
        health.watch(self._api, doors.service)
        self._till = TillDoor(doors)
        self._phones = PhoneDoor(
            doors.faces,
            doors.glance,
            doors.look,
            doors.ask,
            doors.writes,
            doors.service.wallet.recognises,
            settings.limits,
            Allowance(settings.limits.open_per_minute),
            address_secret(keys.token(keys.newest, "addresses")),
        )
        self._links = LinkDoor(doors.faces, doors.look, doors.writes, keys.recognises, offers_of(doors))
        self._google = GoogleDoor(
            doors.service.believe,
            doors.issuers,
            doors.database,
            doors.service.clock,
            doors.service.metrics.count_callback,
        )
        self._images = ImageDoor(doors.database)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/apple/"):
                return await self._phones(scope, receive, send)
            if path.startswith("/c/"):
                return await self._links(scope, receive, send)
            if path.startswith("/google/"):
                return await self._google(scope, receive, send)
            if path.startswith("/images/"):
                return await self._images(scope, receive, send)
            if call := self._till.match(scope):
                return await self._till.answer(call, scope, receive, send)
        return await self._api(scope, receive, send)


def offers_of(doors: Doors) -> Offers:
    """What the links of cards offer beside the pass."""
    service = doors.service
    browsers = service.browsers
    links = SaveLinks(doors.database, doors.faces.shelf, service.google)
    return Offers(
        public_url=service.settings.public_url.rstrip("/"),
        save_link=links.make,
        google=links.offered,
        together=partial(_together, doors.database),
        survivor=partial(_survivor, doors.database),
        held=partial(_held, doors.database),
        push=BrowserDesk(doors.database, browsers.public_key) if browsers else None,
        badges=read_badges(service.settings.badges_dir),
        clock=service.clock,
    )


async def _together(database: Database, state: CardState) -> Sequence[CardState]:
    async with database.read() as tx:
        return await states_together(tx, state.serial)


async def _survivor(database: Database, state: CardState) -> CardState | None:
    async with database.read() as tx:
        return await survivors_state(tx, state.serial)


async def _held(database: Database, state: CardState) -> Sequence[PersonalOffer]:
    async with database.read() as tx:
        return await held_offers(tx, [state.holder.member_id], SHOWN)


class Api(FastAPI):
    """FastAPI, with a document that says everything."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi(), Problem, BulkEntry, LineResult)
        return self.openapi_schema


def build_api(doors: Doors) -> FastAPI:
    """REST v1, its reference, and the pages of problems."""
    app = Api(
        title="wallet_service",
        version=version("wallet-service"),
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.doors = doors
    problems.install(app)
    for part in (
        members,
        entries,
        bulk,
        cards,
        addresses,
        wallets,
        problem_pages,
        reference,
        reversals,
        holds,
        merges,
        proof,
        lots,
        rules,
        mechanics,
        simulations,
        happenings,
        why,
        purchases,
        profiles,
        consents,
        histories,
        offers,
        redemptions,
        reports,
    ):
        app.include_router(part.router)
    return app
