"""The doors under fire: requests as bytes, handed to the real site over a real database, and what their answers must be."""

import asyncio
import re
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, unquote

from tests.conftest import TEMPLATES
from tests.people import ANNA, BORIS, PASS_TYPE, Brand
from wallet_service.cards.faces import Shelf
from wallet_service.cards.issue import issue_card
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.people.members import enrol_member
from wallet_service.service import Service
from wallet_service.wallets.apple.wallet import TOKEN_PURPOSE
from wallet_service.wallets.seam import image_name
from wallet_service.web.http import http_date
from wallet_service.web.phones.link import card_link, split
from wallet_service.web.site import Site

DEVICE, PUSH_TOKEN = "1f" * 16, "ab" * 32
LOGO = TEMPLATES / "burger-heroes.pkpasstemplate" / "googleLogo.png"

REGISTRATION = (
    b"/apple/v1/devices/$device/registrations/$pass_type/$card HTTP/1.1\r\nAuthorization: ApplePass $token\r\n"
)

PHONES: tuple[bytes, ...] = (
    b'POST %s\r\n{"pushToken": "$push"}' % REGISTRATION,
    b"DELETE %s\r\n" % REGISTRATION,
    b"GET /apple/v1/devices/$device/registrations/$pass_type?passesUpdatedSince=7 HTTP/1.1\r\n\r\n",
    (
        b"GET /apple/v1/passes/$pass_type/$card HTTP/1.1\r\nAuthorization: ApplePass $token\r\n"
        b"If-Modified-Since: $modified\r\n\r\n"
    ),
    b'POST /apple/v1/log HTTP/1.1\r\n\r\n{"logs": ["Web service error for pass.com.example: 1f1f1f", "another"]}',
    b"GET /c/$link HTTP/1.1\r\n\r\n",
    b"HEAD /c/$link.pkpass HTTP/1.1\r\n\r\n",
    b"GET /c/$link.pkpasses HTTP/1.1\r\nUser-Agent: Mozilla/5.0 (Linux; Android 16; Pixel 11)\r\n\r\n",
    b"GET /c/$link?web HTTP/1.1\r\nAccept: text/html,*/*;q=0.8\r\nAccept-Language: ru, en;q=0.5\r\n\r\n",
    b'GET /c/$link?json HTTP/1.1\r\nIf-None-Match: "1.$card"\r\nSec-CH-UA-Platform: "Windows"\r\n\r\n',
    b"GET /c/$link/card.webmanifest HTTP/1.1\r\nAccept-Language: en\r\n\r\n",
    (
        b"POST /c/$link/push HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
        b'{"endpoint": "https://push.example/$push", "keys": {"p256dh": "BA", "auth": "AA"}}'
    ),
    b"GET /images/$image HTTP/1.1\r\n\r\n",
)

DOCUMENTED: Mapping[str, frozenset[int]] = {
    "/apple/": frozenset({200, 201, 204, 304, 400, 401, 404, 405, 413, 429}),
    "/c/": frozenset({200, 204, 302, 304, 400, 404, 405, 410, 413}),
    "/images/": frozenset({200, 404, 405}),
    "/google/": frozenset({400, 404, 405, 413}),
    "/": frozenset({200, 201, 400, 401, 404, 405, 409, 413, 415, 422, 429}),
}
"""Beginning of a path -> all statuses that may be heard there; the first that fits counts."""

SECRETS = (b"$token", b"$key", b"$push", b"$link")
SHORTEST = 16
"""Bytes of something that would be worth stealing."""

