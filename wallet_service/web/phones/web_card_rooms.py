"""What a card's link shows in a browser, and everything below it: `/c/<card>.<token>/…`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from wallet_service.cards.faces import Faces
from wallet_service.cards.numerals import locale_of
from wallet_service.errors import WalletServiceError
from wallet_service.wallets.looks import look_of
from wallet_service.web.http import Answer, fields
from wallet_service.web.phones.link_offers import Offers
from wallet_service.web.phones.link_pages import UNTOLD, Button, desk
from wallet_service.web.phones.link_push import endpoint_in, subscription_in
from wallet_service.web.phones.visit import NOTHING_HERE, Visit
from wallet_service.web.phones.visitors import Visitor
from wallet_service.web.phones.web_card import WebCard, draw, tell, unchanged
from wallet_service.web.phones.web_card_offers import web_offer
from wallet_service.web.phones.web_manifest import LARGE, SMALL, large_icon, manifest, small_icon, worker

LOG = structlog.get_logger()
T = TypeVar("T")

READING = ("GET", "HEAD")

Act = Callable[[Visit], Awaitable[Answer]]

USELESS: Mapping[Visitor, str] = {Visitor.IPHONE: "google", Visitor.ANDROID: "apple"}
"""The wallet that a phone does not have; elsewhere both are of use, if only as a file."""


async def or_else(default: T, asked: Awaitable[T], what: str) -> T:
    """What was asked for, or the default when it cannot be had: the visitor is served all the same."""
    try:
        return await asked
    except (WalletServiceError, TimeoutError) as trouble:
        why = getattr(trouble, "detail", "no answer in time")
        LOG.warning("link goes without", what=what, trouble=type(trouble).__name__, why=why)
        return default


@dataclass(frozen=True, slots=True)
class Rooms:
    """The pages of one site's cards."""

    faces: Faces
    offers: Offers

    def acts(self, leaf: str) -> Mapping[str, Act]:
        """Method -> what is done at this address below a link."""
        if leaf == "push":
            return {"POST": self.subscribe, "DELETE": self.unsubscribe}
        reading: Mapping[str, Act] = {
            "card.webmanifest": self.manifest,
            SMALL: self.small_icon,
            LARGE: self.large_icon,
            "worker.js": self.worker,
        }
        return dict.fromkeys(READING, reading.get(leaf, self.badge))

    async def point(self, visit: Visit) -> Answer:
        """What a desktop shows: the way to a phone."""
        link, holder = f"{self.offers.public_url.rstrip('/')}{visit.path}", visit.state.holder
        return desk(visit.words, (holder.brand, holder.programme), link, await self._buttons(visit))

    async def show(self, visit: Visit) -> Answer:
        """The web card."""
        return draw(await self._web_card(visit, await self._buttons(visit)))

    async def tell(self, visit: Visit) -> Answer:
        """The news of the web card, if there are any."""
        card = await self._web_card(visit)
        return unchanged(card.mark, visit.call.header(b"if-none-match")) or tell(card)

    async def manifest(self, visit: Visit) -> Answer:
        """What makes it an app."""
        card = await self._web_card(visit)
        return manifest(card.look, card.images, card.path, card.language)

    async def small_icon(self, visit: Visit) -> Answer:
        """The icon as the template has it."""
        return small_icon((await self._web_card(visit)).images) or NOTHING_HERE

    async def large_icon(self, visit: Visit) -> Answer:
        """The icon in any size."""
        card = await self._web_card(visit)
        return large_icon(card.images, card.look.colours.background)

    @staticmethod
    async def worker(visit: Visit) -> Answer:
        """What shows the card when there is no network."""
        return worker(visit.path)

    async def badge(self, visit: Visit) -> Answer:
        """An official button, if it has been placed."""
        badge = self.offers.badges.by_file.get(visit.leaf)
        if badge is None:
            return NOTHING_HERE
        return Answer(200, (badge.content,), fields({"Content-Type": badge.media_type} | UNTOLD))

    async def subscribe(self, visit: Visit) -> Answer:
        """Tell this browser of the card from now on."""
        if self.offers.push is None:
            return NOTHING_HERE
        await self.offers.push.keep(visit.state, await subscription_in(visit.call))
        return Answer(204, fields=fields(UNTOLD))

    async def unsubscribe(self, visit: Visit) -> Answer:
        """Tell it no more."""
        if self.offers.push is None:
            return NOTHING_HERE
        await self.offers.push.drop(visit.state, await endpoint_in(visit.call))
        return Answer(204, fields=fields(UNTOLD))

    async def _web_card(self, visit: Visit, buttons: Sequence[Button] = ()) -> WebCard:
        face = await self.faces.face(visit.state)
        language, push, now = face.design.language, self.offers.push, self.offers.clock.now()
        held = await self.offers.held(visit.state) if visit.state.holder.offers else ()
        return WebCard(
            look=look_of(face, locale_of(language), now),
            language=language,
            images=face.design.files,
            words=visit.words,
            path=visit.path,
            at=now,
            push_key=push.public_key if push else "",
            buttons=buttons,
            offers=[web_offer(each, language, visit.words) for each in held],
        )

    async def _buttons(self, visit: Visit) -> tuple[Button, ...]:
        """The ways into the wallets that are of use here."""
        words, badges = visit.words, self.offers.badges
        google = await or_else(False, self.offers.google(visit.state), "google")
        ways = (("apple", f"{visit.path}.pkpass", words.apple), ("google", f"{visit.path}?google", words.google))
        useful = {"apple", *(("google",) if google else ())} - {USELESS.get(visit.visitor)}
        return tuple(
            Button(address, text, f"{visit.path}/{badge.file}" if (badge := badges.of(wallet, words.language)) else "")
            for wallet, address, text in ways
            if wallet in useful
        )
