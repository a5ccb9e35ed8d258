"""Rules of styles and fields: which there are, which one speaks when it changes, what the back must say."""

import re
from collections.abc import Iterator
from itertools import product

from wallet_service.cards.lint.draft import STYLES, Draft, Placed
from wallet_service.cards.placeholders import FIELDS, PlaceholderInvalid, field_of, fields_of, parse
from wallet_service.cards.problem import Problem, error, warning
from wallet_service.wallets.seam import Hole, Text

IDENTITY = ("passTypeIdentifier", "teamIdentifier", "serialNumber", "webServiceURL", "authenticationToken", "voided")
CONTACT = re.compile(r"https://\S+|\S+@\S+\.\S+|\+\d[\d ()-]{6,}")
LINK = re.compile(r"""href\s*=\s*["']?([^"'\s>]*)""", re.IGNORECASE)
SAFE_LINK = ("https://", "tel:", "mailto:")


def _identity(draft: Draft) -> Iterator[Problem]:
    for key in IDENTITY:
        if key in draft.pass_json:
            yield error(
                f"pass.json: {key}", "the service writes this key for each card", "Remove it from the template."
            )


def _styles(draft: Draft) -> Iterator[Problem]:
    if not isinstance(draft.pass_json.get("storeCard"), dict):
        yield error("pass.json: storeCard", "the style for phones before iOS 27 is missing", "Add storeCard.")
    if not isinstance(draft.pass_json.get("posterGeneric"), dict):
        yield warning("pass.json: posterGeneric", "the style for iOS 27 and later is missing", "Add posterGeneric.")


def _announcing(draft: Draft) -> Iterator[Problem]:
    for style, key in product(STYLES, dict.fromkeys(draft.sheet.announce.values())):
        if isinstance(draft.pass_json.get(style), dict):
            fields = [field for field in draft.fields() if field.style == style and field.content.get("key") == key]
            yield from _announcer(fields[0]) if fields else _no_announcer(style, key)


def _no_announcer(style: str, key: str) -> Iterator[Problem]:
    where = f"pass.json: {style}"
    yield error(where, f'no field has the key "{key}" that card.toml announces', "Add it, or name another.")


def _announcer(field: Placed) -> Iterator[Problem]:
    if not field.content.get("changeMessage"):
        yield error(field.where, "the announcing field has no changeMessage", 'Add "changeMessage": "… %@".')
    if not _varies(field.content.get("value")):
        yield warning(field.where, "the announcing field never changes", "Show {balance} in its value.")
    if _may_be_empty(field.content.get("value")):
        mend = 'Write "{field|or:text}": Wallet tells of no field that was not there before.'
        yield warning(field.where, "the announcing field may be empty, and is left out then", mend)


def _varies(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(fields_of(value))
    except PlaceholderInvalid:
        return True


def _may_be_empty(value: object) -> bool:
    """Whether a text has neither words of its own nor a number, nor a text for when it has nothing to say."""
    try:
        text = parse(value) if isinstance(value, str) else ""
    except PlaceholderInvalid:
        return False
    return isinstance(text, Text) and all(map(_says_nothing, text.parts))


def _says_nothing(part: Hole | str) -> bool:
    if isinstance(part, str):
        return not part.strip()
    return FIELDS[field_of(part.name)] is str and "|or:" not in part.name


def _change_messages(draft: Draft) -> Iterator[Problem]:
    for field in draft.fields():
        message = field.content.get("changeMessage", "%@")
        if "%@" not in str(message):
            yield error(
                f"{field.where}.changeMessage", "there is no %@ for the new value", "Write %@ where it belongs."
            )
        announcers = tuple(draft.sheet.announce.values())
        if "changeMessage" in field.content and field.content.get("key") not in announcers:
            mend = f"Remove it; card.toml announces {', '.join(announcers) or 'nothing'}."
            yield warning(f"{field.where}.changeMessage", "this message is never shown", mend)


def _contact(draft: Draft) -> Iterator[Problem]:
    for style in STYLES:
        back = [field for field in draft.fields() if (field.style, field.list) == (style, "backFields")]
        if isinstance(draft.pass_json.get(style), dict) and not any(map(_reaches_us, back)):
            mend = "Add a phone number, an e-mail address or an https link."
            yield warning(f"pass.json: {style}.backFields", "Apple asks for contact data on the back", mend)


def _reaches_us(field: Placed) -> bool:
    return CONTACT.search(str(field.content.get("value"))) is not None


def _links(draft: Draft) -> Iterator[Problem]:
    for field in draft.fields():
        if "http://" in str(field.content.get("value")):
            yield error(f"{field.where}.value", "a link without encryption", "Write https://.")
        for link in LINK.findall(str(field.content.get("attributedValue", ""))):
            if not link.startswith(SAFE_LINK):
                mend = f"Begin it with {', '.join(SAFE_LINK)}."
                yield error(f"{field.where}.attributedValue", f'the link "{link}" is not safe', mend)


FIELD_RULES = (_identity, _styles, _announcing, _change_messages, _contact, _links)
