"""Whom a reference has led to: one member, or why there is none."""

from collections.abc import Mapping, Sequence

from wallet_service.database.seam import Row
from wallet_service.errors import Conflict, NotFound, WalletServiceError
from wallet_service.loyalty.references import Kind, MemberRef

NAMES: Mapping[Kind, str] = {"id": "id", "external": "external id", "phone": "phone", "card": "card"}
"""How refusals speak of a reference; they never repeat it, since they are kept with their idempotency key."""


class MemberNotFound(NotFound):
    """No member of this brand answers to this reference."""

    slug = "member-not-found"
    title = "There is no such member"


class MemberAmbiguous(Conflict):
    """The reference fits members of several programmes of the brand; name the member by `mem_…`."""

    slug = "member-ambiguous"
    title = "Several members answer to this"


class MemberGone(WalletServiceError):
    """The member was erased: what stands in the books is nobody's any more, and nothing can be added to it."""

    status = 410
    slug = "member-erased"
    title = "This member was erased"

    def __init__(self) -> None:
        """There is nothing to say of them."""
        super().__init__("This member was erased.", remedy="Enrol the person anew, if they wish so.")


def only(rows: Sequence[Row], ref: MemberRef) -> Row:
    """The one row a reference led to. Raises `MemberNotFound`, `MemberAmbiguous` or `MemberGone`."""
    if not rows:
        raise MemberNotFound(f"No member of this brand has this {NAMES[ref.kind]}.")
    if len(rows) > 1:
        members = [row.id for row in rows]
        raise MemberAmbiguous(f"This {NAMES[ref.kind]} fits {len(rows)} members.", members=members)
    if rows[0].erased_at is not None:
        raise MemberGone
    return rows[0]
