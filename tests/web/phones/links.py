"""The door of links by itself, with whatever a test wants it to offer, and Anna's card behind it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from sqlalchemy import text

from tests.people import PASS_TYPE, Brand, open_brand
from tests.web.phones.user_agents import USER_AGENTS
from wallet_service.cards.faces import Shelf
from wallet_service.cards.issue import issue_card
from wallet_service.channels.web_subscription import Subscription
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.people.members import enrol_member
from wallet_service.service import Service
from wallet_service.web.doors import Doors
from wallet_service.web.phones.link import LinkDoor, card_link
from wallet_service.web.phones.link_offers import Offers
from wallet_service.web.phones.visitors import Visitor

PUBLIC = "https://cards.example"
PAGE = {"Accept": "text/html,*/*;q=0.8"}
HANDED = text("SELECT handed_version FROM card WHERE id = :card")

AGENTS = {visitor: next(iter(named.values())) for visitor, named in USER_AGENTS.items()}
"""One of each kind."""


@dataclass(slots=True)
class Desk:
    """Keeps subscriptions in memory."""

    public_key: str = "BOurPublicKey"
    kept: dict[tuple[str, str], Subscription] = field(default_factory=dict)

    async def keep(self, card: Any, subscription: Subscription) -> None:
        self.kept[card.serial, subscription.endpoint] = subscription

    async def drop(self, card: Any, endpoint: str) -> None:
        self.kept.pop((card.serial, endpoint), None)


@dataclass(frozen=True, slots=True)
class House:
    """A service with a brand, and the door of its links."""

    service: Service
    brand: Brand
    doors: Doors
    offers: Offers

    def offering(self, **offers: Any) -> "House":
        """The same house, whose links offer more."""
        return replace(self, offers=replace(self.offers, **offers))

    async def issue(self, wishes: dict[str, str]) -> str:
        """Somebody is issued a card; the path of its link."""
        async with self.service.database.begin() as tx:
            programme = await find_programme(tx, self.brand.id, self.brand.programme)
            member = await enrol_member(tx, programme, wishes)
            card, _ = await issue_card(tx, member, shelf=Shelf(), wallet=self.service.wallet, token_key=1)
        return card_link("", self.service.keys, card.id)

    async def open(
        self, path: str, visitor: Visitor = Visitor.PHONE, method: str = "GET", **more: Any
    ) -> httpx2.Response:
        """Somebody opens a link, in a browser unless it is a program."""
        doors, keys = self.doors, self.service.keys
        door = LinkDoor(doors.faces, doors.look, doors.writes, keys.recognises, self.offers)
        said = {"User-Agent": AGENTS[visitor]} | ({} if visitor is Visitor.PROGRAM else PAGE) | more.pop("headers", {})
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=door), base_url=PUBLIC) as client:
            return await client.request(method, path, headers=said, **more)

    async def handed(self, path: str) -> int | None:
        """Which version of the card is noted as given out."""
        async with self.service.database.read() as tx:
            row = await tx.first(HANDED, {"card": path.removeprefix("/c/").partition(".")[0]})
        return None if row is None else row.handed_version


async def open_house(service: Service) -> House:
    """A house that offers nothing but the pass and the web card."""
    brand = await open_brand(service, "Burger Heroes", PASS_TYPE)
    return House(service, brand, Doors.of(service), Offers(public_url=PUBLIC))


def answering(link: str | None) -> Callable[[Any], Awaitable[str | None]]:
    """Always the same save link."""

    async def save_link(_: Any) -> str | None:
        return link

    return save_link


async def always(_: Any) -> bool:
    """For every card."""
    return True
