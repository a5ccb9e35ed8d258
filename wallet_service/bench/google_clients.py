"""Clients of Google to be compared: each sends some balance PATCHes and says how many seconds of the processor that took."""

import gc
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from wallet_service.bench.google_target import CLASS_ID, OBJECT_ID, GoogleTarget
from wallet_service.bench.harness import BenchImpossible, on_loop
from wallet_service.clock import SystemClock
from wallet_service.wallets.google import calls
from wallet_service.wallets.google.access_token import SCOPE
from wallet_service.wallets.google.client import GoogleClient, Permit
from wallet_service.wallets.google.pace import Lane, Pace, Quota
from wallet_service.wallets.google.service_account import parse_service_account
from wallet_service.wallets.google.verdict import Done

BALANCES = count(1)
NO_LIMIT = Quota(per_s=10**9, slack=0.0)
CLASS = {
    "id": CLASS_ID,
    "issuerName": "Bench",
    "programName": "Bench",
    "programLogo": {"sourceUri": {"uri": "https://example.com/logo.png"}},
    "reviewStatus": "UNDER_REVIEW",
}
OBJECT = {"id": OBJECT_ID, "classId": CLASS_ID, "state": "ACTIVE", "accountId": "1"}

Cost = Callable[[int], float]
"""Seconds of the processor that this many PATCHes take."""


def clients(target: GoogleTarget) -> Mapping[str, Cost]:
    """The clients that are here, ours first."""
    on_loop(lambda: _furnish(target))
    found: dict[str, Cost] = {"ours": lambda patches: on_loop(lambda: _ours(target, patches))}
    if find_spec("requests") is not None and find_spec("google.auth") is not None:
        found["requests"] = lambda patches: _requests(target, patches)
    return found


async def _furnish(target: GoogleTarget) -> None:
    client = _client(target)
    try:
        for made in (await client.insert("loyaltyClass", CLASS), await client.insert("loyaltyObject", OBJECT)):
            _insist(isinstance(made, Done))
    finally:
        await client.aclose()


async def _ours(target: GoogleTarget, patches: int) -> float:
    """As the drain sends them, but for the pace."""
    client = _client(target)
    try:
        _insist(isinstance(await client.patch("loyaltyObject", OBJECT_ID, _change()), Done))
        gc.collect()
        began = time.process_time()
        while patches > 0:
            permit = await client.permit(Lane.CAMPAIGN, patches)
            if not isinstance(permit, Permit):
                raise BenchImpossible("Google may not be asked.")
            wanted = [calls.patch("loyaltyObject", OBJECT_ID, _change()) for _ in range(permit.requests)]
            _insist(all(isinstance(verdict, Done) for verdict in await client.send(permit, wanted)))
            patches -= permit.requests
        return time.process_time() - began
    finally:
        await client.aclose()


def _requests(target: GoogleTarget, patches: int) -> float:
    from google.auth.transport.requests import AuthorizedSession
    from google.oauth2.service_account import Credentials

    credentials: Any = Credentials.from_service_account_info(dict(target.key_file), scopes=[SCOPE])  # type: ignore[no-untyped-call]  # google-auth leaves it untyped
    address = target.root + calls.patch("loyaltyObject", OBJECT_ID, {}).path
    with AuthorizedSession(credentials) as session:  # type: ignore[no-untyped-call]  # google-auth leaves it untyped

        def send() -> None:
            _insist(session.patch(address, json=_change()).status_code == 200)

        send()
        gc.collect()
        began = time.process_time()
        for _ in range(patches):
            send()
        return time.process_time() - began


def _client(target: GoogleTarget) -> GoogleClient:
    account = parse_service_account(orjson.dumps(target.key_file), Path("bench.json"))
    return GoogleClient(account, pace=Pace(NO_LIMIT), clock=SystemClock(), root=target.root)


def _change() -> dict[str, Any]:
    return {"loyaltyPoints": {"label": "Points", "balance": {"int": next(BALANCES)}}}


def _insist(all_well: bool) -> None:
    if not all_well:
        raise BenchImpossible("Google did not take what the bench sent.")
