"""A member's contacts beside the phone and e-mail that name them, and attributes in a brand's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from wallet_service.database.seam import Transaction
from wallet_service.errors import Invalid
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.people import profile_sql as sql
from wallet_service.loyalty.people.contact_forms import ContactKind, normal_contact
from wallet_service.loyalty.people.members import Attribute, Member, lock_member, member_of

MOST = 20
"""Contacts of one member."""


class ContactTwice(Invalid):
    """Each contact of a member is named once; two spellings of one contact are the same."""

    slug = "contact-twice"
    title = "A contact is named twice"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person can be reached."""

    kind: ContactKind
    value: str
    """In its normal form."""
    verified_at: datetime | None = None
    """When they showed that it is theirs; None: not yet."""


def contact(kind: ContactKind, text: str, verified_at: datetime | None) -> Contact:
    """A contact in its normal form. Raises `ContactInvalid` or `PhoneInvalid`."""
    return Contact(kind, normal_contact(kind, text), verified_at)


async def keep_contacts(tx: Transaction, member: Member, contacts: Sequence[Contact]) -> list[Contact]:
    """Let these be all contacts of a member. Raises `ContactTwice` or `MemberGone`."""
    if len({(each.kind, each.value) for each in contacts}) < len(contacts):
        raise ContactTwice("Two of the contacts are one and the same.", remedy="Send it once.")
    await lock_member(tx, member.id)
    await tx.run(sql.DROP_CONTACTS, {"member": member.id})
    values = {"member": member.id, "brand": member.brand_id, "now": tx.now}
    await tx.run(sql.KEEP_CONTACTS, values | {"contacts": as_json([asdict(each) for each in contacts])})
    return await list_contacts(tx, member.id)


async def list_contacts(tx: Transaction, member_id: str) -> list[Contact]:
    """A member's contacts, by their kind."""
    rows = await tx.all(sql.CONTACTS, {"member": member_id})
    return [Contact(ContactKind(row.kind), row.value, row.verified_at) for row in rows]


async def keep_attributes(tx: Transaction, member: Member, attributes: Mapping[str, Attribute]) -> Member:
    """Let these be all attributes of a member. Raises `MemberGone`."""
    await lock_member(tx, member.id)
    values = {"member": member.id, "brand": member.brand_id, "now": tx.now}
    row = await tx.first(sql.KEEP_ATTRIBUTES, values | {"attributes": orjson.dumps(attributes).decode()})
    return member_of(row)
