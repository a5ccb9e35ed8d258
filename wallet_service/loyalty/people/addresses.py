"""Addresses of a brand's own app: where a push finds a member. Kept while the app shows them, dropped when they are dead."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.people import addresses_sql as sql
from wallet_service.loyalty.people.members import Member, lock_member

AppKind = Literal["fid", "token"]
"""A Firebase installation id, or a registration token of old. They look alike, so an address never goes without its kind."""

MOST = 20
"""Addresses of one member; beyond it, the one that was not seen for the longest time makes room."""

DAYS_UNSEEN = 270
"""After so long without a sign of the app, Firebase itself takes an address for dead."""


@dataclass(frozen=True, slots=True)
class AppAddress:
    """One installation of a brand's app, and whose phone it is on."""

    brand_id: str
    member_id: str
    kind: AppKind
    address: str
    seen_at: datetime
    """When the app last showed it."""


async def keep_address(tx: Transaction, member: Member, kind: AppKind, address: str) -> None:
    """Note that the app on this member's phone has just shown this address; whoever of the brand had it loses it."""
    await lock_member(tx, member.id)  # two phones at once are counted one after the other
    values = {"member": member.id, "kind": kind, "address": address}
    await tx.run(sql.KEEP, values | {"brand": member.brand_id, "now": tx.now})
    await tx.run(sql.MAKE_ROOM, values | {"most": MOST})


async def drop_address(tx: Transaction, member: Member, kind: AppKind, address: str) -> None:
    """Forget an address of this member; one that is not theirs, or nobody's, changes nothing."""
    values = {"brand": member.brand_id, "member": member.id, "kind": kind, "address": address}
    await tx.run(sql.DROP, values)


async def drop_dead(tx: Transaction, addresses: Sequence[AppAddress]) -> int:
    """Forget addresses that the other side calls dead, unless the app has shown them since; how many went."""
    return await tx.run(sql.DROP_DEAD, {"addresses": as_json([asdict(each) for each in addresses])})


async def forget_stale_addresses(tx: Transaction) -> int:
    """Drop a portion of the addresses that no app has shown for `DAYS_UNSEEN` days; how many there were."""
    return await tx.run(sql.FORGET_STALE, {"before": tx.now - timedelta(days=DAYS_UNSEEN)})


async def list_addresses(tx: Transaction, member: Member) -> list[AppAddress]:
    """A member's addresses, those seen last first."""
    return await addresses_of(tx, member.brand_id, [member.id])


async def addresses_of(tx: Transaction, brand_id: str, member_ids: Sequence[str]) -> list[AppAddress]:
    """The addresses of these members of a brand, member by member, those seen last first."""
    rows = await tx.all(sql.OF_MEMBERS, {"brand": brand_id, "members": list(member_ids)})
    return [AppAddress(*row) for row in rows]
