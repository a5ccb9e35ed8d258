"""How an entry is sealed: what it says is hashed after the digest of the member's entry before it. PURE.

`docs/ledger-proof.md` has the text that is hashed, for whoever wants to do it without this program.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from json.encoder import encode_basestring_ascii

from wallet_service.loyalty.ledger.lots import Move

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Terms = Sequence[int | str | None]
"""What was promised with a lot."""


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def terms(amount: int, activates_at: datetime | None, expires_at: datetime | None, origin: str) -> Terms:
    """What an entry that opens a lot says of it, beyond what any entry says."""
    begins, ends = (None if at is None else micros(at) for at in (activates_at, expires_at))
    return [amount, begins, ends, origin]


def as_list(parts: Terms) -> str:
    """As `json.dumps` writes it, at a third of its cost: every posting of a till is sealed while it waits."""
    return f"[{', '.join([_atom(part) for part in parts])}]"


def _atom(part: int | str | None) -> str:
    if part is None:
        return "null"
    return encode_basestring_ascii(part) if isinstance(part, str) else str(part)


def seal(
    before: bytes,
    number: int,
    member_id: str,
    kind: str,
    amount: int,
    balance: int,
    moves: Sequence[Move],
    at: datetime,
    reason: str | None,
    reference: str | None,
    undoes: int | None,
    lot: Terms = (),
) -> bytes:
    """The digest of an entry after the digest before it (of no bytes, if it is the first).

    The drain of expired lots makes the same in SQL (`lapsing_sql.EXPIRE`), for entries without words that open no lot.
    """
    words = as_list([reason, reference, undoes]) if reason or reference or undoes else ""
    opened = as_list(lot) if lot else ""
    moved = ", ".join([f"[{lot_id}, {points}]" for lot_id, points in moves])
    said = f"{number} {member_id} {kind} {amount} {balance} {micros(at)} [{moved}]{words}{opened}"
    return sha256(before + said.encode()).digest()
