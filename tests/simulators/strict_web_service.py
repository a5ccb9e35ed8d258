"""Apple's web service for passes on loopback: as plain as can be, as strict as the specification, faulty on demand."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulators.pass_press import PASS_TYPE, TOKEN, press

PKPASS = "application/vnd.apple.pkpass"
REGISTRATION = "/v1/devices/{device}/registrations/{pass_type}/{serial}"


@dataclass(slots=True)
class Issued:
    """A card of ours: what its pass shows and at which version."""

    changes: dict[str, Any]
    version: int

    @property
    def modified(self) -> str:
        """A Last-Modified that moves by a second with each version."""
        return format_datetime(datetime.fromtimestamp(1_800_000_000 + self.version, UTC), usegmt=True)


class StrictWebService:
    """Cards, registrations and logs in memory. `scripted` answers come first, in order, for a call by that name."""

    def __init__(self) -> None:
        self.url = ""
        self.forget()
        self.app = Starlette(
            routes=[
                Route("/c/{serial}", self._named("link", self._link)),
                Route(REGISTRATION, self._named("register", self._register), methods=["POST"]),
                Route(REGISTRATION, self._named("unregister", self._unregister), methods=["DELETE"]),
                Route("/v1/devices/{device}/registrations/{pass_type}", self._named("list", self._list)),
                Route("/v1/passes/{pass_type}/{serial}", self._named("pass", self._pass)),
                Route("/v1/log", self._named("log", self._log), methods=["POST"]),
            ]
        )

    def forget(self) -> None:
        """Start anew, as if nothing had ever been issued or asked."""
        self.version = 0
        self.cards: dict[str, Issued] = {}
        self.registrations: dict[tuple[str, str, str], str] = {}
        self.logs: list[str] = []
        self.calls: list[str] = []
        self.scripted: dict[str, list[Response]] = defaultdict(list)

    def issue(self, serial: str, **changes: Any) -> str:
        """Put a card, or its next version, on offer; returns its link."""
        self.version += 1
        self.cards[serial] = Issued(changes, self.version)
        return f"{self.url}/c/{quote(serial)}"

    def file(self, serial: str, **more: Any) -> bytes:
        """The pass as it is now, pressed anew as a service that signs at fetch does."""
        identity = {"webServiceURL": f"{self.url}/", "authenticationToken": TOKEN}
        return press(serial, **(identity | self.cards[serial].changes | more))

    def _named(self, name: str, answer: Any) -> Any:
        async def endpoint(request: Request) -> Response:
            self.calls.append(name)
            return self.scripted[name].pop(0) if self.scripted[name] else await answer(request)

        return endpoint

    async def _link(self, request: Request) -> Response:
        assert "iPhone" in request.headers["user-agent"]
        return Response(self.file(request.path_params["serial"]), media_type=PKPASS)

    async def _register(self, request: Request) -> Response:
        if not _is_authorized(request):
            return Response(status_code=401)
        assert request.headers["content-type"] == "application/json"
        path = tuple(request.path_params.values())
        is_new = path not in self.registrations
        self.registrations[path] = orjson.loads(await request.body())["pushToken"]
        return Response(status_code=201 if is_new else 200)

    async def _unregister(self, request: Request) -> Response:
        if not _is_authorized(request):
            return Response(status_code=401)
        del self.registrations[tuple(request.path_params.values())]
        return Response()

    async def _list(self, request: Request) -> Response:
        assert "authorization" not in request.headers
        since = int(request.query_params.get("passesUpdatedSince", 0))
        device, pass_type = request.path_params["device"], request.path_params["pass_type"]
        mine = [serial for (owner, type_, serial) in self.registrations if (owner, type_) == (device, pass_type)]
        news = [serial for serial in mine if self.cards[serial].version > since]
        if not news:
            return Response(status_code=204)
        tag = max(self.cards[serial].version for serial in news)
        return JSONResponse({"serialNumbers": news, "lastUpdated": str(tag)})

    async def _pass(self, request: Request) -> Response:
        if not _is_authorized(request):
            return Response(status_code=401)
        assert request.path_params["pass_type"] == PASS_TYPE
        serial = request.path_params["serial"]
        modified = self.cards[serial].modified
        if request.headers.get("if-modified-since") == modified:
            return Response(status_code=304)
        return Response(self.file(serial), media_type=PKPASS, headers={"Last-Modified": modified})

    async def _log(self, request: Request) -> Response:
        self.logs.extend(orjson.loads(await request.body())["logs"])
        return Response()


def _is_authorized(request: Request) -> bool:
    return request.headers.get("authorization") == f"ApplePass {TOKEN}"


@asynccontextmanager
async def serving() -> AsyncIterator[StrictWebService]:
    """A running service on a free port of loopback."""
    # Without its protocol named, asyncio would not switch Nagle off, and every answer would wait 40 ms.
    service, listener = StrictWebService(), socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    service.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(service.app, lifespan="off", ws="none", log_level="error"))
    running = asyncio.create_task(server.serve([listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield service
    finally:
        server.should_exit = True
        await running
