"""Erasing: nothing says any more who a member was; what stands in the books stays, and is nobody's."""

import json

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.facts import MemberErased
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people import erase_sql as sql
from wallet_service.loyalty.people.members import Member, lock_member


async def erase_member(tx: Transaction, member: Member, answer: Reply) -> None:
    """Take name, contacts, attributes and whatever else is personal away for ever; the cards are withdrawn.

    Those who were merged into this member are the same person, and go too. `answer`: what is said from now on instead
    of the answers that told of the member, which were kept with idempotency keys. Raises `MemberGone`.
    """
    await lock_member(tx, member.id)
    person = [member.id, *(row.id for row in await tx.all(sql.LOCK_ABSORBED, {"member": member.id}))]
    values = {"members": json.dumps(person), "status": answer.status, "answer": answer.body, "now": tx.now}
    await tx.run(sql.ERASE, values)
    for member_id in person:
        tx.record(MemberErased(member_id))
