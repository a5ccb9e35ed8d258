"""A phone with passes in its wallet: it installs, registers, is woken, fetches what changed and tells its owner."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import httpx2

from wallet_service.simulators.installed_pass import InstalledPass, PassRejected, notification, require
from wallet_service.simulators.pass_reader import MEDIA_TYPE, read_pass
from wallet_service.simulators.phone_calls import Complaint, Download, GaveUp, PassService, media_type

SAFARI = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 27_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/27.0 Mobile/15E148 Safari/604.1",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
}
WAITS = (0.02, 0.05, 0.1)
"""Seconds between the attempts of one call: growing like a real phone's, but short."""


def _phone_time() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a phone outside our world looks at its own clock


class SimulatedPhone:
    """An iPhone that keeps Apple's rules and takes note of whoever breaks them.

    Serial numbers are taken to be unique across pass types. `client` is shared with other phones and not closed here.
    """

    def __init__(
        self,
        name: str,
        *,
        roots: Path | None,
        client: httpx2.AsyncClient,
        now: Callable[[], datetime] = _phone_time,
        waits: Sequence[float] = WAITS,
    ) -> None:
        self.name = name
        self.device_library_id = secrets.token_hex(16)
        self.push_token = secrets.token_hex(32)
        self.passes: dict[str, InstalledPass] = {}
        """By serial number."""
        self.registered: set[str] = set()
        """Serial numbers of the passes whose registration the service took."""
        self.last_updated: dict[str, str] = {}
        """For each pass type the tag of the last list of changes that was worked off."""
        self.notifications: list[str] = []
        """What the lock screen said, oldest first."""
        self.log: list[str] = []
        """What it complained about, oldest first; each was also sent to the service it is about."""
        self.fetched = self.unchanged = self.errors = 0
        """New versions taken · fetches that brought nothing new · calls and passes that failed."""
        self._roots, self._client, self._now = roots, client, now
        self._service = PassService(client, self.device_library_id, waits)
        self._modified: dict[str, str] = {}
        self._is_on = True
        self._pushes_kept: set[str] = set()
        self._busy = asyncio.Lock()

    async def install(self, link: str) -> InstalledPass:
        """Open the link in the browser and add the pass it leads to.

        Raises `PassRejected` when no good pass comes, `httpx2.RequestError` when nothing comes.
        """
        response = await self._client.get(link, headers=SAFARI, follow_redirects=True)
        require(response.status_code == HTTPStatus.OK, f"the link answered {response.status_code}")
        require(media_type(response) == MEDIA_TYPE, f"the link gave {media_type(response)!r}, not a pass")
        return await self.add(response.content)

    async def add(self, file: bytes) -> InstalledPass:
        """Verify the file, keep the pass and register for its updates. Raises `PassRejected`."""
        card = read_pass(file, roots=self._roots, now=self._now())
        async with self._busy:
            self.passes[card.serial] = card
            self._modified.pop(card.serial, None)
            self.registered.discard(card.serial)
            await self._tried(card.web_service_url, self._register(card))
        return card

    async def remove(self, serial: str) -> None:
        """Delete the pass and unregister it; it is gone whatever the service says. Raises `KeyError`."""
        async with self._busy:
            card = self.passes.pop(serial)
            self._modified.pop(serial, None)
            if not self._of_type(card.pass_type):
                self.last_updated.pop(card.pass_type, None)
            if serial in self.registered:
                self.registered.remove(serial)
                await self._tried(card.web_service_url, self._service.unregister(card))

    async def wake(self, pass_type: str) -> None:
        """A push has come: ask what changed and fetch it. While the phone is off, APNs keeps one push for each type."""
        if not self._is_on:
            self._pushes_kept.add(pass_type)
            return
        async with self._busy:
            for url in _services(self._of_type(pass_type)):
                await self._tried(url, self._update(url, pass_type))

    async def pull_to_refresh(self, serial: str) -> None:
        """The owner pulls the card down: fetch it without asking what changed. Raises `KeyError`."""
        async with self._busy:
            card = self.passes[serial]
            if card.web_service_url:
                await self._tried(card.web_service_url, self._refresh(card, listed=False))

    def off(self) -> None:
        """Out of reach of pushes, until `on`."""
        self._is_on = False

    async def on(self) -> None:
        """In reach again: obey the pushes that APNs kept."""
        self._is_on = True
        while self._is_on and self._pushes_kept:
            await self.wake(self._pushes_kept.pop())

    async def reset(self) -> None:
        """Restored from a backup: the same passes and device id, a new push token, and every pass registers again."""
        async with self._busy:
            self.push_token = secrets.token_hex(32)
            self.registered.clear()
            for card in self.passes.values():
                await self._tried(card.web_service_url, self._register(card))

    async def complain(self, message: str) -> None:
        """Log the message, here and at the service of every pass."""
        self.log.append(message)
        for url in _services(self.passes.values()):
            await self._send_log(url, message)

    def _of_type(self, pass_type: str) -> list[InstalledPass]:
        return [card for card in self.passes.values() if card.pass_type == pass_type]

    async def _register(self, card: InstalledPass) -> None:
        if card.web_service_url:
            await self._service.register(card, self.push_token)
            self.registered.add(card.serial)

    async def _update(self, url: str, pass_type: str) -> None:
        """Work off the list of changes; its tag is kept once no pass on it is worth another attempt."""
        sent = self.last_updated.get(pass_type)
        changes = await self._service.changes(url, pass_type, sent)
        if changes is None:
            return
        done = [await self._obey(url, pass_type, serial, is_news=sent is not None) for serial in changes.serials]
        if all(done):
            self.last_updated[pass_type] = changes.tag

    async def _obey(self, url: str, pass_type: str, serial: str, *, is_news: bool) -> bool:
        card = self.passes.get(serial)
        if card is None or card.pass_type != pass_type:
            await self._note(url, f"asked to update {serial}, which is not registered here")
            return True
        return await self._tried(url, self._refresh(card, listed=is_news))

    async def _refresh(self, card: InstalledPass, *, listed: bool) -> None:
        known = self._modified.get(card.serial)
        download = await self._service.download(card, known)
        if download is not None and await self._take(card, download, known):
            return
        self.unchanged += 1
        if listed:
            await self._note(card.web_service_url, f"asked to update {card.serial}, but the pass is unchanged")

    async def _take(self, card: InstalledPass, download: Download, known: str | None) -> bool:
        """Put the new version in the place of the old; False when they are the same."""
        fresh = read_pass(download.file, roots=self._roots, now=self._now())
        for key, value in card.identity.items():
            require(fresh.identity[key] == value, f"get {card.serial}: {key} changed")
        same = fresh.manifest == card.manifest
        for trouble in _doubts(card.serial, download.modified, known, same=same):
            await self._note(card.web_service_url, trouble)
        if download.modified is not None:
            self._modified[card.serial] = download.modified
        if not same:
            self._replace(card, fresh)
        return not same

    def _replace(self, card: InstalledPass, fresh: InstalledPass) -> None:
        self.passes[card.serial] = fresh
        self.fetched += 1
        text = notification(card, fresh)
        if text is not None:
            self.notifications.append(text)

    async def _tried(self, url: str, call: Awaitable[None]) -> bool:
        """Make the call and note its failure; False when another attempt may do better."""
        try:
            await call
        except (Complaint, PassRejected) as trouble:
            self.errors += 1
            await self._note(url, str(trouble))
            return not isinstance(trouble, GaveUp)
        return True

    async def _note(self, url: str, message: str) -> None:
        self.log.append(message)
        await self._send_log(url, message)

    async def _send_log(self, url: str, message: str) -> None:
        try:
            await self._service.log(url, [message])
        except Complaint as trouble:
            self.log.append(str(trouble))


def _services(cards: Iterable[InstalledPass]) -> list[str]:
    return sorted({card.web_service_url for card in cards if card.web_service_url})


def _doubts(serial: str, modified: str | None, known: str | None, *, same: bool) -> list[str]:
    """What is wrong with the Last-Modified of a pass that came."""
    doubts = {
        f"get {serial}: If-Modified-Since was ignored": same and known is not None,
        f"get {serial}: changed under the same Last-Modified": not same and known is not None and modified == known,
        f"get {serial}: came without Last-Modified": modified is None,
    }
    return [text for text, holds in doubts.items() if holds]
