"""One line of a bulk import, read: nearly always at a glance, and strictly wherever a glance is not enough. PURE."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from wallet_service.amounts import MOST, Points
from wallet_service.errors import TooLarge, WalletServiceError
from wallet_service.loyalty.keys import Caller
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.entries import require_for
from wallet_service.web.api.models import BulkEntry, clean
from wallet_service.web.api.ndjson import Line
from wallet_service.web.idempotency import once_key
from wallet_service.web.problems import invalid_input
from wallet_service.web.strict_json import read_json

Wish = TypeVar("Wish")

LONGEST: Mapping[str, int] = {"member": 110, "reason": 200, "reference": 100, "key": 255}
"""Characters of each text, as `BulkEntry` has them."""

MOMENTS: Mapping[str, int] = {"expires_at": 25, "activates_at": 25}
"""Moments, which are texts too, and how long one plainly is."""

PLAIN_MOMENT = re.compile(r"2[01]\d\d-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:Z|[+-]\d\d:[0-5]\d)", re.ASCII)
"""RFC 3339 to the second, in the years that `BulkEntry` takes."""

TEXTS = {**LONGEST, **MOMENTS}

FIELDS = {"amount", *TEXTS}


class LineTooLong(TooLarge):
    """One line of the import is longer than any entry could be; the others are not touched by it."""

    slug = "line-too-long"
    title = "A line is too long"


def no_key(_number: int) -> None:
    """Lines without a key have none."""


@dataclass(frozen=True, slots=True)
class LineReader:
    """Reads the lines of one import."""

    caller: Caller
    longest: int
    """Bytes of a line."""
    key_of: Callable[[int], str | None] = no_key
    """The key of a line that came without one, by its number. May raise a refusal."""

    def read(self, line: Line) -> Posting | WalletServiceError:
        """The posting that a line asks for, or why it cannot be."""
        return read_line(line, self.longest, self._posting)

    def _posting(self, line: Line) -> Posting:
        wish = at_a_glance(line.text) or strictly(line.text)
        amount, key = wish["amount"], wish.get("key") or self.key_of(line.number)
        require_for(self.caller, amount)
        once = once_key(self.caller, key, b"bulk", line.text) if key else None
        return Posting(
            self.caller.brand_id,
            parse_reference(wish["member"]),
            amount=Points(amount),
            reason=wish.get("reason"),
            reference=wish.get("reference"),
            once=once,
            expires_at=wish.get("expires_at"),
            activates_at=wish.get("activates_at"),
            origin="import",
        )


def read_line(line: Line, longest: int, make: Callable[[Line], Wish]) -> Wish | WalletServiceError:
    """What `make` makes of a line of no more than `longest` bytes, or why it cannot be."""
    try:
        if len(line.text) > longest:
            raise LineTooLong(f"A line may have {longest} bytes.", limit=longest)
        return make(line)
    except ValidationError as error:
        return invalid_input(error, "body")
    except WalletServiceError as refusal:
        return refusal


def at_a_glance(text: bytes) -> Mapping[str, Any] | None:
    """The fields of a line that is plainly right; None when only a strict reading can tell.

    Without escapes, every quotation mark belongs to a name or to a text: if there are more of them than the names and
    texts that were found have, some name stood twice.
    """
    if b"\\" in text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if type(found) is not dict or not found.keys() <= FIELDS or not _moves(found.get("amount")):
        return None
    texts = {name: value for name, value in found.items() if name != "amount" and value is not None}
    if "member" not in texts or text.count(b'"') != 2 * (len(found) + len(texts)):
        return None
    if not all(_plain(value, TEXTS[name]) for name, value in texts.items()):
        return None
    return found if MOMENTS.keys().isdisjoint(texts) else _with_moments(found, texts)


def _with_moments(found: Mapping[str, Any], texts: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The fields with their moments read; None where one is not plain, or is on no calendar."""
    read = dict(found)
    for name in MOMENTS.keys() & texts.keys():
        if not PLAIN_MOMENT.fullmatch(texts[name]):
            return None
        try:
            read[name] = datetime.fromisoformat(texts[name])
        except ValueError:
            return None
    return read


def _moves(amount: Any) -> bool:
    return type(amount) is int and amount != 0 and -MOST <= amount <= MOST


def _plain(text: Any, longest: int) -> bool:
    """Whether `models.clean` would leave it as it is; a text beyond ASCII has to be asked for."""
    if type(text) is not str or not 0 < len(text) <= longest:
        return False
    if text.isascii():
        return text.isprintable() and text[0] != " " and text[-1] != " "
    try:
        return clean(text) == text
    except ValueError:
        return False


def strictly(text: bytes) -> Mapping[str, Any]:
    """The fields as the document of REST has them. Raises `JsonInvalid` or pydantic's `ValidationError`."""
    return BulkEntry.model_validate(read_json(text)).model_dump()
