"""Anna's card, as the tests of the client send it to a simulated Google."""

from collections.abc import Sequence
from typing import Any

from tests.wallets.google.accounts import ISSUER, account
from wallet_service.clock import SystemClock
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.wallets.google.calls import Call
from wallet_service.wallets.google.client import GoogleClient, Permit
from wallet_service.wallets.google.pace import Lane, Pace, Quota
from wallet_service.wallets.google.verdict import Trouble, Verdict

CLASS = {
    "id": f"{ISSUER}.burger",
    "issuerName": "Burger Heroes",
    "programName": "Heroes",
    "programLogo": {"sourceUri": {"uri": "https://example.com/logo.png"}},
    "reviewStatus": "UNDER_REVIEW",
}
ANNA = f"{ISSUER}.anna"


def card(object_id: str = ANNA, balance: int = 100, **more: Any) -> dict[str, Any]:
    """A card of the class."""
    points = {"label": "Points", "balance": {"int": balance}}
    return {"id": object_id, "classId": CLASS["id"], "state": "ACTIVE", "loyaltyPoints": points} | more


def balance_of(points: int, **more: Any) -> dict[str, Any]:
    """A change of the balance."""
    return {"loyaltyPoints": {"label": "Points", "balance": {"int": points}}} | more


def notifying(points: int) -> dict[str, Any]:
    """A change of the balance that the holder is told of."""
    return balance_of(points, notifyPreference="NOTIFY_ON_UPDATE")


def may_have_arrived(verdict: object) -> bool:
    """Whether the call failed, and Google may have done it all the same."""
    return isinstance(verdict, Trouble) and verdict.arrived


async def together(client: GoogleClient, wanted: Sequence[Call], lane: Lane = Lane.CAMPAIGN) -> list[Verdict]:
    """Make these calls, as many at once as the pace allows."""
    verdicts: list[Verdict] = []
    while left := wanted[len(verdicts) :]:
        permit = await client.permit(lane, len(left))
        verdicts += await client.send(permit, left[: permit.requests]) if isinstance(permit, Permit) else [permit]
    return verdicts


def client_of(google: GoogleSimulator, **how: Any) -> GoogleClient:
    """A client without a pace worth mentioning."""
    usual: dict[str, Any] = {"root": google.root, "pace": Pace(Quota(per_s=5000, slack=0.0)), "clock": SystemClock()}
    return GoogleClient(account(google.token_uri), **(usual | how))
