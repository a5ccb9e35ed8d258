"""How an outside system names a member: by our id, by its own, by phone, or by the card just scanned. PURE."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers

from wallet_service.errors import Invalid
from wallet_service.ids import is_id

Kind = Literal["id", "external", "phone", "card"]

EXTERNAL = re.compile(r"[^\x00-\x1f\x7f]{1,100}")


class MemberReferenceInvalid(Invalid):
    """A member is named as `mem_…` (our id), `card_…` (a scanned card), `external:…` or `phone:+…`."""

    slug = "member-reference-invalid"
    title = "This does not name a member"


class PhoneInvalid(Invalid):
    """A phone number is written in E.164 form: + and country code, then digits, such as +4915112345678."""

    slug = "phone-invalid"
    title = "This is not a phone number"


@dataclass(frozen=True, slots=True)
class MemberRef:
    """One member of a brand, as the caller named them."""

    kind: Kind
    value: str


def parse_reference(text: str) -> MemberRef:
    """Read a reference; raises `MemberReferenceInvalid` or `PhoneInvalid`."""
    if is_id("mem", text):
        return MemberRef("id", text)
    if is_id("card", text):
        return MemberRef("card", text)
    kind, _, value = text.partition(":")
    own_id = unicodedata.normalize("NFC", value.strip())  # as ids are kept
    if kind == "external" and EXTERNAL.fullmatch(own_id):
        return MemberRef("external", own_id)
    if kind == "phone":
        return MemberRef("phone", normal_phone(value))
    raise MemberReferenceInvalid(
        "This is none of the four forms.", remedy="Use mem_…, card_…, external:YOUR-ID or phone:+NUMBER."
    )


def normal_phone(text: str) -> str:
    """The number in E.164; raises `PhoneInvalid` unless it is a possible number with its country code."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise PhoneInvalid("This cannot be read as a phone number.", remedy="Write it as +NUMBER.") from error
    if not phonenumbers.is_possible_number(number):
        raise PhoneInvalid("This is not a possible phone number.", remedy="Write it as +NUMBER.")
    normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return normal if normal == text else normal_phone(normal)  # +49 00… loses one zero at each reading
