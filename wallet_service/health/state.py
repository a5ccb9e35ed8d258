"""The state of a service at one moment, as it was found; what to think of it is `findings`' business."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wallet_service.wallets.google.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something could not be found out: why, and what to do."""

    why: str
    remedy: str = ""
    code: str = ""
    """Its stable name, for machines: of the refusal, or of the certificate's rule."""


class Schema(StrEnum):
    """How the tables of the database stand to this program."""

    RIGHT = "right"
    NONE = "none"
    BEHIND = "behind"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Server:
    """The database's server, as it answered."""

    version: str
    """Postgres's own, such as `18.6`."""
    schema: Schema
    ahead: float
    """Seconds its clock is before ours; negative when it is behind."""
    answered_in: float
    """Seconds it took to answer."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Changed cards that are due to be told in one wallet."""

    wallet: str
    """`apple`, `google`, or `web` for browsers."""
    cards: int
    oldest: float
    """Seconds by which the oldest of them is overdue; 0 when none is."""
    failing: int
    """Those of them that were told twice in vain at least, or are being told for the third time."""
    passed: int = 0
    """Cards that were told since the oldest was due (counted for Google, whose pace is the limit)."""


@dataclass(frozen=True, slots=True)
class Census:
    """What stands in the tables."""

    live_cards: int
    devices: int
    """Device registrations."""
    stale_devices: int
    """Those that took a push over an hour ago and have not fetched the card since."""
    restyling: int
    """Living cards of an older version of their template."""
    restyled: int
    """Cards that ever moved to a newer one."""
    refreshing: int
    """Cards of mass refreshes under way whose phones are still to be told at their pace."""
    held_jobs: int
    """Jobs that failed and are kept for the operator."""
    parked_mechanics: int
    """Mechanics that failed, and give nothing until somebody has looked."""
    google_saved: int
    """Cards that are in somebody's Google Wallet."""
    queues: tuple[Queue, ...]
    """One for each wallet."""
    issuers: Mapping[str, str]
    """Issuer id at Google -> the brand that uses it."""


@dataclass(frozen=True, slots=True)
class CertificateState:
    """A pass certificate, and what is wrong with it."""

    pass_type: str
    days_left: int | None
    """Whole days until it expires, negative once it has; None when there is nothing to read."""
    errors: tuple[Trouble, ...] = ()
    warnings: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuerState:
    """An issuer at Google, the service account that is to act for it, and what is wrong with it."""

    issuer: str
    brand: str | None
    """None: there is a key file, and no brand uses the issuer."""
    email: str | None = None
    """The account; None when its key file cannot be used."""
    flaws: tuple[Trouble, ...] = ()
    permit: Verdict | None = None
    """Google's answer to who may act for the issuer; None where nobody asked."""


@dataclass(frozen=True, slots=True)
class AppState:
    """The key with which a brand pushes to its own app, and what is wrong with it."""

    brand: str
    """Its id, which names the key's folder."""
    project: str | None = None
    """The Firebase project; None when the key file cannot be used."""
    flaws: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk under the data folder, in bytes."""

    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Reached:
    """An address that took a connection."""

    address: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything that was looked at; None where nobody looked."""

    server: Server | Trouble
    keys: int | Trouble
    """The version of the newest master key."""
    census: Census | Trouble | None = None
    certificates: tuple[CertificateState, ...] | None = None
    disk: Disk | Trouble | None = None
    apns: Reached | Trouble | None = None
    issuers: tuple[IssuerState, ...] | None = None
    public_url: str = ""
    google_per_s: int = 20
    """Requests that a Google project may be asked in a second."""
    web_push: str | Trouble | None = None
    """The public key that browsers subscribe to."""
    apps: tuple[AppState, ...] | None = None


def schema_of(revision: str | None, known: tuple[str, ...]) -> Schema:
    """How a database of this revision stands to a program that knows these, the newest first. PURE."""
    if revision is None:
        return Schema.NONE
    if revision not in known:
        return Schema.AHEAD
    return Schema.RIGHT if revision == known[0] else Schema.BEHIND
