"""Everything issuers have put into the simulated Google Wallet: classes, objects, and whose phones hold them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from wallet_service.simulators.google_kinds import KINDS, Kind, Resource, at, changed_notably, kept, merged
from wallet_service.simulators.google_limits import NoticeBook, NoticeKind
from wallet_service.simulators.google_rules import require_id, require_rules
from wallet_service.simulators.google_wire import GoogleRefusal


@dataclass(frozen=True, slots=True)
class Holder:
    """A saved card: whose, and on which device."""

    user: str
    device: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the phones that hold an object show on their lock screens."""

    object_id: str
    kind: NoticeKind
    text: str
    """The header of the message, or the new balance."""


@dataclass(slots=True)
class Shelf:
    """The resources with their rules; every instant is handed in."""

    resources: dict[str, dict[str, Resource]] = field(default_factory=lambda: {path: {} for path in KINDS})
    """By path of the kind, then by id."""
    holders: defaultdict[str, set[Holder]] = field(default_factory=lambda: defaultdict(set))
    """By object id."""
    rejected: set[str] = field(default_factory=set)
    """Ids of classes that Google will not approve."""
    book: NoticeBook = field(default_factory=NoticeBook)
    notices: list[Notice] = field(default_factory=list)
    """On their way to the phones; whoever delivers them empties it."""

    def copy(self) -> "Shelf":
        """The same resources, to try something out."""
        return Shelf({path: dict(items) for path, items in self.resources.items()}, rejected=self.rejected)

    def get(self, kind: Kind, resource_id: str, now: datetime) -> dict[str, Any]:
        """The resource as Google shows it now. Raises `GoogleRefusal` (404)."""
        shown = dict(self._stored(kind, resource_id))
        if kind.class_path is not None:
            shown["state"] = _state(shown, now)
            shown["hasUsers"] = bool(self.holders.get(resource_id))
            shown["classReference"] = self.resources[kind.class_path][shown["classId"]]
        return shown

    def children(self, kind: Kind, parent: str, now: datetime) -> Iterator[dict[str, Any]]:
        """Classes of an issuer, or objects of a class, in the order of their insertion."""
        for resource_id, resource in self.resources[kind.path].items():
            if parent == (resource["classId"] if kind.class_path else require_id(resource_id)):
                yield self.get(kind, resource_id, now)

    def insert(self, kind: Kind, sent: Resource) -> str:
        """Add a resource; its id. Raises `GoogleRefusal` (400, 404, 409)."""
        resource_id: str = sent.get("id", "")
        require_id(resource_id)
        if resource_id in self.resources[kind.path]:
            raise GoogleRefusal(409, "existingResource", f"A resource already exists: {resource_id}")
        self._require_sound(kind, kept(sent), old={})
        self._put(kind, kept(sent))
        return resource_id

    def patch(self, kind: Kind, resource_id: str, sent: Resource, now: datetime) -> None:
        """Merge what was sent into the resource. Raises `GoogleRefusal` (400, 404, 429)."""
        old = self._stored(kind, resource_id)
        self._replace(kind, old, merged(old, kept(sent)), sent, now)

    def update(self, kind: Kind, resource_id: str, sent: Resource, now: datetime) -> None:
        """Replace the resource whole. Raises `GoogleRefusal` (400, 404, 429)."""
        self._replace(kind, self._stored(kind, resource_id), kept(sent), sent, now)

    def add_message(self, kind: Kind, resource_id: str, message: Resource, now: datetime) -> None:
        """Append the message; ten at most are kept. Raises `GoogleRefusal` (400, 404, 429)."""
        old = self._stored(kind, resource_id)
        new = {**old, "messages": [*old.get("messages", []), message]}
        require_rules(kind, new)
        if message.get("messageType") == "TEXT_AND_NOTIFY":
            self._notify(kind, resource_id, "message", message.get("header", ""), now)
        self.resources[kind.path][resource_id] = new

    def link_offers(self, kind: Kind, resource_id: str, added: Sequence[str], removed: Sequence[str]) -> None:
        """Change `linkedOfferIds`. Raises `GoogleRefusal` (404) for an object or an added offer that is not there."""
        old = self._stored(kind, resource_id)
        for offer in added:
            self._stored(KINDS["offerObject"], offer)
        linked = dict.fromkeys([*old.get("linkedOfferIds", []), *added])
        self.resources[kind.path][resource_id] = {**old, "linkedOfferIds": [o for o in linked if o not in removed]}

    def require_welcome(self, object_id: str, holder: Holder) -> None:
        """Raises `GoogleRefusal` (403) when the object's class allows no such further holder."""
        item = self._stored(KINDS["loyaltyObject"], object_id)
        card_class = self.resources["loyaltyClass"][item["classId"]]
        if not _may_hold(card_class.get("multipleDevicesAndHoldersAllowedStatus"), self.holders[object_id], holder):
            raise GoogleRefusal(403, "alreadyHeld", f"{object_id} is saved by somebody else.")

    def hold(self, object_id: str, holder: Holder) -> None:
        """A phone saves the object. Raises `GoogleRefusal` (403) when it is not welcome to."""
        self.require_welcome(object_id, holder)
        self.holders[object_id].add(holder)

    def _stored(self, kind: Kind, resource_id: str) -> Resource:
        require_id(resource_id)
        if resource_id not in self.resources[kind.path]:
            reason = "resourceNotFound" if kind.class_path else "classNotFound"
            raise GoogleRefusal(404, reason, f"{kind.schema} not found: {resource_id}")
        return self.resources[kind.path][resource_id]

    def _replace(self, kind: Kind, old: Resource, new: Resource, sent: Resource, now: datetime) -> None:
        if new.get("id") != old["id"]:
            raise GoogleRefusal(400, "badRequest", f"The id cannot change: {old['id']}")
        self._require_sound(kind, new, old)
        if sent.get("notifyPreference") == "NOTIFY_ON_UPDATE" and changed_notably(kind, old, new):
            self._notify(kind, old["id"], "update", _balance(new), now)
        self._put(kind, new)

    def _put(self, kind: Kind, new: Resource) -> None:
        reviewed = {} if kind.class_path else {"reviewStatus": self._review(new)}
        self.resources[kind.path][new["id"]] = {**new, **reviewed}

    def _require_sound(self, kind: Kind, new: Resource, old: Resource) -> None:
        require_rules(kind, new)
        if kind.class_path is None:
            _require_review(new["reviewStatus"], old.get("reviewStatus", "DRAFT"))
        elif self._stored(KINDS[kind.class_path], new["classId"])["reviewStatus"] != "APPROVED":
            raise GoogleRefusal(400, "classNotApproved", f"Class {new['classId']} is not approved.")

    def _review(self, card_class: Resource) -> str:
        """Google looks at a class that is under review at once, and approves of nearly all."""
        if card_class["reviewStatus"] == "DRAFT":
            return "DRAFT"
        return "REJECTED" if card_class["id"] in self.rejected else "APPROVED"

    def _notify(self, kind: Kind, resource_id: str, what: NoticeKind, text: str, now: datetime) -> None:
        """Charge the resource; a class also charges each of its objects, and leaves out those that had enough."""
        self.book.spend(resource_id, what, now)
        if kind.class_path:
            reached = [resource_id]
        else:
            objects = self.resources["loyaltyObject"].values()
            members = [one["id"] for one in objects if one["classId"] == resource_id]
            reached = [member for member in members if self.book.may_spend(member, what, now)]
        self.notices += [Notice(one, what, text) for one in reached if self.holders.get(one)]


def _state(resource: Resource, now: datetime) -> str:
    """What the card says of itself; past the end of its valid time nothing else than EXPIRED."""
    end = at(resource, ("validTimeInterval", "end", "date"))
    if end is not None:
        instant = datetime.fromisoformat(end)
        if now >= (instant if instant.tzinfo else instant.replace(tzinfo=UTC)):
            return "EXPIRED"
    return str(resource["state"])


def _require_review(sent: str, old: str) -> None:
    """An issuer may send DRAFT and UNDER_REVIEW; leaving DRAFT is for ever."""
    if sent not in {"DRAFT", "UNDER_REVIEW"} or (sent == "DRAFT" and old != "DRAFT"):
        raise GoogleRefusal(400, "invalidReviewStatus", f"Invalid review status Optional.of({sent})")


def _may_hold(status: str | None, holders: set[Holder], newcomer: Holder) -> bool:
    if status == "ONE_USER_ALL_DEVICES":
        return {holder.user for holder in holders} <= {newcomer.user}
    return status != "ONE_USER_ONE_DEVICE" or holders <= {newcomer}


def _balance(resource: Resource) -> str:
    balance = at(resource, ("loyaltyPoints", "balance")) or {}
    return str(next(iter(balance.values()), ""))
