"""The seam of the channels: one short message to one address, whatever carries it (app push, web push, e-mail, SMS)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from wallet_service.outcomes import Outcome

Kind = Literal["fid", "token", "web", "email", "phone"]
"""What an address is: a Firebase installation, a registration token of old, a browser's subscription, and so on."""

FOUR_WEEKS = 28 * 86400
"""The longest that FCM keeps a message; nothing we say is still true after it."""

KEY = re.compile(r"[!-~]{1,64}")
"""Printable ASCII, as long as `apns-collapse-id` may be."""

TOPIC = re.compile(r"[A-Za-z0-9._~%-]{1,50}")
"""What FCM takes as an analytics label."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes. A token and an installation id look alike, so an address never travels without its kind."""

    kind: Kind
    value: str
    """As the other side named it; for `web`, the PushSubscription as JSON."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address."""

    key: str
    """Names this message for ever (`KEY`): sent again under the same key, it replaces the first and never doubles it."""
    address: Address
    title: str
    body: str
    link: str | None
    """Where a tap leads: https, or None."""
    topic: str
    """The campaign or notice it belongs to (`TOPIC`): what the other side's statistics count it under."""
    expires_s: int
    """Seconds for which it is worth delivering to a phone that is off; 0 = now or never."""


class Channel(Protocol):
    """One way out. A batch is its unit of work."""

    @property
    def name(self) -> str:
        """What it is called in logs, metrics and cascades."""
        ...

    async def send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Send them; one outcome each, in their order.

        Never raises for what a message says or the other side does: a message that cannot be sent is `Refused`, and
        its neighbours go. Sends each at most once; whether `TryLater` and `Unknown` are repeated is the caller's choice.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


def flaw(message: Message) -> str | None:
    """Why no channel may send this message, or None; every channel asks it first."""
    link = message.link
    rules = (
        (KEY.fullmatch(message.key), "its key is not 1 to 64 printable ASCII characters"),
        (TOPIC.fullmatch(message.topic), "its topic is not 1 to 50 of A-Z a-z 0-9 . _ ~ % -"),
        (message.address.value, "its address is empty"),
        (message.title or message.body, "it says nothing"),
        (_is_text(message.title + message.body + (link or "")), "it holds half a surrogate pair, which is no text"),
        (link is None or link.startswith("https://"), "its link is not https"),
        (0 <= message.expires_s <= FOUR_WEEKS, "it expires in the past, or in more than four weeks"),
    )
    return next((reason for kept, reason in rules if not kept), None)


def _is_text(text: str) -> bool:
    """Whether it can be written as UTF-8 at all; JSON may smuggle in halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
