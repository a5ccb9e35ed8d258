"""Who takes part in a transaction that may award something: each member with account, standing and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from wallet_service.database.seam import Row
from wallet_service.loyalty.found import only
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.offers.offers_given import Present
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.engine import Rules
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.standing import Standing

Shown = Mapping[str, Any]
"""What a card shows of a member's standing: `tier`, `goal`, `purchase`, `offers`."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to whom something happens."""

    brand_id: str
    member: MemberRef
    trigger: Trigger


@dataclass(slots=True)
class Seat:
    """A member who takes part."""

    account: Account
    standing: Standing
    rules: Rules
    zone: ZoneInfo
    """Of the programme: by its calendar everything counts."""
    programme_id: str
    rulebook_id: str | None
    language: str
    referrer: str | None
    """Who brought the member."""
    shown: Shown
    shows: dict[str, Any] = field(default_factory=dict)
    """What the card is to show from now on; what is not named stays."""
    stepped: bool = False
    """Whether anything has happened to the member here."""


@dataclass(slots=True)
class Seating:
    """All who take part, and what is common to them."""

    found: Mapping[int, Sequence[Row]]
    """Guest -> the members that answer to the reference."""
    seats: Mapping[str, Seat]
    budgets: Mapping[str, Mapping[str, int]]
    """Programme -> mechanic -> points that were left of its budget."""
    left: Mapping[str, dict[str, int]]
    """The same, now."""
    parked: Mapping[str, set[str]]
    """Programme -> mechanics that give nothing until somebody has looked."""
    troubles: dict[tuple[str, str], str] = field(default_factory=dict)
    """Programme and mechanic that failed here -> why."""
    gifts: list[Present] = field(default_factory=list)
    """Offers that members are to have."""
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Messages that mechanics ask for."""
    owed: list[dict[str, Any]] = field(default_factory=list)
    """Points for those who brought somebody."""

    def of(self, guest: int, ref: MemberRef) -> Seat:
        """The seat of a guest. Raises `MemberNotFound` or `MemberAmbiguous`."""
        return self.seats[only(self.found.get(guest, ()), ref).id]
