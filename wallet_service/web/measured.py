"""Counts what a site answers: a thin layer of ASGI around it, which costs a request some microseconds."""

from collections.abc import Awaitable
from time import perf_counter
from typing import Any

from wallet_service.metrics import Metrics
from wallet_service.web.http import App, Receive, Scope, Send

DOORS = {"apple": "phones", "c": "links", "google": "google", "images": "images", "v1": "api"}
"""First segment of a path -> the door it leads to."""
OTHER = "pages"
TILL = {("POST", "entries"), ("PUT", "balance")}
"""Method and last segment of the calls of a till."""


def door_of(method: str, path: str) -> str:
    """The door this request comes to; the calls of a till have one of their own. PURE."""
    door = DOORS.get(path[1:].partition("/")[0], OTHER)
    return "till" if door == "api" and (method, path.rpartition("/")[2]) in TILL else door


def measured(site: App, metrics: Metrics) -> App:
    """The site, with its answers counted by door and status, and how long each took to begin."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = _timed(scope, send, metrics)
        await site(scope, receive, send)

    return call


def _timed(scope: Scope, send: Send, metrics: Metrics) -> Send:
    began = perf_counter()

    def timed(message: Any) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            door = door_of(scope["method"], scope["path"])
            metrics.answered(door, message["status"], perf_counter() - began)
        return send(message)

    return timed
