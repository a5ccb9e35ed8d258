"""Where a person can be reached, in one spelling for each kind of contact. PURE."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial

from wallet_service.errors import Invalid
from wallet_service.loyalty.references import normal_phone


class ContactKind(StrEnum):
    """What a contact is."""

    PHONE = "phone"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    VIBER = "viber"
    TELEGRAM = "telegram"
    VK = "vk"
    INSTAGRAM = "instagram"
    MAX = "max"


class ContactInvalid(Invalid):
    """A contact is written as its kind wants: a phone as +NUMBER, an e-mail as name@domain, anything else as its name there.

    A name may come with @ before it, or as the address of its page.
    """

    slug = "contact-invalid"
    title = "This is not such a contact"


EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}\.[^@\s.\x00-\x1f\x7f]{2,60}")

PAGE = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:t\.me|telegram\.me|vk\.com|vk\.ru|instagram\.com|max\.ru)/", re.IGNORECASE
)
"""What stands before a name in the address of its page."""

NAMES: Mapping[ContactKind, re.Pattern[str]] = {
    ContactKind.TELEGRAM: re.compile(r"[a-z][a-z0-9_]{3,31}"),
    ContactKind.VK: re.compile(r"[a-z0-9_.]{2,32}"),
    ContactKind.INSTAGRAM: re.compile(r"[a-z0-9_.]{1,30}"),
    ContactKind.MAX: re.compile(r"[a-z0-9_.]{2,64}"),
}
"""The names of each network, without the case that none of them minds."""


def normal_contact(kind: ContactKind, text: str) -> str:
    """The contact as it is kept; equal contacts are then equal texts. Raises `ContactInvalid` or `PhoneInvalid`."""
    return FORMS[kind](text.strip())


def normal_email(text: str) -> str:
    """Domains mind no case (RFC 1035, 2.3.3); names before the @ may, so they stay as they are (RFC 5321, 2.4)."""
    name, _, domain = text.rpartition("@")
    address = f"{name}@{unicodedata.normalize('NFC', domain.lower())}"
    if EMAIL.fullmatch(address) is None:
        raise ContactInvalid("This is no e-mail address.", remedy="Write it as name@domain.")
    return address


def _name(kind: ContactKind, text: str) -> str:
    name = PAGE.sub("", text, count=1).removeprefix("@").rstrip("/").lower()
    if NAMES[kind].fullmatch(name) is None:
        raise ContactInvalid(f"This is no name on {kind}.", remedy="Write it without anything around it.")
    return name


FORMS: Mapping[ContactKind, Callable[[str], str]] = {
    ContactKind.PHONE: normal_phone,
    ContactKind.WHATSAPP: normal_phone,
    ContactKind.VIBER: normal_phone,
    ContactKind.EMAIL: normal_email,
} | {kind: partial(_name, kind) for kind in NAMES}
