"""The one link of a card, `/c/<card>.<token>`: the same for ever, written anywhere, and right on any phone.

    iPhone         the pass as it is now; all of them, where its holder is in several programmes of the brand
    Android        Google's link that saves the card, where its brand has Google Wallet; else the web card
    another phone  the web card
    desktop        a code to be scanned with a phone
    a program      the pass, for it asks for no page
    a preview      whose card it is, and nothing else

For anybody, `….pkpass` is the pass, `….pkpasses` all passes of the member, `?web` the web card, `?google` Google's link.
The token is derived from the card's id, so a link is not stored, and not guessed. A GET uses nothing up. The link of somebody who was
merged into another member leads to that member's card.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wallet_service.cards.design import CardState
from wallet_service.cards.faces import Faces
from wallet_service.engine.grouping import Grouped
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.seam import Package
from wallet_service.web.http import Answer, Call, Fields, Receive, Scope, Send, fields, http_date, not_allowed
from wallet_service.web.phones.link_bundle import bundle
from wallet_service.web.phones.link_offers import Offers
from wallet_service.web.phones.link_pages import UNTOLD, VARY, preview
from wallet_service.web.phones.respond import noted, respond
from wallet_service.web.phones.visit import NOT_YET, NOTHING_HERE, TRY_LATER, WITHDRAWN, Visit, readable
from wallet_service.web.phones.visitors import Visitor, who_opens
from wallet_service.web.phones.web_card_rooms import READING, Act, Rooms, or_else
from wallet_service.web.writes import Writes

PURPOSE = "card-link"

GIVEN_OUT = fields(
    {"Content-Encoding": "identity", "Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Vary": VARY}
)

GOOGLE_SECONDS = 5.0
"""How long a customer waits for Google before the web card is shown instead."""


def card_link(public_url: str, keys: MasterKeys, card_id: str) -> str:
    """The address a customer opens to add the card."""
    return f"{public_url.rstrip('/')}/c/{card_id}.{keys.token(keys.newest, PURPOSE, card_id)}"


@dataclass(frozen=True, slots=True)
class LinkDoor:
    """The ASGI application behind card links."""

    faces: Faces
    look: Grouped[str, CardState | None]
    writes: Writes
    recognises: Callable[..., bool]
    offers: Offers = field(default_factory=Offers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give out the card, or say why not."""
        call = Call(scope, receive)
        await respond(call, self._answer(call), send, readable(TRY_LATER, call))

    async def _answer(self, call: Call) -> Answer:
        match call.path:
            case ["c", name]:
                name, ending = split(name)
                return await self._enter(call, name, "", dict.fromkeys(READING, self._act(call, ending)))
            case ["c", name, leaf]:
                return await self._enter(call, name, leaf, self.rooms.acts(leaf))
        return readable(NOTHING_HERE, call)

    @property
    def rooms(self) -> Rooms:
        """What browsers see."""
        return Rooms(self.faces, self.offers)

    async def _enter(self, call: Call, name: str, leaf: str, acts: Mapping[str, Act]) -> Answer:
        """The token is looked at first, then the visitor, then the card; only then is anything done."""
        card_id, _, token = name.partition(".")
        if not self.recognises(token, PURPOSE, card_id):
            return readable(NOTHING_HERE, call)
        if call.method not in acts:
            return not_allowed(acts)
        visitor = who_opens(call.header)
        if visitor is Visitor.AHEAD:
            return NOT_YET
        known = await self.look.submit(card_id)
        state = await self.offers.survivor(known) if known and known.voided else known
        if state is None:
            return readable(WITHDRAWN if known else NOTHING_HERE, call)
        visit = Visit(call, visitor, state, f"/c/{name}", leaf)
        if visitor is Visitor.PREVIEW:
            return preview(visit.words, state.holder.brand)
        return await acts[call.method](visit)

    def _act(self, call: Call, ending: str) -> Act:
        """What is done at the link: by its ending, else by its query, else by who came."""
        rooms = self.rooms
        endings: Mapping[str, Act] = {".pkpass": self.give_pass, ".pkpasses": self.give_passes}
        queries: Mapping[str, Act] = {"web": rooms.show, "json": rooms.tell, "google": self.save}
        visitors: Mapping[Visitor, Act] = {
            Visitor.IPHONE: self.give_passes,
            Visitor.PROGRAM: self.give_pass,
            Visitor.ANDROID: self.save,
            Visitor.DESKTOP: rooms.point,
        }
        found = [endings.get(ending), *map(queries.get, _flags(call)), visitors.get(who_opens(call.header))]
        return next(filter(None, found), rooms.show)

    async def give_pass(self, visit: Visit) -> Answer:
        """The pass."""
        return _given(visit, await self._package(visit, visit.state), "card.pkpass")

    async def give_passes(self, visit: Visit) -> Answer:
        """All living passes of the member in one file; just the pass when there is no other."""
        living = [state for state in await self.offers.together(visit.state) if not state.voided]
        if len(living) < 2:
            return await self.give_pass(visit)
        return _given(visit, bundle([await self._package(visit, state) for state in living]), "cards.pkpasses")

    async def _package(self, visit: Visit, state: CardState) -> Package:
        package = await self.faces.package(state)
        if not visit.looks_only:  # before the answer: the registration that follows is taken to hold this version
            await noted(self.writes.handed.submit((state.serial, state.version)))
        return package

    async def save(self, visit: Visit) -> Answer:
        """Google's link. To make one is an act, so HEAD hears of the web card instead."""
        link = None if visit.looks_only else await or_else(None, self._save_link(visit.state), "save link")
        return _moved(link) if link else await self.rooms.show(visit)

    async def _save_link(self, state: CardState) -> str | None:
        async with asyncio.timeout(GOOGLE_SECONDS):
            return await self.offers.save_link(state)


def split(name: str) -> tuple[str, str]:
    """`<card>.<token>`, and the ending of a file behind it. PURE."""
    ending = next((ending for ending in (".pkpasses", ".pkpass") if name.endswith(ending)), "")
    return name.removesuffix(ending), ending


def _flags(call: Call) -> list[str]:
    """The names in the query, with values or without."""
    query: bytes = call.scope["query_string"]
    return [part.partition(b"=")[0].decode("latin-1") for part in query.split(b"&")]


def _given(visit: Visit, package: Package, name: str) -> Answer:
    own: Fields = fields(
        {
            "Content-Type": package.media_type,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Last-Modified": http_date(visit.state.modified_at),
        }
    )
    return Answer(200, package.pieces, own + GIVEN_OUT)


def _moved(link: str) -> Answer:
    return Answer(302, fields=fields({"Location": link, "Vary": VARY} | UNTOLD | {"Cache-Control": "no-store"}))
