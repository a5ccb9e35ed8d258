"""The engine: what the rules say to a happening. PURE.

The happening is noted first, so counts include it. Then every mechanic of its trigger is asked in the order of the file;
those that multiply give the rest of theirs when all shares are known. A tier that is reached is a happening of its own, in
the same step.
"""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from wallet_service.loyalty.rules import tracks
from wallet_service.loyalty.rules.assortment import Assortment
from wallet_service.loyalty.rules.counting import bought_before
from wallet_service.loyalty.rules.effects import AMOUNTS
from wallet_service.loyalty.rules.firing import Extras, Firing, Rule, compile_rule, fire
from wallet_service.loyalty.rules.happening import PURCHASE, Happening, Trigger
from wallet_service.loyalty.rules.mechanic import MEMBER, Mechanic, Multiply
from wallet_service.loyalty.rules.noting import Notebook
from wallet_service.loyalty.rules.rulebook import Rulebook
from wallet_service.loyalty.rules.scene import Scene
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.tiers import Stairs, give, rise, stairs_of, tier_of
from wallet_service.loyalty.rules.verdict import Trouble, Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """A rulebook, compiled."""

    book: Rulebook
    tracks: str
    """What standings keep for it: one that keeps anything else is to be made anew."""
    horizon: int
    """Days, the newest included, beyond which no rule looks back."""
    by_trigger: Mapping[Trigger, Sequence[Rule]]
    assortment: Assortment
    notebook: Notebook
    stairs: Stairs
    _most: Mapping[Trigger, int]

    def most(self, trigger: Trigger) -> int:
        """The most `Points` that one happening can lead to, with all tiers that it leads to."""
        return self._most[trigger]


def compile_rules(book: Rulebook) -> Rules:
    """The rules, made ready for being asked often."""
    assortment, kept = Assortment(book.unearning), tracks.tracking(book)
    active = [each for each in book.mechanics if each.active]
    compiled = [(each.trigger, compile_rule(each, assortment, book.spending.worth)) for each in active]
    return Rules(
        book,
        str(kept),
        kept.horizon,
        {trigger: tuple(rule for of, rule in compiled if of is trigger) for trigger in Trigger},
        assortment,
        Notebook(kept, assortment),
        stairs_of(book),
        {trigger: _most(active, len(book.tiers), trigger) for trigger in Trigger},
    )


def tracks_of(book: Rulebook) -> str:
    """What standings keep for these rules, in one line."""
    return str(tracks.tracking(book))


def take_in(
    rules: Rules, standing: Standing, happening: Happening, *, left: MutableMapping[str, int], parked: Collection[str]
) -> Verdict:
    """Note what happened in the standing, and say what follows.

    `left`: points left of budgets by mechanic, lowered in place. Mechanics that are `parked` give nothing. One that fails
    is a trouble of the verdict; it leaves no trace in the standing, and the others give what they give. A mechanic gives
    nothing again for the occasion that it last gave something for.
    """
    scene = look(rules, standing, happening)
    rules.notebook.note(standing, happening, scene.sums)
    step = Step(rules, standing, left, parked, Verdict())
    step.ask(scene)
    if happening.trigger is PURCHASE:
        own = sum([each.points for each in step.verdict.points if each.to is MEMBER])
        rules.notebook.note_points(standing, scene.day, own)
    if rules.book.tiers:
        step.rise(scene)
    return step.verdict


def note(rules: Rules, standing: Standing, happening: Happening) -> None:
    """Only note it, to make a standing anew: `points` of a purchase are what it gave then."""
    rules.notebook.note(standing, happening, rules.assortment.answer(happening), happening.points)


def take_out(rules: Rules, standing: Standing, happening: Happening, *, whole: bool) -> None:
    """Take what came back of a purchase out of the day on which it was bought.

    `at` is when it was bought; lines, money and points are what came back. If `whole`, it is no purchase any more.
    """
    rules.notebook.take_out(standing, happening, rules.assortment.answer(happening), whole=whole)


