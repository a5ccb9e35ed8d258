"""The request of a push in HTTP terms: headers that many pushes share are prepared once.

Apple: "Sending notification requests to APNs".
"""

from dataclasses import dataclass

from wallet_service.wallets.apple.push.seam import Push

Header = tuple[bytes, bytes]

MOST_HEADS = 256
"""Prepared heads kept; `expiration` moves with the clock, so old ones die out."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What the requests of many pushes have in common. Compared by identity, so a codec may keep its encoding of it."""

    before_path: tuple[Header, ...]
    after_path: tuple[Header, ...]


class Heads:
    """The prepared heads for one authority (RFC 9113, 8.3.1)."""

    def __init__(self, authority: str) -> None:
        self._before_path = ((b":method", b"POST"), (b":scheme", b"https"), (b":authority", authority.encode()))
        self._known: dict[object, Head] = {}

    def of(self, push: Push) -> Head:
        """The head for this push, prepared at its first use."""
        key = (push.topic, push.push_type, push.priority, push.expiration)
        return self._known.get(key) or self._prepare(key, push)

    def _prepare(self, key: object, push: Push) -> Head:
        if len(self._known) >= MOST_HEADS:
            self._known.clear()
        head = self._known[key] = Head(self._before_path, shared_fields(push))
        return head


def shared_fields(push: Push) -> tuple[Header, ...]:
    """The header fields that depend on topic, type, priority and expiration alone; absent ones are left out."""
    fields = {
        b"apns-topic": push.topic,
        b"apns-push-type": push.push_type,
        b"apns-priority": push.priority,
        b"apns-expiration": push.expiration,
    }
    return tuple((name, str(value).encode()) for name, value in fields.items() if value is not None)


def own_fields(push: Push) -> tuple[Header, ...]:
    """The header fields of this push alone."""
    apns_id = (b"apns-id", push.apns_id.encode())
    if push.collapse_id is None:
        return (apns_id,)
    return apns_id, (b"apns-collapse-id", push.collapse_id.encode())


def path_of(push: Push) -> bytes:
    """The path of the request: the device token behind Apple's prefix."""
    return b"/3/device/" + push.token.encode()


def flaw_in(push: Push) -> str | None:
    """Why this push cannot be written as a request at all; None if it can."""
    if not (push.token.isascii() and push.token.isalnum()):
        return "the device token is not hexadecimal text"
    text = f"{push.topic}{push.push_type}{push.collapse_id}{push.apns_id}"
    return None if text.isascii() and text.isprintable() else "a header of the push is not printable ASCII"
