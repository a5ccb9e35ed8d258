"""Google Wallet behind the seam: objects inserted when somebody wants one, and patched when their cards change."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import random

from wallet_service.clock import Clock
from wallet_service.errors import Unavailable
from wallet_service.outcomes import Delivered, Outcome, Refused, TryLater
from wallet_service.wallets.google import calls, links
from wallet_service.wallets.google.card_class import CardClass, card_class, class_id, object_id
from wallet_service.wallets.google.changes import change, mended, whole
from wallet_service.wallets.google.client import ROOT, GoogleClient
from wallet_service.wallets.google.objects import class_payload, object_payload
from wallet_service.wallets.google.pace import Lane, Pace, Quota
from wallet_service.wallets.google.service_account import ServiceAccount, ServiceAccounts, ServiceAccountUnusable
from wallet_service.wallets.google.verdict import (
    AlreadyThere,
    Done,
    Malformed,
    NoSuchClass,
    NotificationQuotaExceeded,
    Verdict,
    full_jitter,
    outcome_of,
)
from wallet_service.wallets.seam import GoogleCard, ObjectNames, Shown
from wallet_service.wallets.sharing import Reserve

FAMILY = 1
"""All versions of a template so far share one class."""
UNTIL_MENDED = 60.0
"""Seconds until we look again whether a service account has been mended."""


class GoogleTrouble(Unavailable):
    """Google did not take the card, or the service account may not speak for the issuer. Nothing is lost; try again."""

    slug = "google-trouble"
    title = "Google Wallet cannot be reached for this card at the moment"


@dataclass(frozen=True, slots=True)
class Ways:
    """Where Google is reached, and how hard."""

    root: str = ROOT
    save_root: str = links.ROOT
    trust_roots: Path | None = None
    per_s: int = 20
    deadline: float = 10.0


@dataclass(slots=True)
class GoogleWallet:
    """Classes and objects under the service accounts of all brands. Used from one event loop."""

    accounts: ServiceAccounts
    clock: Clock
    public_url: str
    ways: Ways = field(default_factory=Ways)
    shared: Callable[[str], Reserve] | None = None
    """How this process and others share the Google project of this id. None: this one is alone."""
    _clients: dict[str, tuple[ServiceAccount, GoogleClient]] = field(default_factory=dict)
    _paces: dict[str, Pace] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)
    """Class -> the newest design it was told of since this process began."""

    def names(self, issuer: str, template: str, serial: str) -> ObjectNames:
        """The ids of a card."""
        return ObjectNames(object_id(issuer, serial), class_id(issuer, template, FAMILY))

    async def show(self, cards: Sequence[GoogleCard]) -> Sequence[Shown]:
        """Let the objects show these faces; issuers do not wait for each other."""
        by_issuer: dict[str, list[GoogleCard]] = defaultdict(list)
        for card in cards:
            by_issuer[card.issuer].append(card)
        parts = await asyncio.gather(*(self._show(issuer, some) for issuer, some in by_issuer.items()))
        shown = {card.face.serial: each for part in parts for card, each in part}
        return [shown[card.face.serial] for card in cards]

    async def save_link(self, card: GoogleCard) -> str:
        """The address that puts this card into somebody's wallet. Raises `ServiceAccountUnusable`, `GoogleTrouble`."""
        client = await self._client(card.issuer)
        style = self._class(card)
        self._insist(await self._tell_class(client, style, Lane.INTERACTIVE))
        verdict = await client.insert("loyaltyObject", object_payload(style, card.face))
        if isinstance(verdict, AlreadyThere):
            verdict = await client.call(change(style, card, notify=False), Lane.INTERACTIVE)
        self._insist(self._heeded(style, verdict))
        account, saved = self._clients[card.issuer][0], links.Saved(style.object_id(card.face.serial), style.id)
        link = links.save_link(account, [saved], self.clock.now(), root=self.ways.save_root)
        if isinstance(link, Refused):
            raise GoogleTrouble(f"The save link cannot be made: {link.reason}.")
        return link

    async def rehearse(self, card: GoogleCard) -> str | None:
        """What Google has against the first card of a design; None if nothing. Google keeps nothing of it.

        Raises `ServiceAccountUnusable`, `GoogleTrouble`.
        """
        client, style = await self._client(card.issuer), self._class(card)
        verdict = await client.call(calls.validate([class_payload(style)], [object_payload(style, card.face)]))
        if isinstance(verdict, Malformed):
            return verdict.reason
        self._insist(verdict)
        return None

    def paces(self) -> Mapping[str, Pace]:
        """How each Google project is asked, for whoever counts who waits."""
        return self._paces

    async def aclose(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(client.aclose() for _, client in self._clients.values()))

    async def _show(self, issuer: str, cards: Sequence[GoogleCard]) -> list[tuple[GoogleCard, Shown]]:
        try:
            client = await self._client(issuer)
        except ServiceAccountUnusable as refusal:
            return [(card, Shown(TryLater(UNTIL_MENDED, refusal.detail))) for card in cards]
        styles = {card.face.design.key: self._class(card) for card in cards}
        ill = await self._tell_classes(client, styles.values())
        ours = [(styles[card.face.design.key], card) for card in cards]
        refused = [(card, Shown(ill[style.id])) for style, card in ours if style.id in ill]
        return refused + await self._change_all(client, [(style, card) for style, card in ours if style.id not in ill])

    async def _change_all(
        self, client: GoogleClient, ours: Sequence[tuple[CardClass, GoogleCard]]
    ) -> list[tuple[GoogleCard, Shown]]:
        """Change objects whose classes are there; once more, in other words, where that helps."""
        verdicts = await client.batch([change(style, card, notify=card.notify) for style, card in ours])
        again = {number: call for number, verdict in enumerate(verdicts) if (call := mended(*ours[number], verdict))}
        second = dict(zip(again, await client.batch(list(again.values())), strict=True))
        shown = []
        for number, ((style, card), verdict) in enumerate(zip(ours, verdicts, strict=True)):
            last = self._heeded(style, second.get(number, verdict))
            shown.append((card, Shown(_outcome(last), isinstance(verdict, NotificationQuotaExceeded))))
        return shown

    def _heeded(self, style: CardClass, verdict: Verdict) -> Verdict:
        """A class that is gone is made anew with the next try."""
        if isinstance(verdict, NoSuchClass):
            self._told.pop(style.id, None)
        return verdict

    async def _tell_classes(self, client: GoogleClient, styles: Iterable[CardClass]) -> Mapping[str, Outcome]:
        """Let the classes be there as their newest designs; what is to become of the cards of those that are not."""
        newest = {style.id: style for style in sorted(styles, key=_version)}
        verdicts = {id_: await self._tell_class(client, style, Lane.CAMPAIGN) for id_, style in newest.items()}
        return {id_: _outcome_for_cards(verdict) for id_, verdict in verdicts.items() if not isinstance(verdict, Done)}

    async def _tell_class(self, client: GoogleClient, style: CardClass, lane: Lane) -> Verdict:
        """Let the class be there as its newest design; known from then on, until this process ends."""
        if self._told.get(style.id, "") >= _version(style):
            return Done({})
        verdict = await client.upsert("loyaltyClass", whole("loyaltyClass", class_payload(style)), lane)
        if isinstance(verdict, Done):
            self._told[style.id] = max(self._told.get(style.id, ""), _version(style))
        return verdict

    def _class(self, card: GoogleCard) -> CardClass:
        callback = f"{self.public_url}/google/callbacks"
        id_ = class_id(card.issuer, card.template, FAMILY)
        return card_class(id_, card.designs, public_url=self.public_url, callback_url=callback)

    async def _client(self, issuer: str) -> GoogleClient:
        """The client for the present account; a new key gets a new one. Reading a key takes 40 ms: in a thread."""
        account = self.accounts.at_hand(issuer)
        if account is None:
            account = await asyncio.to_thread(self.accounts.account, issuer)
        held = self._clients.get(issuer)
        if held is not None and held[0] is account:
            return held[1]
        client = GoogleClient(
            account,
            pace=self._pace(account.project),
            clock=self.clock,
            root=self.ways.root,
            trust_roots=self.ways.trust_roots,
            deadline=self.ways.deadline,
        )
        self._clients[issuer] = account, client
        if held is not None:
            await held[1].aclose()
        return client

    def _pace(self, project: str) -> Pace:
        """All clients of a Google project share one, and what they may send with other processes."""
        if project not in self._paces:
            reserve = None if self.shared is None else self.shared(project)
            self._paces[project] = Pace(Quota(self.ways.per_s), reserve=reserve)
        return self._paces[project]

    @staticmethod
    def _insist(verdict: Verdict) -> None:
        if not isinstance(verdict, Done):
            raise GoogleTrouble(f"Google says: {getattr(verdict, 'reason', verdict)}.")


def _version(style: CardClass) -> str:
    """Template version ids grow with time, so the newest is the largest."""
    return style.designs[0].key


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
