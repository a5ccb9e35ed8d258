"""Looks at the wallets of one brand in a running service; what to think of them is `wallets`' business."""

import asyncio
from dataclasses import dataclass, field
from functools import partial

from wallet_service.database.seam import Database, Row
from wallet_service.health import gather, sql
from wallet_service.health.google import ask_google, look_at_issuers
from wallet_service.health.lookout import Lookout, Shared
from wallet_service.health.state import IssuerState
from wallet_service.health.wallets import BrandFacts, GoogleCards, certificates_of

Issuers = tuple[IssuerState, ...]

COUNT_SECONDS = 5.0
"""For how long the figures of a brand's cards are believed: all of its cards at Google are counted."""

GOOGLE_SECONDS = 20.0
"""For how long Google's word is believed: its requests are for the cards."""


@dataclass(frozen=True, slots=True)
class BrandLookout:
    """Gathers the facts of one brand at a time."""

    database: Database
    lookout: Lookout
    _counted: dict[str, Shared[GoogleCards]] = field(default_factory=dict)
    """Brand -> the figures of its cards."""
    _asked: dict[str, tuple[Issuers, Shared[Issuers]]] = field(default_factory=dict)
    """Brand -> what was known of its issuers when Google was asked, and the answer."""

    async def look(self, brand_id: str, *, ask: bool = False) -> BrandFacts:
        """Everything on this side of the network and, if asked to, Google's word on who may act for the issuers."""
        async with self.database.read() as tx:
            pass_types = [row.identifier for row in await tx.all(sql.PASS_TYPES, {"brand": brand_id})]
            brands = {row.issuer_id: row.brand for row in await tx.all(sql.ISSUERS, {"brand": brand_id})}
        issuers = await self._issuers(brands)
        settings = self.lookout.settings
        return BrandFacts(
            certificates=certificates_of(pass_types, await self.lookout.certificates()),
            issuers=await self._permitted(brand_id, issuers) if ask and issuers else issuers,
            cards=await self._cards(brand_id),
            public_url=settings.public_url,
            web_push=await asyncio.to_thread(gather.look_at_web_push, settings),
            app=next((each for each in await self.lookout.apps() if each.brand == brand_id), None),
        )

    async def _cards(self, brand_id: str) -> GoogleCards:
        """The figures of the brand's cards, as of the last few seconds."""
        count = self._counted.setdefault(brand_id, Shared(partial(self._count, brand_id), COUNT_SECONDS))
        return await count()

    async def _count(self, brand_id: str) -> GoogleCards:
        async with self.database.read() as tx:
            row: Row = await tx.first(sql.GOOGLE_CARDS, {"brand": brand_id})
        return GoogleCards(*row)

    async def _issuers(self, brands: dict[str, str]) -> Issuers:
        """The issuers of the brand in the order given, and of no other."""
        seen = await asyncio.to_thread(look_at_issuers, self.lookout.accounts, brands)
        found = {each.issuer: each for each in seen}
        return tuple(found[issuer] for issuer in brands)

    async def _permitted(self, brand_id: str, issuers: Issuers) -> Issuers:
        """Google's word on these, asked anew as soon as another account or issuer is known."""
        known, answer = self._asked.get(brand_id, (None, None))
        if answer is None or known != issuers:
            ask = partial(ask_google, self.lookout.settings, self.lookout.clock, issuers)
            answer = Shared(ask, GOOGLE_SECONDS)
            self._asked[brand_id] = issuers, answer
        return await answer()
