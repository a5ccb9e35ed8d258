"""Everything that happened to, with, or by a member, as one list with the newest first."""

from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.people import timeline_sql as sql
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.people.moments import Moment, Place, What, woven


async def list_timeline(tx: Transaction, member: Member, after: Place, limit: int) -> list[Moment]:
    """What happened to a member, from a place on."""
    values = {"member": member.id, "entry": after.entry, "at": after.at, "kind": after.kind, "id": after.id}
    moments = [_moment(row) for row in await tx.all(sql.TIMELINE, values | {"limit": limit})]
    entries = sorted((each for each in moments if each.kind is What.ENTRY), key=lambda each: int(each.id), reverse=True)
    others = sorted((each for each in moments if each.kind is not What.ENTRY), key=Moment.order, reverse=True)
    return woven(entries, others)[:limit]


def _moment(row: Row) -> Moment:
    return Moment(row.at, What(row.kind), row.id, row.about)
