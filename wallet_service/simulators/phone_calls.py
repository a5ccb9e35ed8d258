"""The five calls a phone makes to the web service of its passes (Apple: Adding a Web Service to Update Passes)."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx2
import orjson

from wallet_service.simulators.installed_pass import InstalledPass
from wallet_service.simulators.pass_reader import MEDIA_TYPE

AGENT = {"User-Agent": "passd/1.0 (simulated phone)"}


class Complaint(Exception):
    """What the phone writes into its log when a call does not do what it should."""


class GaveUp(Complaint):
    """The service was out of order or out of reach however often it was asked; another day it may do better."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Which passes changed, and the tag to send when asking next."""

    serials: tuple[str, ...]
    tag: str


@dataclass(frozen=True, slots=True)
class Download:
    """A pass as it came, with its Last-Modified."""

    file: bytes
    modified: str | None


class PassService:
    """The web service as one device sees it. Every call raises `Complaint` when it is refused."""

    def __init__(self, client: httpx2.AsyncClient, device_library_id: str, waits: Sequence[float]) -> None:
        self._client = client
        self._device = device_library_id
        self._waits = waits

    async def register(self, card: InstalledPass, push_token: str) -> None:
        """Ask for pushes about this pass; repeated, it makes the new push token known."""
        body = {"pushToken": push_token}
        await self._ask("register", "POST", self._registration(card), {200, 201}, token=card.token, body=body)

    async def unregister(self, card: InstalledPass) -> None:
        """Ask for no more pushes about this pass."""
        await self._ask("unregister", "DELETE", self._registration(card), {200}, token=card.token)

    async def changes(self, url: str, pass_type: str, tag: str | None) -> Changes | None:
        """What changed since `tag`? None: nothing."""
        query = "" if tag is None else f"?passesUpdatedSince={quote(tag, safe='')}"
        address = _address(url, "devices", self._device, "registrations", pass_type) + query
        response = await self._ask("what changed?", "GET", address, {200, 204})
        return read_changes(response.content, sent=tag) if response.status_code == HTTPStatus.OK else None

    async def download(self, card: InstalledPass, modified: str | None) -> Download | None:
        """The pass as it is now; None when it has not changed since `modified`."""
        address = _address(card.web_service_url, "passes", card.pass_type, card.serial)
        headers = {} if modified is None else {"If-Modified-Since": modified}
        taken = {200} if modified is None else {200, 304}
        response = await self._ask(f"get {card.serial}", "GET", address, taken, token=card.token, headers=headers)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return None
        if media_type(response) != MEDIA_TYPE:
            raise Complaint(f"get {card.serial}: came as {media_type(response)!r}, not as a pass")
        return Download(response.content, response.headers.get("Last-Modified"))

    async def log(self, url: str, messages: Sequence[str]) -> None:
        """Tell the service what went wrong, once."""
        body = {"logs": list(messages)}
        answer = await self._attempt("POST", _address(url, "log"), AGENT, orjson.dumps(body))
        if isinstance(answer, str) or answer.status_code != HTTPStatus.OK:
            raise Complaint(f"log: {_said(answer)}")

    def _registration(self, card: InstalledPass) -> str:
        path = ("devices", self._device, "registrations", card.pass_type, card.serial)
        return _address(card.web_service_url, *path)

    async def _ask(
        self,
        purpose: str,
        method: str,
        url: str,
        taken: Collection[int],
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> httpx2.Response:
        """Call until an answer is final, with growing waits in between (archived PassKit Web Service Reference)."""
        credential = {} if token is None else {"Authorization": f"ApplePass {token}"}
        content = None if body is None else orjson.dumps(body)
        answer: httpx2.Response | str = ""
        for wait in (0.0, *self._waits):
            await asyncio.sleep(wait)
            answer = await self._attempt(method, url, AGENT | credential | (headers or {}), content)
            if not isinstance(answer, str) and not _is_passing(answer.status_code):
                return _taken(purpose, answer, taken)
        raise GaveUp(f"{purpose}: gave up after {len(self._waits) + 1} attempts, the last: {_said(answer)}")

    async def _attempt(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None
    ) -> httpx2.Response | str:
        """The answer, or the name of what kept it from coming."""
        typed = headers if content is None else headers | {"Content-Type": "application/json"}
        try:
            return await self._client.request(method, url, headers=typed, content=content)
        except httpx2.RequestError as error:
            return type(error).__name__


def read_changes(body: bytes, *, sent: str | None) -> Changes:
    """Read the answer to "what changed?" as strictly as a phone. Raises `Complaint`.

    A tag that is no string makes a phone skip the update; a tag that stays while passes are listed makes it ignore them
    (field reports).
    """
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Complaint(f"what changed?: the answer is not JSON ({error})") from error
    answer = answer if isinstance(answer, dict) else {}
    serials, tag = answer.get("serialNumbers"), answer.get("lastUpdated")
    if not isinstance(serials, list) or not all(isinstance(serial, str) for serial in serials):
        raise Complaint("what changed?: the answer has no list of serial numbers")
    if not isinstance(tag, str):
        raise Complaint(f"what changed?: lastUpdated is not a string ({tag!r}), update skipped")
    if serials and tag == sent:
        raise Complaint(f"what changed?: lastUpdated stayed {tag!r} although passes are listed, list ignored")
    return Changes(tuple(serials), tag)


def media_type(response: httpx2.Response) -> str:
    """The media type alone, without its parameters."""
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _address(url: str, *segments: str) -> str:
    return "/".join([url.rstrip("/"), "v1", *(quote(segment, safe="") for segment in segments)])


def _is_passing(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _taken(purpose: str, answer: httpx2.Response, taken: Collection[int]) -> httpx2.Response:
    if answer.status_code in taken:
        return answer
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise Complaint(f"{purpose}: authentication failure")
    raise Complaint(f"{purpose}: {_said(answer)}")


def _said(answer: httpx2.Response | str) -> str:
    return answer if isinstance(answer, str) else f"the service answered {answer.status_code}"
