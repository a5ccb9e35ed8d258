"""A member's standing as a card says it in one language, compiled once into quick functions. PURE."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from wallet_service.cards.calendar import dater
from wallet_service.cards.numerals import counter, grouper, pricer
from wallet_service.cards.standing import Goal, Offer, Receipt, Title, in_language
from wallet_service.cards.words import GOALS, Words, saying

Units = Mapping[str, str]
"""The plural forms of the points' name in one language, by CLDR form (`one`, `few`, `many`, `other` …)."""

SAID_OF_GOODS = 80
"""Characters of goods on a receipt: about two lines of a card's back."""


def pointer(language: str, units: Units) -> Callable[[int], str]:
    """Writes points with their name; bare where a template has none."""
    number = grouper(language)
    if "other" not in units:
        return number
    word = counter(language, units)
    return lambda points: f"{number(points)} {word(points)}"


def titler(language: str) -> Callable[[Title], str]:
    """Writes the title of a tier or an offer."""
    return lambda title: in_language(title, language)


def goal_sayer(language: str, units: Units, words: Words) -> Callable[[Goal | None], str]:
    """Writes what is missing until the next tier: `2 purchases to Gold`."""
    number, money, points = grouper(language), pricer(language), pointer(language, units)
    choose = {measure: counter(language, words[measure]) for measure in GOALS}

    def left(goal: Goal) -> str:
        match goal.measure:
            case "spent":
                return money(goal.left, goal.currency)
            case "points":
                return points(goal.left)
        return number(goal.left)

    def say(goal: Goal | None) -> str:
        if goal is None or goal.measure not in choose:
            return ""
        form = choose[goal.measure](goal.left)
        return saying(form)({"left": left(goal), "tier": in_language(goal.title, language)})

    return say


def receipt_sayer(language: str, units: Units) -> Callable[[Receipt | None], str]:
    """Writes a purchase: what was paid, when and where; what for; and the points it gave. A line each."""
    day, money, points = dater(language), pricer(language), pointer(language, units)

    def say(receipt: Receipt | None) -> str:
        if receipt is None:
            return ""
        when = ", ".join(filter(None, (day(receipt.on), receipt.place)))
        given = f"{receipt.points:+d}"[0] + points(abs(receipt.points)) if receipt.points else ""
        lines = (f"{money(receipt.total, receipt.currency)} · {when}", _goods(receipt.goods), given)
        return "\n".join(filter(None, lines))

    return say


def offers_sayer(language: str, words: Words) -> Callable[[Sequence[Offer]], str]:
    """Writes offers, a line each."""
    return lambda offers: "\n".join(map(partial(_offer, language, saying(words["offer"]["other"])), offers))


def _offer(language: str, ending: Callable[[Mapping[str, str]], str], offer: Offer) -> str:
    title, until = in_language(offer.title, language), dater(language)(offer.until)
    return ending({"title": title, "until": until}) if until else title


def _goods(names: Sequence[str]) -> str:
    """As many as find room, whole; the first always does."""
    said = ", ".join(names)
    while len(said) > SAID_OF_GOODS and len(names) > 1:
        names = names[:-1]
        said = ", ".join((*names, "…"))
    return said
