"""What a journey of the time machine came to, drawn for people. PURE."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from babel.numbers import format_currency, get_currency_precision

WIDTH = 40
"""Characters of the longest bar."""

Money = Callable[[int], str]


def lines_of(found: Mapping[str, Any]) -> Iterator[str]:
    """What a journey came to, for people."""
    if not found["purchases"]:
        yield "No purchases are recorded in this time."
        return
    money = _money(found["currency"])
    yield f"{found['purchases']:,} purchases of {found['members']:,} members, {found['from']} to {found['to']}."
    yield f"Revenue {money(found['revenue'])}."
    yield (
        f"Given: {found['points']:,} points, worth {money(found['cost'])}{_of(found['cost_share'])}; "
        f"of these alive at the end, had nobody spent any: {money(found['liability'])}."
    )
    yield f"Members who were given something: {found['members_touched']:,}."
    yield ""
    yield from _mechanics(found, money)
    yield ""
    yield from _spread(found["distribution"])
    yield ""
    yield from _months(found["months"])


def _mechanics(found: Mapping[str, Any], money: Money) -> Iterator[str]:
    width = max(len(each["name"]) for each in found["mechanics"]) if found["mechanics"] else 0
    for each in found["mechanics"]:
        yield (
            f"{each['name']:{width}}  {each['times']:>9,} times  {each['points']:>11,} points  "
            f"{money(each['cost'])}{_of(each['cost_share'])}, {each['members']:,} members{_remarks(each)}"
        )


def _remarks(each: Mapping[str, Any]) -> str:
    remarks = [
        f"{each['gifts']:,} offers" if each["gifts"] else "",
        f"{each['messages']:,} messages" if each["messages"] else "",
        f"budget used up on {each['budget_used_up']}" if each["budget_used_up"] else "",
        f"would have been parked: {each['parked']}" if each["parked"] else "",
    ]
    return "".join(f"; {remark}" for remark in remarks if remark)


def _spread(spread: Mapping[str, Any]) -> Iterator[str]:
    if not spread["bins"]:
        yield "Nobody was given any points."
        return
    yield f"Points a member: median {spread['median']:,}, 90 % below {spread['p90']:,}, most {spread['most']:,}."
    most = max(each["members"] for each in spread["bins"])
    for each in spread["bins"]:
        yield f"{'up to ' + format(each['to'], ','):>16}  {bar(each['members'], most)} {each['members']:,}"


def _months(months: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "Points by month:"
    most = max(each["points"] for each in months)
    for each in months:
        yield f"{each['month']:>16}  {bar(each['points'], most)} {each['points']:,}"


def bar(value: int, most: int) -> str:
    """A bar as long as this value among others; what is above nought is seen."""
    return "█" * max(round(WIDTH * value / most), 1) if value > 0 else ""


def _of(share: float | None) -> str:
    return "" if share is None else f" ({share:.2%} of the revenue)"


def _money(currency: str) -> Money:
    scale = 10 ** get_currency_precision(currency)
    return lambda minor: format_currency(minor / scale, currency, locale="en")
