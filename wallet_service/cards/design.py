"""From what we know to what the card shows. PURE."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wallet_service.cards.announcing import Announce, Change
from wallet_service.cards.placeholders import Holder
from wallet_service.loyalty.ledger.expiring import Expiring
from wallet_service.wallets.seam import CardFace, Design, Value


@dataclass(frozen=True, slots=True)
class CardState:
    """A card as the database knows it now."""

    serial: str
    pass_type: str
    template_version_id: str
    version: int
    change_seq: int
    modified_at: datetime
    token_key: int
    voided: bool
    holder: Holder
    time_zone: str = "UTC"
    """By whose calendar the holder's points expire."""
    tier: str = ""
    """The holder's, by its name in the programme's rules."""
    changed: Change = Change.BALANCE
    """What has changed since the newest version that any phone has fetched."""


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """A design, and how each of its holes is filled."""

    design: Design
    fills: Mapping[str, Callable[[Holder], Value]]
    announce: Announce
    """Which of its fields tell of which change."""
    announcers: Sequence[str]
    """`announcing` for every set of changes: a card is composed for every fetch."""
    shows_expiry: bool = False
    """Whether it shows what expires next, for which the holder's lots have to be read."""


def looks_alike(one: CardFace, other: CardFace) -> bool:
    """Whether the two show the same: equal values in equal texts, beside equal images, in either wallet."""
    return one.values == other.values and (one.design is other.design or one.design.look == other.design.look)


def compose(style: Style, state: CardState) -> CardFace:
    """The card's face at its present version."""
    holder = state.holder
    return CardFace(
        style.design,
        {name: fill(holder) for name, fill in style.fills.items()},
        serial=state.serial,
        pass_type=state.pass_type,
        version=state.version,
        modified_at=state.modified_at,
        token_key=state.token_key,
        voided=state.voided,
        announces=style.announcers[state.changed],
    )


def expecting(state: CardState, expiring: Expiring | None) -> CardState:
    """The card of a holder whose points expire so."""
    points, on = (expiring.points, expiring.on) if expiring else (0, None)
    return replace(state, holder=replace(state.holder, expiring_points=points, expires_on=on))
