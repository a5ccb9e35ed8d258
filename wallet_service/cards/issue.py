"""Issue a card, find it, withdraw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wallet_service.cards import sql
from wallet_service.cards.faces import Shelf, face, states
from wallet_service.cards.refresh import refresh_these
from wallet_service.database.seam import Transaction
from wallet_service.errors import Conflict, NotFound
from wallet_service.ids import is_id, new_id
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.facts import MemberErased
from wallet_service.loyalty.people.members import Member, lock_member
from wallet_service.wallets.seam import Wallet


class CardNotFound(NotFound):
    """The brand has no such card."""

    slug = "card-not-found"
    title = "There is no such card"


class CardVoided(Conflict):
    """The card was withdrawn; a new one can be issued to the member."""

    slug = "card-voided"
    title = "The card was withdrawn"


@dataclass(frozen=True, slots=True)
class Card:
    """A member's card."""

    id: str
    """Also the serial number of Apple's pass."""
    member_id: str
    programme_id: str
    pass_type: str
    template_version_id: str
    version: int
    modified_at: datetime
    handed_version: int | None
    """The newest version given out by its link; None before the first download."""
    handed_at: datetime | None
    voided_at: datetime | None
    created_at: datetime


async def issue_card(
    tx: Transaction, member: Member, *, shelf: Shelf, wallet: Wallet, token_key: int
) -> tuple[Card, bool]:
    """The member's card, and whether it is new: a member has one living card.

    Raises what `wallet.check` refuses (the certificate, or the face itself); then nothing is written.
    """
    programme = await find_programme(tx, member.brand_id, member.programme_id)
    card_id = new_id("card", tx.now)
    values = {
        "id": card_id,
        "brand": member.brand_id,
        "programme": programme.id,
        "member": member.id,
        "template_version": programme.template_version_id,
        "pass_type": programme.pass_type,
        "token_key": token_key,
        "now": tx.now,
    }
    await lock_member(tx, member.id)  # whoever changes the member meanwhile will see the new card, or be seen on it
    if not await tx.run(sql.INSERT_CARD, values):
        row = await tx.first(sql.LIVE_CARD_OF, {"member": member.id})
        if row is None:
            raise CardVoided("The card was withdrawn at this very moment.", remedy="Repeat the request.")
        return await find_card(tx, member.brand_id, row.id), False
    (state,) = await states(tx, [card_id])
    if state is not None:
        await wallet.check(await face(tx, shelf, state))
    return await find_card(tx, member.brand_id, card_id), True


async def find_card(tx: Transaction, brand_id: str, card_id: str) -> Card:
    """The brand's card of this id. Raises `CardNotFound`."""
    row = await tx.first(sql.CARD, {"brand": brand_id, "id": card_id}) if is_id("card", card_id) else None
    if row is None:
        raise CardNotFound(f"No card {card_id[:40]!a} in this brand.")
    return Card(*row)


async def find_any_card(tx: Transaction, card_id: str) -> Card:
    """A card of whatever brand, for the operator. Raises `CardNotFound`."""
    row = await tx.first(sql.BRAND_OF_CARD, {"id": card_id}) if is_id("card", card_id) else None
    return await find_card(tx, row.brand_id if row else "", card_id)


async def void_card(tx: Transaction, brand_id: str, card_id: str, interval: float) -> Card:
    """Withdraw a card: phones grey it out. A card already withdrawn stays so. Raises `CardNotFound`."""
    await find_card(tx, brand_id, card_id)
    if await tx.run(sql.VOID_CARD, {"brand": brand_id, "id": card_id, "now": tx.now}):
        await refresh_these(tx, [card_id], interval)
    return await find_card(tx, brand_id, card_id)


async def void_cards_of(tx: Transaction, facts: Sequence[MemberErased], interval: float) -> None:
    """Withdraw the cards of members who were erased; their phones then show nobody's name."""
    voided = await tx.all(sql.VOID_CARDS_OF, {"members": [fact.member_id for fact in facts], "now": tx.now})
    await refresh_these(tx, [row.id for row in voided], interval)
