"""Whether a code is good for a check, and what it brings. PURE."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise

from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.offer import (
    AmountOff,
    BonusPoints,
    Check,
    FreeGoods,
    Granted,
    Kind,
    OfferTerms,
    PercentOff,
    Reason,
    Shown,
)

Fails = Callable[[OfferTerms, Check, Shown, date], bool]


def judge(terms: OfferTerms, check: Check, shown: Shown, today: date) -> Granted | Reason:
    """What a code brings for a check on this day of the programme's calendar, or the first reason why nothing."""
    for reason, fails in FAILINGS.items():
        if fails(terms, check, shown, today):
            return reason
    return _grant(terms, check)


def eligible(terms: OfferTerms, lines: Sequence[Line]) -> list[int]:
    """What each line costs of the goods that an offer is for, in minor units; 0 for others."""
    return [line.total if terms.goods.has(line) else 0 for line in lines]


def share_out(total: int, prices: Sequence[int]) -> list[int]:
    """A discount by lines, in the proportion of their prices; the parts make exactly the whole.

    Each line bears what the lines up to it bear together, rounded down, less what those before it do: so that no line
    bears more than its price, if all of them do not.
    """
    whole = sum(prices)
    if not whole:
        return [0 for _ in prices]
    borne = (total * reached // whole for reached in accumulate(prices, initial=0))
    return [after - before for before, after in pairwise(borne)]


def after(check: Check, granted: Granted) -> Check:
    """The check for the next code: what one has taken off a line is no longer to be paid."""
    if not granted.discount:
        return check
    lines = [
        line._replace(discount=line.discount + share) for line, share in zip(check.lines, granted.shares, strict=True)
    ]
    return Check(lines, check.place)


def _over(terms: OfferTerms, shown: Shown, today: date) -> bool:
    """A personal code has an end of its own, which was told to its member: `until` counted when it was given."""
    return shown.ended or (terms.kind is not Kind.PERSONAL and terms.until is not None and today > terms.until)


def _nameless(terms: OfferTerms, shown: Shown) -> bool:
    needs = terms.kind is Kind.PERSONAL or terms.per_member is not None or isinstance(terms.benefit, BonusPoints)
    return needs and not shown.member


def _reduces(terms: OfferTerms) -> bool:
    return isinstance(terms.benefit, PercentOff | AmountOff)


FAILINGS: Mapping[Reason, Fails] = {
    Reason.NAMELESS: lambda terms, _check, shown, _today: _nameless(terms, shown),
    Reason.FOREIGN: lambda _terms, _check, shown, _today: shown.foreign,
    Reason.USED: lambda _terms, _check, shown, _today: shown.used,
    Reason.ENDED: lambda terms, _check, shown, today: _over(terms, shown, today),
    Reason.EARLY: lambda terms, _check, _shown, today: terms.since is not None and today < terms.since,
    Reason.SPENT: lambda terms, _check, shown, _today: terms.total is not None and shown.redeemed >= terms.total,
    Reason.ENOUGH: lambda terms, _check, shown, _today: (
        terms.per_member is not None and shown.by_member >= terms.per_member
    ),
    Reason.ELSEWHERE: lambda terms, check, _shown, _today: bool(terms.places) and check.place not in terms.places,
    Reason.GOODS: lambda terms, check, _shown, _today: _reduces(terms) and not sum(eligible(terms, check.lines)),
    Reason.SMALL: lambda terms, check, _shown, _today: sum(eligible(terms, check.lines)) < terms.least,
}
"""The first that applies is told: whose it is, then when, then how often, then where, then of what."""


def _grant(terms: OfferTerms, check: Check) -> Granted:
    match terms.benefit:
        case PercentOff() | AmountOff() as off:
            prices = eligible(terms, check.lines)
            discount = off.of(sum(prices))
            return Granted(discount, share_out(discount, prices))
        case FreeGoods(sku):
            return Granted(gift=sku)
        case BonusPoints(points):
            return Granted(points=points)
    return Granted(entitlement=terms.benefit.text)
