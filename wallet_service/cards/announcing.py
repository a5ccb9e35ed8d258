"""What a version of a card announces: the most important of what has changed, in one field. PURE.

Wallet tells of every field that has a `changeMessage` and another value than before, and merges several into a vague
text; so at most one field of a version has one (Apple: PassFieldContent).

A phone compares the new pass with the one it has, which may be some versions older. So changes add up, until a phone
has fetched a version (`sql.TOUCH`): a version may announce the most important change since the newest version that any
phone of the card has fetched. One phone alone is told of everything that matters most, once; a tablet that was off for
a month hears what is the latest news of the phone beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import IntFlag

from wallet_service.cards.problem import Problem, error

WHERE = "card.toml: card.announce"


class Change(IntFlag):
    """What has changed, the most important first. As it is kept (`card.changes`)."""

    TIER = 1
    BALANCE = 2
    EXPIRING = 4
    """When points expire, and how many, though there are as many as before."""
    OFFERS = 8


NONE = Change(0)
"""Nothing that is worth telling."""
Announce = Mapping[Change, str]
"""Which field tells of which change, by its key."""
NAMES: Mapping[str, Change] = {change.name.lower(): change for change in Change if change.name}


def announcing(announce: Announce, changed: Change) -> str:
    """The key of the field that speaks; empty: none does."""
    return next((announce[change] for change in Change if change in changed and change in announce), "")


def announcers(announce: Announce) -> Sequence[str]:
    """The same for every set of changes, in the order of their numbers."""
    return tuple(announcing(announce, Change(number)) for number in range(2 * max(Change)))


def read_announce(said: object) -> tuple[Announce, list[Problem]]:
    """Understand `card.announce`: the key of the field that shows the balance, or a table of keys by what changes."""
    if isinstance(said, str) and said:
        return {Change.BALANCE: said}, []
    if not isinstance(said, dict):
        mend = f'Write announce = "balance", or a table with some of {", ".join(NAMES)}.'
        return {}, [error(WHERE, "the key of a field is needed here, or a table of keys", mend)]
    return {NAMES[name]: key for name, key in said.items() if name in NAMES}, list(_problems(said))


def _problems(said: Mapping[str, object]) -> Iterator[Problem]:
    for name, key in said.items():
        if name not in NAMES:
            near = get_close_matches(name, NAMES, 1)
            mend = f"Write {near[0]}." if near else f"Changes are {', '.join(NAMES)}."
            yield error(f"{WHERE}.{name}", "no such change is announced", mend)
        elif not isinstance(key, str) or not key:
            yield error(f"{WHERE}.{name}", "the key of a field is needed here", f'Write {name} = "…".')
