"""What members say of themselves beside their names: birth dates, referral codes, attributes. PURE."""

import re
from datetime import date

from wallet_service.errors import Invalid

SEXES = ("female", "male", "other")

FIRST_YEAR = 1900

CODE = re.compile(r"[0-9a-hjkmnp-tv-z]{10}")
"""A referral code: the end of its member's id, which is random; Crockford base 32."""

ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
"""How people write those characters that a code does not have."""


class BornInvalid(Invalid):
    """A birth date lies between 1900 and today."""

    slug = "born-invalid"
    title = "Nobody was born on this day"


class BornFixed(Invalid):
    """A birth date is corrected once: after that only by a key with the scope `earn`.

    Birthdays bring points; such a key could give them anyway.
    """

    slug = "born-fixed"
    title = "The birth date is fixed"


def referral_code(member_id: str) -> str:
    """What a member gives to a friend, so that both are rewarded."""
    return member_id[-10:]


def read_code(text: str) -> str | None:
    """The referral code as it is kept, however it is written; None: this is none."""
    code = text.casefold().translate(ALIKE)
    return code if CODE.fullmatch(code) else None


def known_born(born: date) -> date:
    """The date, if somebody alive can have been born on it, as far as a year tells. Raises `BornInvalid`."""
    if born.year < FIRST_YEAR:
        raise BornInvalid(f"{born} is before {FIRST_YEAR}.")
    return born


def require_born_by(born: date | None, today: date) -> None:
    """Raises `BornInvalid` if the day lies ahead."""
    if born is not None and born > today:
        raise BornInvalid(f"{born} lies ahead.")


def is_correction(was: date | None, wanted: date | None, *, fixed: bool, trusted: bool) -> bool:
    """Whether a birth date that was known becomes another. Raises `BornFixed` if it was already, unless they are trusted."""
    corrects = was is not None and wanted != was
    if corrects and fixed and not trusted:
        raise BornFixed("It was corrected before.", remedy="Use a key with the scope `earn`.")
    return corrects
