"""Objects follow their cards: a turn is waited for first and the cards are read then, so that what is sent is not old."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import not_
from random import random

from wallet_service.outcomes import Delivered, Outcome, TryLater
from wallet_service.wallets.google.calls import Call
from wallet_service.wallets.google.card_class import CardClass
from wallet_service.wallets.google.changes import Step, change_silently, first_step, next_step
from wallet_service.wallets.google.classes import Classes
from wallet_service.wallets.google.client import GoogleClient, Permit
from wallet_service.wallets.google.pace import Lane
from wallet_service.wallets.google.verdict import (
    AlreadyThere,
    Done,
    Malformed,
    NoSuchClass,
    Trouble,
    Verdict,
    full_jitter,
    outcome_of,
)
from wallet_service.wallets.seam import GoogleCard, Present, Shown

MOST_STEPS = 4
"""Calls for one object, before it waits for another time: it was looked at and put anew, each with a stale token."""
UNTIL_MENDED = 60.0
"""Seconds until we look again whether a service account, or a class, has been mended."""


@dataclass(slots=True)
class Showing:
    """The cards of one issuer, on their way to Google."""

    client: GoogleClient
    classes: Classes
    present: Present
    left: list[str]
    """Serials, in the order in which their turns come."""
    shown: dict[str, Shown] = field(default_factory=dict)
    _steps: dict[str, Step] = field(default_factory=dict)
    """How an object goes on that is not shown with its first step."""
    _taken: Counter[str] = field(default_factory=Counter)

    async def run(self) -> Mapping[str, Shown]:
        """Until each card is shown, or waits for another time."""
        while self.left:
            permit = await self.client.permit(Lane.CAMPAIGN, len(self.left))
            if isinstance(permit, Permit):
                await self._go(permit)
            else:
                self._give_up(permit)
        return self.shown

    async def _go(self, permit: Permit) -> None:
        """Use a permit: for cards whose classes Google knows; for the others, the next one."""
        now, self.left = self.left[: permit.requests], self.left[permit.requests :]
        cards = [(self.classes.of(card), card) for card in await self.present(now)]
        known = [self.classes.knows(style) for style, _ in cards]
        await self._change(permit, list(compress(cards, known)))
        await self._introduce(list(compress(cards, map(not_, known))))

    async def _change(self, permit: Permit, cards: Sequence[tuple[CardClass, GoogleCard]]) -> None:
        steps = [self._steps.get(card.face.serial) or first_step(style, card) for style, card in cards]
        wanted = [step(style, card) for step, (style, card) in zip(steps, cards, strict=True)]
        verdicts = await self.client.send(permit, wanted)
        for (style, card), step, call, verdict in zip(cards, steps, wanted, verdicts, strict=True):
            self._note(style, card.face.serial, step, call, verdict)
        if verdicts and all(isinstance(verdict, Trouble) for verdict in verdicts):  # the rest would fare no better
            self._give_up(Trouble("not sent: Google is in trouble", arrived=False))

    def _note(self, style: CardClass, serial: str, step: Step, call: Call, verdict: Verdict) -> None:
        self._taken[serial] += 1
        again = next_step(step, verdict)
        if isinstance(verdict, NoSuchClass):
            self.classes.forget(style)
        if again is not None and self._taken[serial] < MOST_STEPS:
            self._steps[serial] = again
            self.left.append(serial)
            return
        refused = call.content.decode() if isinstance(verdict, Malformed) else None
        self.shown[serial] = Shown(_outcome(verdict), change_silently in {step, again}, refused)

    async def _introduce(self, cards: Sequence[tuple[CardClass, GoogleCard]]) -> None:
        """Tell Google of classes; their cards go on, or wait until what is wrong with the class is mended."""
        ill = await self.classes.tell_all(self.client, [style for style, _ in cards])
        for style, card in cards:
            if style.id in ill:
                self.shown[card.face.serial] = Shown(_outcome_for_cards(ill[style.id]))
            else:
                self.left.append(card.face.serial)

    def _give_up(self, verdict: Verdict) -> None:
        self.shown |= dict.fromkeys(self.left, Shown(_outcome(verdict)))
        self.left = []


def _outcome_for_cards(verdict: Verdict) -> Outcome:
    """A class that is refused may be mended without its cards: once its images can be fetched, say."""
    return TryLater(UNTIL_MENDED, verdict.reason) if isinstance(verdict, Malformed) else _outcome(verdict)


def _outcome(verdict: Verdict) -> Outcome:
    match verdict:
        case AlreadyThere():  # an insert met an earlier one: the next round patches it
            return TryLater(1.0, verdict.reason)
        case Done():
            return Delivered()
    return outcome_of(verdict, full_jitter(1, random()))  # noqa: S311 - to spread load
