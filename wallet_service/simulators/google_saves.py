"""The JWT of a save link: what Google checks before it offers to save (Google Wallet, "Issuing passes: JWT")."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt

from wallet_service.simulators.google_accounts import Accounts, ServiceAccount
from wallet_service.simulators.google_kinds import KINDS, Kind, Resource
from wallet_service.simulators.google_rules import require_id
from wallet_service.simulators.google_schema import require_shape
from wallet_service.simulators.google_shelf import Shelf
from wallet_service.simulators.google_wire import GoogleRefusal

LONGEST = 1800
"""Characters of a JWT from which browsers begin to truncate the link."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One resource that a save link names: by id, or whole."""

    kind: Kind
    resource: Resource

    @property
    def is_whole(self) -> bool:
        """Whether it can be inserted, and is not just named."""
        return not {"id", "classId"} >= self.resource.keys()


@dataclass(frozen=True, slots=True)
class SaveDesk:
    """Reads save links; nothing is saved before everything in the link is found good."""

    accounts: Accounts
    shelf: Shelf

    def read(self, token: str, *, longest: int | None = LONGEST) -> list[Wish]:
        """What the link would save. Raises `GoogleRefusal` when Google would say "Something went wrong"."""
        if longest is not None and len(token) >= longest:
            raise GoogleRefusal(400, "invalidJwt", f"The JWT has {len(token)} characters.")
        try:
            account = self.accounts.signer(token)
            claims = account.claims(token, "google")
        except jwt.InvalidTokenError as trouble:
            raise GoogleRefusal(400, "invalidJwt", f"Invalid JWT: {trouble}") from None
        if claims.get("typ") != "savetowallet" or not isinstance(claims["iat"], int):
            raise GoogleRefusal(400, "invalidJwt", "Invalid JWT: typ must be savetowallet, and iat whole seconds")
        return self.check(account, claims.get("payload"))

    def check(self, account: ServiceAccount, payload: Any) -> list[Wish]:
        """What this payload of a link would save. Raises `GoogleRefusal`."""
        wishes = list(_wishes(payload))
        for wish in wishes:
            self.accounts.require_role(account, require_id(wish.resource.get("id")), write=True)
        _insert(self.shelf.copy(), wishes)
        return wishes

    def insert(self, wishes: list[Wish]) -> None:
        """Insert what is whole and new of what was `read`, classes first."""
        _insert(self.shelf, wishes)


def _insert(shelf: Shelf, wishes: list[Wish]) -> None:
    for wish in wishes:
        if wish.resource["id"] in shelf.resources[wish.kind.path]:
            continue
        if not wish.is_whole:
            raise GoogleRefusal(404, "resourceNotFound", f"{wish.kind.schema} not found: {wish.resource['id']}")
        shelf.insert(wish.kind, wish.resource)


def _wishes(payload: Any) -> Iterator[Wish]:
    """Everything in the payload, classes before objects. Raises `GoogleRefusal` (400)."""
    kinds = {kind.claim: kind for kind in KINDS.values()}
    if not isinstance(payload, dict) or not payload or not payload.keys() <= kinds.keys():
        raise GoogleRefusal(400, "invalidJwt", "Invalid JWT: the payload names nothing that can be saved")
    for claim, kind in kinds.items():
        for resource in payload.get(claim, []):
            require_shape(kind.schema, resource)
            yield Wish(kind, resource)