Scope = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer."""

    status: int
    headers: bytes
    body: bytes
    seconds: float


@dataclass(slots=True)
class Ear:
    """Where an ASGI application sends its answer."""

    status: int = 0
    headers: bytes = b""
    body: bytearray = field(default_factory=bytearray)

    async def hear(self, message: MutableMapping[str, Any]) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = b"\n".join(name + b": " + value for name, value in message["headers"])
        self.body += message.get("body", b"")


def scope_of(raw: bytes, address: str) -> tuple[Scope, bytes]:
    """The request that a server would make of these bytes, and its body: a path in ASCII, headers in lines."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, _, rest = first.partition(b" ")
    target = quote(rest.rpartition(b" ")[0], safe="!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").encode()
    path, _, query = target.partition(b"?")
    named = [
        (name.strip().lower(), value.strip())
        for name, colon, value in (line.partition(b":") for line in lines)
        if colon
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method.decode("latin-1").upper(),
        "scheme": "http",
        "path": unquote(path.decode()),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name, re.sub(rb"[\0\r\n]", b"", value)) for name, value in named],
        "client": (address, 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }, body


@dataclass(frozen=True, slots=True)
class Doors:
    """A site with one card of Boris's, and everything a right request to it must hold."""

    site: Site
    values: Mapping[bytes, bytes]
    """What the names in requests stand for."""

    async def throw(self, raw: bytes, address: str = "10.0.0.1") -> Heard:
        """Send one request. Whatever the site raises is raised here."""
        scope, body = scope_of(raw, address)
        pieces = [body[: len(body) // 2], body[len(body) // 2 :]]
        ear, began = Ear(), time.perf_counter()

        async def receive() -> MutableMapping[str, Any]:
            if not pieces:
                await asyncio.get_running_loop().create_future()  # the client stays, and says no more
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        await self.site(scope, receive, ear.hear)
        return Heard(ear.status, ear.headers, bytes(ear.body), time.perf_counter() - began)

    def judge(self, raw: bytes, heard: Heard) -> None:
        """Fails unless this is an answer that the request may have."""
        scope, _ = scope_of(raw, "")
        path: str = scope["path"]
        allowed = next(
            statuses for beginning, statuses in DOCUMENTED.items() if path.startswith(beginning) or beginning == "/"
        )
        assert heard.status in allowed, f"{heard.status} is not documented for {path!r}"
        shown = b" ".join(value for name, value in scope["headers"] if name == b"authorization")
        if heard.status < 400:
            self._deserved(path, shown)
            return
        said = heard.headers + heard.body
        secrets = [*(self.values[name] for name in SECRETS), *shown.split(b" ")]
        assert not [secret for secret in secrets if len(secret) >= SHORTEST and secret in said], (
            "a refusal repeats a secret"
        )

    def _deserved(self, path: str, authorization: bytes) -> None:
        """Something was given: the request must have shown what opens that door."""
        values = {name: value.decode() for name, value in self.values.items()}
        if path.startswith("/c/"):
            assert split(path.split("/")[2])[0] == values[b"$link"]
        elif path.startswith("/apple/v1/passes/") or values[b"$card"] in path.split("/"):
            shown = b"token" if path.startswith("/apple/") else b"key"
            assert self.values[b"$" + shown] in authorization
        elif path.startswith("/v1/"):
            assert self.values[b"$key"] in authorization


async def open_doors(service: Service, brand: Brand, site: Site) -> Doors:
    """Doors with one card, Boris's; what tills do to Anna leaves it as it is."""
    async with service.database.begin() as tx:
        programme = await find_programme(tx, brand.id, brand.programme)
        anna, boris = [await enrol_member(tx, programme, wishes) for wishes in (ANNA, BORIS)]
        double = await enrol_member(tx, programme, {})
        card, _ = await issue_card(tx, boris, shelf=Shelf(), wallet=service.wallet, token_key=1)
    token = service.keys.token(1, TOKEN_PURPOSE, PASS_TYPE, card.id)
    values = {"$card": card.id, "$token": token, "$key": brand.key, "$member": anna.id, "$pass_type": PASS_TYPE}
    values |= {"$double": double.id, "$programme": brand.programme}
    values |= {
        "$device": DEVICE,
        "$push": PUSH_TOKEN,
        "$link": card_link("", service.keys, card.id).removeprefix("/c/"),
    }
    values |= {"$modified": http_date(card.modified_at), "$image": image_name(LOGO.read_bytes())}
    return Doors(site, {name.encode(): value.encode() for name, value in values.items()})


def somewhere(random: Random) -> str:
    """An address."""
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
