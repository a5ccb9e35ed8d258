"""Which classes Google knows as they are now: each is told once for a design, and again when it is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wallet_service.wallets.google.card_class import CardClass, card_class, class_id
from wallet_service.wallets.google.changes import can_merge, put, whole
from wallet_service.wallets.google.client import GoogleClient
from wallet_service.wallets.google.objects import Payload, class_payload
from wallet_service.wallets.google.pace import Lane
from wallet_service.wallets.google.verdict import AlreadyThere, Done, Verdict
from wallet_service.wallets.seam import GoogleCard

FAMILY = 1
"""All versions of a template so far share a class, but for the looks of its tiers, which have one each."""


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of all issuers. Used from one event loop."""

    public_url: str
    _told: dict[str, str] = field(default_factory=dict)
    """Class -> the newest design it was told of since this process began."""

    def of(self, card: GoogleCard) -> CardClass:
        """The class of a card."""
        callback = f"{self.public_url}/google/callbacks"
        id_ = class_id(card.issuer, card.template, FAMILY, card.tier)
        return card_class(id_, card.designs, public_url=self.public_url, callback_url=callback)

    def knows(self, style: CardClass) -> bool:
        """Whether Google has been told of this design, or of a newer one."""
        return self._told.get(style.id, "") >= _version(style)

    def forget(self, style: CardClass) -> None:
        """It is gone: it is made anew with the next card."""
        self._told.pop(style.id, None)

    async def tell(self, client: GoogleClient, style: CardClass, lane: Lane) -> Verdict:
        """Let the class be there as its newest design; known from then on, until this process ends."""
        if self.knows(style):
            return Done({})
        verdict = await _let_it_be(client, class_payload(style), lane)
        if isinstance(verdict, Done):
            self._told[style.id] = max(self._told.get(style.id, ""), _version(style))
        return verdict

    async def tell_all(self, client: GoogleClient, styles: list[CardClass]) -> Mapping[str, Verdict]:
        """Let these classes be there; by id, what became of those that are not."""
        newest = {style.id: style for style in sorted(styles, key=_version)}
        verdicts = {id_: await self.tell(client, style, Lane.CAMPAIGN) for id_, style in newest.items()}
        return {id_: verdict for id_, verdict in verdicts.items() if not isinstance(verdict, Done)}


async def _let_it_be(client: GoogleClient, payload: Payload, lane: Lane) -> Verdict:
    """Insert it, else patch it, else put it, whatever earlier tries did."""
    everything = whole("loyaltyClass", payload)
    verdict = await client.insert("loyaltyClass", everything, lane)
    if not isinstance(verdict, AlreadyThere):
        return verdict
    present = await client.get("loyaltyClass", payload["id"], lane)
    if not isinstance(present, Done):
        return present
    if can_merge("loyaltyClass", present.resource, payload):
        return await client.patch("loyaltyClass", payload["id"], everything, lane)
    return await client.call(put("loyaltyClass", payload, present.resource), lane)


def _version(style: CardClass) -> str:
    """Template version ids grow with time, so the newest is the largest."""
    return style.designs[0].key
