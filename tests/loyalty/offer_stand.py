"""A stand of offers: a shop whose clock is set by hand, that gives, shows and redeems what it has on offer."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from tests.loyalty.lot_days import LotShop
from tests.people import PASS_TYPE, open_brand
from wallet_service.app import open_service
from wallet_service.clock import SetClock
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.offers.offers import Offer, archive_offer, define_offer, list_codes, make_codes
from wallet_service.loyalty.offers.offers_given import OffersEnding, PersonalOffer, Present, give_offer, give_offers
from wallet_service.loyalty.offers.offers_judged import Redeeming, Redemption, outcome_of, try_codes
from wallet_service.loyalty.offers.offers_redeemed import keep_redemptions, lay_out, redeem, unredeem, unredeem_of
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.offer import Check
from wallet_service.settings import Settings

COFFEE = Line("coffee-s", "coffee", 2, 350)
CAKE = Line("cake", "cakes", 1, 500)
LUNCH = Check([COFFEE, CAKE])

FREE_COFFEE: dict[str, Any] = {
    "name": "free-coffee",
    "title": {"en": "A coffee on us", "ru": "Кофе в подарок"},
    "kind": "personal",
    "benefit": {"gift": "coffee-s"},
    "valid_days": 14,
    "reminder_days": 3,
}
SUMMER: dict[str, Any] = {
    "name": "summer",
    "title": {"en": "Summer"},
    "kind": "shared",
    "code": "SUMMER-26",
    "benefit": {"percent": 10},
}
FLYER: dict[str, Any] = {"name": "flyer", "title": {"en": "Flyer"}, "kind": "unique", "benefit": {"amount": 200}}
BONUS: dict[str, Any] = SUMMER | {"name": "bonus", "code": "PLUS100", "benefit": {"points": 100}}

MORNING = datetime(2026, 11, 2, 9, tzinfo=UTC)

SHOWN = text("SELECT shown -> 'offers' AS offers FROM member_standing WHERE member_id = :member")


@dataclass(frozen=True, slots=True)
class OfferStand(LotShop):
    """A shop with offers."""

    async def define(self, document: Mapping[str, Any], **more: Any) -> Offer:
        """An offer, in force."""
        async with self.database.begin() as tx:
            programme = await find_programme(tx, self.brand.id, self.brand.programme)
            offer, _ = await define_offer(tx, programme, {**document, **more})
            return offer

    async def archive(self, offer: Offer) -> Offer:
        """The offer, ended."""
        async with self.database.begin() as tx:
            return await archive_offer(tx, self.brand.id, offer.id)

    async def codes(self, offer: Offer, count: int) -> list[str]:
        """Codes made in bulk."""
        async with self.database.begin() as tx:
            await make_codes(tx, offer, count)
            return [code.code for code in await list_codes(tx, offer, None, count)]

    async def hand(
        self, member: Member, offer: str = "free-coffee", *, occasion: str = "by hand", skus: Sequence[str] = ()
    ) -> PersonalOffer:
        """A personal offer, given."""
        async with self.database.begin() as tx:
            return await give_offer(tx, Present(member.id, offer, occasion, skus))

    async def give_all(self, *presents: Present) -> list[PersonalOffer | None]:
        """Personal offers, given at once."""
        async with self.database.begin() as tx:
            return await give_offers(tx, presents)

    def wish(
        self, *codes: str, by: Member | None = None, check: Check = LUNCH, purchase: str | None = None
    ) -> Redeeming:
        """Codes that are shown."""
        return Redeeming(self.brand.id, codes, check, by.id if by else None, purchase)

    async def redeem(self, code: str, *, by: Member | None = None, check: Check = LUNCH) -> Redemption:
        """A code, redeemed by itself."""
        async with self.database.begin() as tx:
            return await redeem(tx, self.wish(code, by=by, check=check))

    async def redeem_all(self, *wishes: Redeeming) -> list[list[int] | str]:
        """What the codes of each wish take off, or the reason or name of the refusal."""
        async with self.database.begin() as tx:
            codes = await lay_out(tx, wishes)
            taken = [outcome_of(codes, wish) for wish in wishes]
            await keep_redemptions(tx, [each for outcome in taken if isinstance(outcome, list) for each in outcome])
            return [told(outcome) for outcome in taken]

    async def try_all(self, *wishes: Redeeming) -> list[list[int] | str]:
        """The same, without effect."""
        async with self.database.read() as tx:
            return [told(outcome) for outcome in await try_codes(tx, wishes)]

    async def undo(self, redemption: Redemption) -> Redemption:
        """The redemption, undone."""
        async with self.database.begin() as tx:
            return await unredeem(tx, self.brand.id, redemption.id)

    async def refund(self, purchase: str) -> int:
        """How many codes of a purchase were given back."""
        async with self.database.begin() as tx:
            return await unredeem_of(tx, purchase)

    async def shown(self, member: Member) -> list[Mapping[str, Any]]:
        """The offers that the member's card shows."""
        async with self.database.read() as tx:
            row = await tx.first(SHOWN, {"member": member.id})
            return list(row.offers) if row and row.offers else []

    async def pass_moments(self) -> float:
        """Let offers end, or be brought back to mind; in how many seconds the drain would look again."""
        while (wait := await OffersEnding(self.database, portion=2).take()) == 0.0:
            pass
        return wait


def told(outcome: list[Redemption] | WalletServiceError) -> list[int] | str:
    """What the codes take off, or why they bring nothing."""
    if isinstance(outcome, WalletServiceError):
        return str(outcome.extra.get("reason", outcome.slug))
    return [each.granted.discount for each in outcome]


@asynccontextmanager
async def open_stand(settings: Settings, pool: int = 6) -> AsyncIterator[OfferStand]:
    """Burger Heroes on a morning in November."""
    clock = SetClock(MORNING)
    async with open_service(settings.model_copy(update={"pool": pool}), clock=clock) as service:
        yield OfferStand(service, await open_brand(service, "Burger Heroes", PASS_TYPE), clock)