def look(rules: Rules, standing: Standing, happening: Happening) -> Scene:
    """The happening, and what stands around it before it is noted."""
    day = happening.at.toordinal()
    return Scene(standing, happening, day, bought_before(standing, day), rules.assortment.answer(happening))


@dataclass(slots=True)
class Step:
    """One step of a standing, from a happening to all that follows."""

    rules: Rules
    standing: Standing
    left: MutableMapping[str, int]
    parked: Collection[str]
    verdict: Verdict

    def ask(self, scene: Scene) -> None:
        """Ask every mechanic of this trigger; what multiplies shares is drawn when all of them are known."""
        rules, waiting = self.rules.by_trigger[scene.happening.trigger], []
        if self.parked:
            rules = [rule for rule in rules if rule.name not in self.parked]
        for rule in rules:
            try:
                if rule.holds(scene) and (firing := fire(rule, scene, self.left)):
                    if rule.multiples:
                        waiting.append(firing)
                    else:
                        self.give(firing, scene)
            except Exception as error:  # noqa: BLE001 - whatever a mechanic does wrong, it is not to stop the others
                self.verdict.troubles.append(_trouble(rule, error))
        for firing in waiting:
            self.multiply(firing, scene)
        for tier in scene.tiers:
            self.verdict.reached += give(self.rules.book, self.standing, tier, scene.happening.at.date())

    def multiply(self, firing: Firing, scene: Scene) -> None:
        """Give what waits for all shares."""
        try:
            firing.draw(firing.rule.multiples, scene)
            self.give(firing, scene)
        except Exception as error:  # noqa: BLE001 - likewise
            self.verdict.troubles.append(_trouble(firing.rule, error))

    def give(self, firing: Firing, scene: Scene) -> None:
        """Let a firing stand, if there is anything in it. Raises `KeyError`: there is no such tier."""
        rule = firing.rule
        if rule.extras:
            self.give_extras(rule.extras, firing.times, scene)
        elif not firing.points:
            return
        self.standing.done[rule.name] = firing.done
        self.verdict.points += firing.points
        if rule.budget is not None:
            self.left[rule.name] = self.left.get(rule.name, rule.budget) - firing.total

    def give_extras(self, extras: Extras, times: int, scene: Scene) -> None:
        """Give what is no points."""
        scene.tiers += [tier_of(self.rules.book, tier).name for tier in extras.tiers]
        self.verdict.gifts += extras.gifts * times
        self.verdict.hooks += extras.hooks

    def rise(self, scene: Scene) -> None:
        """Rise, and ask what each tier that was come to leads to. Tiers only go up here, so that this comes to an end."""
        days = self.standing.days
        today = days[-1].day if days and days[-1].day > scene.day else scene.day
        self.verdict.reached += rise(self.rules.stairs, self.standing, today)
        for tier in self.verdict.reached:  # there may be more meanwhile
            self.ask(look(self.rules, self.standing, _reached(scene.happening, tier)))


def _trouble(rule: Rule, error: Exception) -> Trouble:
    return Trouble(rule.name, f"{type(error).__name__}: {error}")


def _reached(by: Happening, tier: str) -> Happening:
    occasion = f"{by.occasion} {tier}"
    return Happening(Trigger.TIER_REACHED, by.at, occasion, tier, place=by.place, referred=by.referred)


def _most(mechanics: Sequence[Mechanic], tiers: int, trigger: Trigger) -> int:
    own = sum(_amounts(each) for each in mechanics if each.trigger is trigger)
    by_tiers = [each for each in mechanics if each.trigger is Trigger.TIER_REACHED]
    return own + sum(_amounts(each) * (1 if each.of else tiers) for each in by_tiers)


def _amounts(mechanic: Mechanic) -> int:
    return sum(type(each) in AMOUNTS or isinstance(each, Multiply) for each in mechanic.gives)
