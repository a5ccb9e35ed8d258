"""Google Wallet behind the seam: objects inserted when somebody wants one, and patched when their cards change."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import random

from wallet_service.clock import Clock
from wallet_service.errors import Unavailable
from wallet_service.outcomes import Delivered, Outcome, Refused, TryLater
from wallet_service.wallets.google import calls, links
from wallet_service.wallets.google.card_class import CardClass, card_class, class_id, object_id
from wallet_service.wallets.google.client import ROOT, GoogleClient
from wallet_service.wallets.google.objects import Payload, class_payload, object_payload
from wallet_service.wallets.google.pace import Lane, Pace, Quota
from wallet_service.wallets.google.service_account import ServiceAccount, ServiceAccounts, ServiceAccountUnusable
from wallet_service.wallets.google.verdict import (
    AlreadyThere,
    Done,
    NoSuchClass,
    NoSuchObject,
    NotificationQuotaExceeded,
    Verdict,
    full_jitter,
    outcome_of,
)
from wallet_service.wallets.seam import GoogleCard, ObjectNames, Shown

FAMILY = 1
"""All versions of a template so far share one class."""
UNTIL_MENDED = 60.0
"""Seconds until we look again whether a service account has been mended."""
CLEARED: Payload = {"accountName": "", "accountId": "", "textModulesData": [], "linksModuleData": {"uris": []}}
"""What an object may have lost since: Google keeps what a change does not name."""


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
            verdict = await client.call(_change(style, card, notify=False), Lane.INTERACTIVE)
        self._insist(verdict)
        account, saved = self._clients[card.issuer][0], links.Saved(style.object_id(card.face.serial), style.id)
        link = links.save_link(account, [saved], self.clock.now(), root=self.ways.save_root)
        if isinstance(link, Refused):
            raise GoogleTrouble(f"The save link cannot be made: {link.reason}.")
        return link

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
        for style in sorted(styles.values(), key=_version):
            verdict = await self._tell_class(client, style, Lane.CAMPAIGN)
            if not isinstance(verdict, Done):
                return [(card, Shown(_outcome(verdict))) for card in cards]
        ours = [(styles[card.face.design.key], card) for card in cards]
        verdicts = await client.batch([_change(style, card, notify=card.notify) for style, card in ours])
        again = {
            number: call for number, verdict in enumerate(verdicts) if (call := self._mended(*ours[number], verdict))
        }
        second = dict(zip(again, await client.batch(list(again.values())), strict=True))
        return [
            (card, Shown(_outcome(second.get(number, verdict)), isinstance(verdict, NotificationQuotaExceeded)))
            for number, (card, verdict) in enumerate(zip(cards, verdicts, strict=True))
        ]

    def _mended(self, style: CardClass, card: GoogleCard, verdict: Verdict) -> calls.Call | None:
        """What to ask instead, where that helps."""
        match verdict:
            case NoSuchObject():
                return calls.insert("loyaltyObject", object_payload(style, card.face))
            case NotificationQuotaExceeded():
                return _change(style, card, notify=False)
            case NoSuchClass():
                self._told.pop(style.id, None)
        return None

    async def _tell_class(self, client: GoogleClient, style: CardClass, lane: Lane) -> Verdict:
        """Let the class be there as its newest design; known from then on, until this process ends."""
        if self._told.get(style.id, "") >= _version(style):
            return Done({})
        verdict = await client.upsert("loyaltyClass", class_payload(style), lane)
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
        pace = self._paces.setdefault(account.project, Pace(Quota(self.ways.per_s)))
        client = GoogleClient(
            account,
            pace=pace,
            clock=self.clock,
            root=self.ways.root,
            trust_roots=self.ways.trust_roots,
            deadline=self.ways.deadline,
        )
        self._clients[issuer] = account, client
        if held is not None:
            await held[1].aclose()
        return client

    @staticmethod
    def _insist(verdict: Verdict) -> None:
        if not isinstance(verdict, Done):
            raise GoogleTrouble(f"Google says: {getattr(verdict, 'reason', verdict)}.")


def _version(style: CardClass) -> str:
    """Template version ids grow with time, so the newest is the largest."""
    return style.designs[0].key


def _change(style: CardClass, card: GoogleCard, *, notify: bool) -> calls.Call:
    """The whole object as a change: absolute, so that it may be repeated and the newest wins. PURE."""
    payload = CLEARED | object_payload(style, card.face)
    wish = {"notifyPreference": "NOTIFY_ON_UPDATE"} if notify else {}
    return calls.patch("loyaltyObject", payload["id"], payload | wish)


def _outcome(verdict: Verdict) -> Outcome:
    match verdict:
        case AlreadyThere():  # an insert met an earlier one: the next round patches it
            return TryLater(1.0, verdict.reason)
        case Done():
            return Delivered()
    return outcome_of(verdict, full_jitter(1, random()))  # noqa: S311 - to spread load
