"""Google Wallet behind the seam: objects inserted when somebody wants one, and patched when their cards change."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wallet_service.clock import Clock
from wallet_service.errors import Unavailable
from wallet_service.outcomes import Outcome, Refused, TryLater
from wallet_service.wallets.google import calls, links
from wallet_service.wallets.google.card_class import CardClass, class_id, object_id
from wallet_service.wallets.google.changes import change_silently
from wallet_service.wallets.google.classes import FAMILY, Classes
from wallet_service.wallets.google.client import ROOT, GoogleClient
from wallet_service.wallets.google.holders import ask_holders
from wallet_service.wallets.google.objects import class_payload, object_payload
from wallet_service.wallets.google.pace import Lane, Pace, Quota
from wallet_service.wallets.google.service_account import ServiceAccount, ServiceAccounts, ServiceAccountUnusable
from wallet_service.wallets.google.showing import UNTIL_MENDED, Showing
from wallet_service.wallets.google.verdict import AlreadyThere, Done, Malformed, NoSuchClass, Verdict
from wallet_service.wallets.holding import HolderPage
from wallet_service.wallets.seam import GoogleCard, ObjectNames, Present, Shown
from wallet_service.wallets.sharing import Reserve


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
    _classes: Classes = field(init=False)

    def __post_init__(self) -> None:
        """Google may have been told of every class, or of none: this process does not know yet."""
        self._classes = Classes(self.public_url)

    def names(self, issuer: str, template: str, serial: str, tier: str = "") -> ObjectNames:
        """The ids of a card that has the look of a tier or (empty) its template's own."""
        return ObjectNames(object_id(issuer, serial), class_id(issuer, template, FAMILY, tier))

    async def show(self, issuer: str, serials: Sequence[str], present: Present) -> Mapping[str, Shown]:
        """Let the objects of an issuer show their cards as they are when their turn has come."""
        try:
            client = await self._client(issuer)
        except Unavailable as refusal:
            return dict.fromkeys(serials, Shown(TryLater(UNTIL_MENDED, refusal.detail)))
        return await Showing(client, self._classes, present, list(serials)).run()

    async def save_link(self, card: GoogleCard) -> str:
        """The address that puts this card into somebody's wallet. Raises `ServiceAccountUnusable`, `GoogleTrouble`."""
        client = await self._client(card.issuer)
        style = self._classes.of(card)
        verdict = await self._let_it_be(client, style, card)
        if isinstance(verdict, NoSuchClass):  # gone, though we had told of it: told once more
            self._classes.forget(style)
            verdict = await self._let_it_be(client, style, card)
        self._insist(verdict)
        account, saved = self._clients[card.issuer][0], links.Saved(style.object_id(card.face.serial), style.id)
        link = links.save_link(account, [saved], self.clock.now(), root=self.ways.save_root)
        if isinstance(link, Refused):
            raise GoogleTrouble(f"The save link cannot be made: {link.reason}.")
        return link

    async def rehearse(self, cards: Sequence[GoogleCard]) -> str | None:
        """What Google has against these cards, which share a class; None if nothing. Google keeps nothing of them.

        Raises `ServiceAccountUnusable`, `GoogleTrouble`.
        """
        client, style = await self._client(cards[0].issuer), self._classes.of(cards[0])
        objects = [object_payload(style, card.face) for card in cards]
        verdict = await client.call(calls.validate([class_payload(style)], objects))
        if isinstance(verdict, Malformed):
            return verdict.reason
        self._insist(verdict)
        return None

    async def holders(self, issuer: str, class_id: str, token: str) -> HolderPage | Outcome:
        """Which objects of a class are in somebody's wallet: the page that begins at `token` (empty: the first)."""
        try:
            client = await self._client(issuer)
        except ServiceAccountUnusable as refusal:
            return TryLater(UNTIL_MENDED, refusal.detail)
        return await ask_holders(client, class_id, token)

    def paces(self) -> Mapping[str, Pace]:
        """How each Google project is asked, for whoever counts who waits."""
        return self._paces

    async def aclose(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(client.aclose() for _, client in self._clients.values()))

    async def _let_it_be(self, client: GoogleClient, style: CardClass, card: GoogleCard) -> Verdict:
        """Class and object are there as the card is now, whatever earlier tries did."""
        verdict = await self._classes.tell(client, style, Lane.INTERACTIVE)
        if not isinstance(verdict, Done):
            return verdict
        verdict = await client.insert("loyaltyObject", object_payload(style, card.face))
        return await client.call(change_silently(style, card)) if isinstance(verdict, AlreadyThere) else verdict

    async def _client(self, issuer: str) -> GoogleClient:
        """The client for the present account; a new key gets a new one. Reading a key takes 40 ms: in a thread."""
        account = self.accounts.at_hand(issuer)
        if account is None:
            account = await asyncio.to_thread(self.accounts.account, issuer)
        held = self._clients.get(issuer)
        if held is not None and held[0] is account:
            return held[1]
        client = self._open(account)
        self._clients[issuer] = account, client
        if held is not None:
            await held[1].aclose()
        return client

    def _open(self, account: ServiceAccount) -> GoogleClient:
        try:
            return GoogleClient(
                account,
                pace=self._pace(account.project),
                clock=self.clock,
                root=self.ways.root,
                trust_roots=self.ways.trust_roots,
                deadline=self.ways.deadline,
            )
        except OSError as trouble:
            raise GoogleTrouble(f"{self.ways.trust_roots} cannot be read as roots to trust: {trouble}.") from None

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
