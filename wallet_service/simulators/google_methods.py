"""The methods of the REST interface, one function each, and the table of their paths.

Source: Google Wallet REST reference, v1 (loyaltyclass, loyaltyobject, jwt, issuer, permissions).
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wallet_service.simulators.google_accounts import Accounts, ServiceAccount
from wallet_service.simulators.google_kinds import KINDS, Kind
from wallet_service.simulators.google_rules import require_id
from wallet_service.simulators.google_saves import SaveDesk
from wallet_service.simulators.google_schema import require_shape
from wallet_service.simulators.google_shelf import Shelf
from wallet_service.simulators.google_wire import Call, GoogleRefusal, Reply, json_of


@dataclass(frozen=True, slots=True)
class Ask:
    """A call whose caller is known, what its path names, and where to look things up."""

    call: Call
    account: ServiceAccount
    now: datetime
    shelf: Shelf
    accounts: Accounts
    save_root: str
    """Where save links begin; a slash and the JWT follow."""
    kind_path: str = ""
    id: str = ""

    @property
    def kind(self) -> Kind:
        """The type of resource that the path names."""
        return KINDS[self.kind_path]

    def body(self, schema: str) -> dict[str, Any]:
        """The body, which must be of that schema. Raises `GoogleRefusal` (400)."""
        value = json_of(self.call.body)
        require_shape(schema, value)
        return value

    def require_owner(self, *resource_ids: str | None, write: bool = True) -> None:
        """The account must act for the issuers of these resources. Raises `GoogleRefusal` (400, 403)."""
        for resource_id in resource_ids:
            if resource_id is not None:
                self.accounts.require_role(self.account, require_id(resource_id), write=write)


def _insert(ask: Ask) -> Reply:
    sent = ask.body(ask.kind.schema)
    ask.require_owner(sent.get("id", ""), sent.get("classId"))
    return _shown(ask, ask.shelf.insert(ask.kind, sent))


def _get(ask: Ask) -> Reply:
    ask.require_owner(ask.id, write=False)
    return _shown(ask, ask.id)


def _list(ask: Ask) -> Reply:
    """Without `maxResults` everything comes at once. What a page's token means is nobody else's business."""
    parent = ask.call.query.get("classId" if ask.kind.class_path else "issuerId", "")
    issuer = require_id(parent) if ask.kind.class_path else parent
    ask.accounts.require_role(ask.account, issuer, write=False)
    start = _start(ask.call.query.get("token"))
    found = list(ask.shelf.children(ask.kind, parent, ask.now))
    page = found[start : start + _whole(ask, "maxResults", len(found))]
    following = start + len(page)
    more = {"nextPageToken": _token(following)} if following < len(found) else {}
    return Reply(200, {"resources": page, "pagination": {"resultsPerPage": len(page), **more}})


def _patch(ask: Ask) -> Reply:
    return _changed(ask, ask.shelf.patch)


def _update(ask: Ask) -> Reply:
    return _changed(ask, ask.shelf.update)


def _changed(ask: Ask, change: Callable[[Kind, str, dict[str, Any], datetime], None]) -> Reply:
    sent = ask.body(ask.kind.schema)
    ask.require_owner(ask.id, sent.get("classId"))
    change(ask.kind, ask.id, sent, ask.now)
    return _shown(ask, ask.id)


def _add_message(ask: Ask) -> Reply:
    message = ask.body("AddMessageRequest").get("message")
    if not message:
        raise GoogleRefusal(400, "badRequest", "message: required")
    ask.require_owner(ask.id)
    ask.shelf.add_message(ask.kind, ask.id, message, ask.now)
    return Reply(200, {"resource": _shown(ask, ask.id).body})


def _link_offers(ask: Ask) -> Reply:
    change = ask.body("ModifyLinkedOfferObjectsRequest").get("linkedOfferObjectIds", {})
    added, removed = change.get("addLinkedOfferObjectIds", []), change.get("removeLinkedOfferObjectIds", [])
    ask.require_owner(ask.id, *added)
    ask.shelf.link_offers(ask.kind, ask.id, added, removed)
    return _shown(ask, ask.id)


def _insert_jwt(ask: Ask) -> Reply:
    token = ask.body("JwtResource").get("jwt", "")
    desk = SaveDesk(ask.accounts, ask.shelf)
    wishes = desk.read(token, longest=None)
    desk.insert(wishes)
    resources: dict[str, list[Any]] = {}
    for wish in wishes:
        resources.setdefault(wish.kind.claim, []).append(ask.shelf.get(wish.kind, wish.resource["id"], ask.now))
    return Reply(200, {"saveUri": f"{ask.save_root}/{token}", "resources": resources})


def _validate_jwt(ask: Ask) -> Reply:
    """Nothing is said of a pass that can be saved."""
    sent = ask.body("JwtValidateRequest")
    if len(sent.keys() & {"jwtResource", "jsonResource"}) != 1:
        raise GoogleRefusal(400, "badRequest", "exactly one of jwtResource, jsonResource")
    desk = SaveDesk(ask.accounts, ask.shelf)
    if "jwtResource" in sent:
        desk.read(sent["jwtResource"].get("jwt", ""))
    else:
        claims = json_of(sent["jsonResource"].get("json", "").encode())
        desk.check(ask.account, claims.get("payload", claims))
    return Reply(200, {})


def _issuer(ask: Ask) -> Reply:
    ask.accounts.require_role(ask.account, ask.id, write=False)
    return Reply(200, ask.accounts.issuers[ask.id])


def _issuers(ask: Ask) -> Reply:
    """Those that have this account among their users."""
    known = [issuer for key, issuer in ask.accounts.issuers.items() if ask.account.email in ask.accounts.roles[key]]
    return Reply(200, {"resources": known})


def _permissions(ask: Ask) -> Reply:
    ask.accounts.require_role(ask.account, ask.id, write=False)
    roles = ask.accounts.roles[ask.id].items()
    users = [{"emailAddress": email, "role": role} for email, role in roles]
    return Reply(200, {"issuerId": ask.id, "permissions": users})


def _shown(ask: Ask, resource_id: str) -> Reply:
    return Reply(200, ask.shelf.get(ask.kind, resource_id, ask.now))


def _whole(ask: Ask, name: str, default: int) -> int:
    text = ask.call.query.get(name, str(default))
    if not text.isdecimal():
        raise GoogleRefusal(400, "invalidParameter", f"Invalid value for {name}: {text}")
    return int(text)


def _token(start: int) -> str:
    return b64encode(b"\xfb\xff%d" % start).decode()  # has what must be escaped in a query


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(b64decode(token, validate=True).removeprefix(b"\xfb\xff"))
    except ValueError:
        raise GoogleRefusal(400, "invalidParameter", f"Invalid page token: {token}") from None


Method = Callable[[Ask], Reply]

_KIND = rf"(?P<kind_path>{'|'.join(KINDS)})"
_ID = r"(?P<id>[^/]+)"
_ROUTES: tuple[tuple[str, str, Method], ...] = (
    ("POST", _KIND, _insert),
    ("GET", _KIND, _list),
    ("GET", rf"{_KIND}/{_ID}", _get),
    ("PATCH", rf"{_KIND}/{_ID}", _patch),
    ("PUT", rf"{_KIND}/{_ID}", _update),
    ("POST", rf"{_KIND}/{_ID}/addMessage", _add_message),
    ("POST", rf"(?P<kind_path>loyaltyObject)/{_ID}/modifyLinkedOfferObjects", _link_offers),
    ("POST", "jwt", _insert_jwt),
    ("POST", "jwt/validate", _validate_jwt),
    ("GET", "issuer", _issuers),
    ("GET", rf"issuer/{_ID}", _issuer),
    ("GET", rf"permissions/{_ID}", _permissions),
)
_TABLE = tuple((verb, re.compile(rf"/walletobjects/v1/{path}"), method) for verb, path, method in _ROUTES)


def method_for(call: Call) -> tuple[Method, dict[str, str]]:
    """The method that a call asks for, and the names in its path. Raises `GoogleRefusal` (404) when there is none."""
    for verb, shape, method in _TABLE:
        names = shape.fullmatch(call.path)
        if names and verb == call.method:
            return method, names.groupdict()
    raise GoogleRefusal(404, "notFound", f"The requested URL {call.path} was not found on this server.")
