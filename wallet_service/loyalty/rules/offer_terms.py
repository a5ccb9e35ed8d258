"""The terms of an offer, read from a table of a programme file, or from the same structure as JSON. PURE."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from wallet_service.loyalty.rules.forms import Choice, Finding, Form, Key, Place, RulebookInvalid, Wrong, shown
from wallet_service.loyalty.rules.offer import (
    AmountOff,
    Benefit,
    BonusPoints,
    Entitlement,
    FreeGoods,
    Kind,
    OfferTerms,
    PercentOff,
)
from wallet_service.loyalty.rules.offer_codes import normal_code
from wallet_service.loyalty.rules.reading_values import (
    GOODS,
    MOST_DAYS,
    day,
    name,
    one_of,
    percent,
    set_of,
    text,
    whole,
    words,
)

MOST_TIMES = 1_000_000_000


class OfferInvalid(RulebookInvalid):
    """The terms of an offer cannot be used: `findings` says of each problem where it is, what is wrong, how to mend it."""

    slug = "offer-invalid"
    title = "The terms of this offer are not valid"


def offer_of(document: Mapping[str, Any]) -> OfferTerms:
    """The terms in a document of one offer. Raises `OfferInvalid`, which tells all that is wrong."""
    place = Place()
    with suppress(Wrong):
        return read_offer(document, place)
    raise OfferInvalid(place.findings)


def _code(value: Any, place: Place) -> str:
    code = normal_code(value) if isinstance(value, str) else None
    if code is None:
        mend = "Write 3 to 24 letters and digits, with single hyphens between them."
        raise place.wrong(f"{shown(value)} cannot be a code", mend)
    return code


BENEFIT: Choice[Benefit] = Choice(
    "benefit",
    {
        "percent": Form(PercentOff, {"percent": Key(percent, into="share"), "most": Key(whole(1))}),
        "amount": Form(AmountOff, {"amount": Key(whole(1))}),
        "gift": Form(FreeGoods, {"gift": Key(text(100), into="sku")}),
        "points": Form(BonusPoints, {"points": Key(whole(1))}),
        "entitlement": Form(Entitlement, {"entitlement": Key(words(200), into="text")}),
    },
)

LIMITS = Form(dict[str, int], {"total": Key(whole(1, MOST_TIMES)), "per_member": Key(whole(1, MOST_TIMES))})


def _make(limits: Mapping[str, int] | None = None, **said: Any) -> OfferTerms:
    bounds = limits or {}
    return OfferTerms(**said, total=bounds.get("total"), per_member=bounds.get("per_member"))


def doubts(terms: OfferTerms) -> Iterable[Finding]:
    """What is right by itself, and wrong together."""
    personal, shared = terms.kind is Kind.PERSONAL, terms.kind is Kind.SHARED
    endless = terms.valid_days is None and terms.until is None
    backwards = terms.since is not None and terms.until is not None and terms.until < terms.since
    wrong = {
        Finding("until", "the last day lies before the first", "Exchange them."): backwards,
        Finding("code", "a shared offer has one code for all", 'Add code = "…".'): shared and not terms.code,
        Finding("code", "only a shared offer has a code of its own", "Leave it out."): bool(terms.code) and not shared,
        Finding("valid_days", "only a personal offer is given on some day", "Write until = … instead."): (
            terms.valid_days is not None and not personal
        ),
        Finding("reminder_days", "only holders of a personal offer are reminded", "Leave it out."): (
            terms.reminder_days is not None and not personal
        ),
        Finding("reminder_days", "an offer without an end needs no reminder", "Add valid_days or until."): (
            terms.reminder_days is not None and personal and endless
        ),
    }
    return [finding for finding, holds in wrong.items() if holds]


read_offer: Form[OfferTerms] = Form(
    _make,
    {
        "name": Key(name, needed='Write 1 to 40 of a-z, 0-9 and -, such as "free-coffee".'),
        "title": Key(words(100), needed='Write { en = "…" }, and other languages beside it.'),
        "description": Key(words(500)),
        "kind": Key(one_of(Kind), needed='Write "shared", "unique" or "personal".'),
        "code": Key(_code),
        "benefit": Key(BENEFIT, needed="Write { percent = 20 }, or amount, gift, points, entitlement."),
        "goods": Key(GOODS),
        "places": Key(set_of(text(100))),
        "least": Key(whole(0)),
        "since": Key(day),
        "until": Key(day),
        "valid_days": Key(whole(0, MOST_DAYS)),
        "reminder_days": Key(whole(1, MOST_DAYS)),
        "limits": Key(LIMITS),
    },
    doubts,
)
"""Reads the table of one offer."""
