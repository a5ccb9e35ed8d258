"""Calls of Google's REST interface, as values. Source: discovery document of the Wallet Objects API, v1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import orjson

Kind = Literal["loyaltyClass", "loyaltyObject"]
Method = Literal["GET", "POST", "PATCH", "PUT"]
Json = Mapping[str, Any]

V1 = "/walletobjects/v1"
BRIEF = "fields=id&prettyPrint=false"
"""An answer that says no more than the id."""
WHO_HOLDS = "fields=resources(id,hasUsers),pagination(nextPageToken)&prettyPrint=false"
"""An answer that says of each object only whether somebody has saved it, and where the next page begins."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, alone or as a part of a batch."""

    method: Method
    path: str
    """From the root, with its query."""
    body: Json | None = None

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return b"" if self.body is None else orjson.dumps(self.body)


def insert(kind: Kind, resource: Json) -> Call:
    """Make a class or an object, whose id is in the resource; 409 when it is there already."""
    return Call("POST", f"{V1}/{kind}?{BRIEF}", resource)


def patch(kind: Kind, resource_id: str, changes: Json) -> Call:
    """Merge changes into a class or an object; a list replaces the whole list. Repeating it does no harm."""
    return Call("PATCH", f"{_address(kind, resource_id)}?{BRIEF}", changes)


def update(kind: Kind, resource_id: str, resource: Json) -> Call:
    """Put a class or an object in place of the present one: what it does not name is gone, messages too."""
    return Call("PUT", f"{_address(kind, resource_id)}?{BRIEF}", resource)


def get(kind: Kind, resource_id: str) -> Call:
    """Everything that Google has of a class or an object."""
    return Call("GET", f"{_address(kind, resource_id)}?prettyPrint=false")


def list_objects(class_id: str, most: int, token: str) -> Call:
    """Who holds the objects of a class, so many at once, from where `token` of the page before says; empty: the first.

    Without a number Google would answer with all of them.
    """
    begin = f"&token={quote(token, safe='')}" if token else ""
    return Call("GET", f"{V1}/loyaltyObject?classId={quote(class_id, safe='')}&maxResults={most}{begin}&{WHO_HOLDS}")


def add_message(kind: Kind, resource_id: str, message: Json) -> Call:
    """Append a message, which must have an id. Google does not compare ids: repeated, it doubles, and notifies twice."""
    return Call("POST", f"{_address(kind, resource_id)}/addMessage?fields=resource(id)", {"message": message})


def validate(classes: Sequence[Json], objects: Sequence[Json]) -> Call:
    """Whether these could be saved as they are, though Google has neither; refused with the reason if not."""
    payload = orjson.dumps({"payload": {"loyaltyClasses": classes, "loyaltyObjects": objects}}).decode()
    return Call("POST", f"{V1}/jwt/validate", {"jsonResource": {"json": payload}})


def permissions(issuer: str) -> Call:
    """Who may do what for an issuer: tells whether the service account is its user."""
    return Call("GET", f"{V1}/permissions/{quote(issuer, safe='')}?prettyPrint=false")


def _address(kind: Kind, resource_id: str) -> str:
    return f"{V1}/{kind}/{quote(resource_id, safe='')}"
