"""The token endpoint of the simulated Google, and what its access tokens are good for."""

from collections.abc import AsyncIterator
from datetime import timedelta

import jwt
import pytest

from tests.simulators.google_world import NOON, Issuer, assertion, google_world, loyalty_class
from wallet_service.clock import SetClock
from wallet_service.simulators.google_accounts import GRANT
from wallet_service.simulators.google_script import Fail, first


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
async def issuer(clock: SetClock) -> AsyncIterator[Issuer]:
    async with google_world(clock.now) as issuer:
        yield issuer


async def test_an_assertion_becomes_a_token_of_an_hour(issuer: Issuer, clock: SetClock):
    answer = await issuer.client.post(issuer.google.token_uri, data=assertion(issuer.account, NOON))
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
    assert issuer.google.accounts.exchanges == 2
    clock.forward(timedelta(seconds=3599))
    assert (await issuer.call("POST", "loyaltyClass", loyalty_class())).status_code == 200
    clock.forward(timedelta(seconds=1))
    late = await issuer.call("POST", "loyaltyClass", loyalty_class())
    assert (late.status_code, late.json()["error"]["errors"][0]["reason"]) == (401, "authError")


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": "https://www.googleapis.com/auth/firebase.messaging"},
        {"aud": "https://elsewhere.example/token"},
        {"iss": "stranger@loyalty-project.iam.gserviceaccount.com"},
        {"exp": int(NOON.timestamp()) + 3601},
        {"exp": int(NOON.timestamp())},
        {"iat": int(NOON.timestamp()) - 7200, "exp": int(NOON.timestamp()) - 3600},
        {"iat": int(NOON.timestamp()) + 3600, "exp": int(NOON.timestamp()) + 7200},
    ],
    ids=["scope", "audience", "account", "too-long", "no-time", "expired", "not-yet"],
)
async def test_a_bad_assertion_gets_no_token(issuer: Issuer, claims):
    answer = await issuer.client.post(issuer.google.token_uri, data=assertion(issuer.account, NOON, **claims))
    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_grant", "invalid_scope"}
    assert issuer.google.accounts.exchanges == 1


async def test_an_assertion_of_another_key_or_grant_gets_no_token(issuer: Issuer):
    google, form = issuer.google, assertion(issuer.account, NOON)
    head, body, _ = form["assertion"].split(".")
    *_, other = jwt.encode({"iss": "x"}, issuer.account.key, "RS256").split(".")
    forged = await issuer.client.post(google.token_uri, data={**form, "assertion": f"{head}.{body}.{other}"})
    assert forged.json()["error"] == "invalid_grant"
    wrong = await issuer.client.post(google.token_uri, data={**form, "grant_type": "password"})
    assert wrong.json()["error"] == "unsupported_grant_type"
    nothing = await issuer.client.post(google.token_uri, data={"grant_type": GRANT})
    assert nothing.json()["error"] == "invalid_grant"


async def test_revoked_tokens_are_worth_nothing(issuer: Issuer):
    issuer.google.accounts.revoke_tokens()
    assert (await issuer.call("GET", "issuer")).status_code == 401
    assert [entry.project for entry in issuer.google.journal] == [None]


async def test_a_request_without_a_token_is_refused(issuer: Issuer):
    answer = await issuer.client.get(
        f"{issuer.google.root}/walletobjects/v1/issuer", headers={"Authorization": "Basic x"}
    )
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


async def test_the_token_endpoint_can_be_out_of_order(issuer: Issuer):
    issuer.google.token_script = first(1, Fail(503))
    statuses = [
        (await issuer.client.post(issuer.google.token_uri, data=assertion(issuer.account, NOON))).status_code
        for _ in range(2)
    ]
    assert statuses == [503, 200]
