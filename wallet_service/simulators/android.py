"""An Android phone with Google Wallet: it follows card links, saves what Google lets it save, shows and deletes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx2

from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_shelf import Holder, Notice

CHROME = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 16; Pixel 11) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/154.0.0.0 Mobile Safari/537.36",
    "Sec-CH-UA-Mobile": "?1",
    "Sec-CH-UA-Platform": '"Android"',
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
}


class SaveRejected(Exception):
    """The link led to no card; the text says where it went wrong."""


@dataclass(frozen=True, slots=True)
class WalletCard:
    """A card as the phone shows it at this moment."""

    object_id: str
    state: str
    balance: int | float | str | None
    """Of the main points, in whatever form the issuer gave it."""
    messages: tuple[str, ...]
    """Headers and bodies, of the class first."""
    resource: Mapping[str, Any]
    """The whole object, with its class inside."""


@dataclass(eq=False, slots=True)
class AndroidPhone:
    """A phone of `user` that knows Google; `client` is shared with other phones and not closed here."""

    name: str
    google: GoogleSimulator
    client: httpx2.AsyncClient
    user: str = ""
    """The Google account it is signed in with; by default one of its own."""
    cards: set[str] = field(default_factory=set)
    """Ids of the objects saved on this phone."""
    notifications: list[Notice] = field(default_factory=list)
    """What the lock screen said, oldest first."""

    def __post_init__(self) -> None:
        """Hear what Google has to say to it."""
        self.user = self.user or self.name
        self.google.subscribe(self._hear)

    async def save(self, link: str) -> list[WalletCard]:
        """Open a card link and save what it leads to. Raises `SaveRejected`, or `httpx2.RequestError`."""
        return await self.tap_save(await self.open(link))

    async def open(self, link: str) -> str:
        """Follow a card link in the browser up to Google's save page; its address. Raises `SaveRejected`."""
        url = httpx2.URL(link)
        for _ in range(5):
            response = await self.client.get(url, headers=CHROME)
            if str(url).startswith(self.google.save_root):
                _require(response, "Google says: something went wrong")
                return str(url)
            if not response.is_redirect:
                break
            url = url.join(response.headers["Location"])
        raise SaveRejected(f"{link} answered {response.status_code}, and leads to no save page")

    async def tap_save(self, page: str) -> list[WalletCard]:
        """Tap on "Save" on Google's page; the cards saved. Raises `SaveRejected`."""
        response = await self.client.post(page, data={"user": self.user, "device": self.name})
        _require(response, "Google did not save the card")
        saved: list[str] = response.json()["objects"]
        self.cards.update(saved)
        return [self.card(object_id) for object_id in saved]

    async def delete(self, object_id: str) -> None:
        """Remove the card from the wallet. Raises `KeyError` when it is not there."""
        self.cards.remove(object_id)
        await self.google.delete(object_id, Holder(self.user, self.name))

    def card(self, object_id: str) -> WalletCard:
        """The card as it stands now: Google Wallet keeps itself up to date. Raises `KeyError` when it is not there."""
        if object_id not in self.cards:
            raise KeyError(object_id)
        resource = self.google.card(object_id)
        balance = resource.get("loyaltyPoints", {}).get("balance", {})
        messages = [*resource["classReference"].get("messages", []), *resource.get("messages", [])]
        texts = tuple(f"{message.get('header', '')}: {message.get('body', '')}" for message in messages)
        return WalletCard(object_id, resource["state"], next(iter(balance.values()), None), texts, resource)

    def _hear(self, notice: Notice) -> None:
        if notice.object_id in self.cards:
            self.notifications.append(notice)


def _require(response: httpx2.Response, complaint: str) -> None:
    if response.status_code != HTTPStatus.OK:
        raise SaveRejected(f"{complaint}: {response.status_code} {response.text[:200]}")
