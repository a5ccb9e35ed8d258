"""Contradictions between the parts of a programme file. PURE."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from wallet_service.loyalty.rules.draft import Draft
from wallet_service.loyalty.rules.forms import Finding, nearest
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import GiveOffer, GiveTier, InTier, Mechanic, Multiply, Percent
from wallet_service.loyalty.rules.offer import Kind, OfferTerms
from wallet_service.loyalty.rules.rulebook import Reach, Tier


def together_doubts(draft: Draft) -> Iterator[Finding]:
    """Everything that parts of the file contradict each other in."""
    for doubts in DOUBTS:
        yield from doubts(draft)


def _name_doubts(draft: Draft) -> Iterator[Finding]:
    """The same name twice."""
    parts: Mapping[str, Mapping[int, Mechanic | Tier | OfferTerms]] = {
        "mechanics": draft.mechanics,
        "tiers": draft.tiers,
        "offers": draft.offers,
    }
    for part, entries in parts.items():
        first: dict[str, int] = {}
        for number, each in entries.items():
            if first.setdefault(each.name, number) != number:
                what = f"{part}[{first[each.name]}] is called {each.name} too"
                yield Finding(f"{part}[{number}].name", what, "Give each a name of its own.")


def _reference_doubts(draft: Draft) -> Iterator[Finding]:
    """Names of what does not exist."""
    for number, mechanic in draft.mechanics.items():
        for place, part, name in _references(mechanic):
            known = sorted(draft.named.get(part, ()))
            if name not in known:
                yield Finding(
                    f"mechanics[{number}].{place}",
                    f"there is no {part[:-1]} {name}",
                    nearest(name, known) if known else f"Add it under [[{part}]].",
                )


def _offer_doubts(draft: Draft) -> Iterator[Finding]:
    """Offers that nobody can be given."""
    public = {offer.name: offer.kind for offer in draft.offers.values() if offer.kind is not Kind.PERSONAL}
    for number, mechanic in draft.mechanics.items():
        for place, part, name in _references(mechanic):
            if part == "offers" and name in public:
                what = f"{name} is {public[name]}, and not given to members"
                yield Finding(f"mechanics[{number}].{place}", what, 'Write kind = "personal" in the offer.')


def _references(mechanic: Mechanic) -> Iterator[tuple[str, str, str]]:
    """Where a mechanic names a tier or an offer: the place, the part of the file, the name."""
    for number, condition in enumerate(mechanic.when):
        if isinstance(condition, InTier):
            yield from ((f"when[{number}].tiers", "tiers", tier) for tier in sorted(condition.tiers))
    for number, effect in enumerate(mechanic.gives):
        if isinstance(effect, GiveTier):
            yield f"give[{number}].tier", "tiers", effect.tier
        elif isinstance(effect, GiveOffer):
            yield f"give[{number}].offer", "offers", effect.offer
    if mechanic.trigger is Trigger.TIER_REACHED and mechanic.of:
        yield "of", "tiers", mechanic.of


def _tierless_doubts(draft: Draft) -> Iterator[Finding]:
    """Tiers to be reached where there are none."""
    if draft.named.get("tiers"):
        return
    for number, mechanic in draft.mechanics.items():
        if mechanic.trigger is Trigger.TIER_REACHED and not mechanic.of:
            yield Finding(f"mechanics[{number}].on", "there is no tier to be reached", "Add one under [[tiers]].")


def _multiply_doubts(draft: Draft) -> Iterator[Finding]:
    """More of nothing."""
    effects = [effect for mechanic in draft.mechanics.values() for effect in mechanic.gives]
    if any(isinstance(effect, Percent) for effect in effects):
        return
    for number, mechanic in draft.mechanics.items():
        for place, effect in enumerate(mechanic.gives):
            if isinstance(effect, Multiply):
                what = "no mechanic gives a share of a purchase that could be multiplied"
                yield Finding(f"mechanics[{number}].give[{place}].multiply", what, "Add one that gives a percent.")


def _tier_doubts(draft: Draft) -> Iterator[Finding]:
    """A tier that is as easy to reach as one below it."""
    below: list[Tier] = []
    for number, tier in draft.tiers.items():
        if below and not tier.reach and tier.paid_days is None:
            what = "everybody would have this tier, and no lower one"
            yield Finding(f"tiers[{number}]", what, "Add reach or paid_days, or let it be the first.")
        for place, reach in enumerate(tier.reach):
            if lower := _as_hard(reach, below):
                what = f"{lower} asks for as much"
                yield Finding(f"tiers[{number}].reach[{place}]", what, "Let tiers rise, the lowest first.")
        below.append(tier)


def _as_hard(reach: Reach, below: Sequence[Tier]) -> str:
    """The name of a lower tier that asks for no less; empty: there is none."""
    for tier in below:
        for lower in tier.reach:
            same = (lower.measure, lower.within) == (reach.measure, reach.within)
            if same and lower.at_least >= reach.at_least:
                return tier.name
    return ""


def _circle_doubts(draft: Draft) -> Iterator[Finding]:
    """Tiers that give each other."""
    names = [tier.name for tier in draft.tiers.values()]
    leads: dict[str, set[str]] = {name: set() for name in names}
    for mechanic in draft.mechanics.values():
        for tier in _set_off_by(mechanic, names):
            leads[tier] |= _given_by(mechanic) & leads.keys()
    for number, mechanic in draft.mechanics.items():
        for tier in _set_off_by(mechanic, names):
            if any(tier in _reached(given, leads) for given in sorted(_given_by(mechanic) & leads.keys())):
                what = f"this leads from {tier} back to {tier}"
                yield Finding(f"mechanics[{number}].give", what, "Let no tier that is reached give a tier again.")
                break


def _set_off_by(mechanic: Mechanic, names: Sequence[str]) -> Sequence[str]:
    """Tiers that set a mechanic off when they are reached."""
    if mechanic.trigger is not Trigger.TIER_REACHED:
        return ()
    return [name for name in names if mechanic.of in {"", name}]


def _given_by(mechanic: Mechanic) -> set[str]:
    return {effect.tier for effect in mechanic.gives if isinstance(effect, GiveTier)}


def _reached(start: str, leads: Mapping[str, set[str]]) -> set[str]:
    """All tiers to which one leads, itself included."""
    found, ahead = set[str](), [start]
    while ahead:
        tier = ahead.pop()
        if tier not in found:
            found.add(tier)
            ahead += leads[tier]
    return found


DOUBTS: Sequence[Callable[[Draft], Iterator[Finding]]] = (
    _name_doubts,
    _reference_doubts,
    _offer_doubts,
    _tierless_doubts,
    _multiply_doubts,
    _tier_doubts,
    _circle_doubts,
)
