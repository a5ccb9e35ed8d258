"""Others' clients find in the simulated Google what they know of the real one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from authlib.integrations.httpx_client import AssertionClient  # type: ignore[import-untyped]  # ships no types
from edutap.wallet_google import api
from edutap.wallet_google.clientpool import client_pool
from edutap.wallet_google.models.datatypes.message import Message
from edutap.wallet_google.models.passes.retail import LoyaltyClass, LoyaltyObject
from google.oauth2.service_account import Credentials
from googleapiclient.discovery import Resource, build_from_document  # type: ignore[import-untyped]  # ships no types
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]  # ships no types
from joserfc.jwk import RSAKey
from pydantic import AnyHttpUrl

from tests.simulators.google_world import (
    CLASS_ID,
    ISSUER,
    OBJECT_ID,
    STRANGER,
    Issuer,
    google_world,
    loyalty_class,
    loyalty_object,
)
from wallet_service.simulators.google_accounts import SCOPE
from wallet_service.simulators.google_schema import DISCOVERY
from wallet_service.simulators.google_script import RATE, first


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with google_world(lambda: datetime.now(UTC)) as issuer:  # noqa: TID251 - these clients know one clock only
        yield issuer


def googles_client(issuer: Issuer) -> Resource:
    """Google's own: its batches go to the root in the document, everything else to the endpoint."""
    document = {**orjson.loads(DISCOVERY.read_bytes()), "rootUrl": f"{issuer.google.root}/"}
    credentials = Credentials.from_service_account_info(issuer.account.key_file, scopes=[SCOPE])
    return build_from_document(document, credentials=credentials, client_options={"api_endpoint": issuer.google.root})


async def test_googles_client_inserts_reads_patches_lists_and_adds_messages(issuer: Issuer):
    def walk() -> None:
        with closing(googles_client(issuer)) as wallet:
            classes, objects = wallet.loyaltyclass(), wallet.loyaltyobject()
            assert classes.insert(body=loyalty_class()).execute()["reviewStatus"] == "APPROVED"
            assert objects.insert(body=loyalty_object()).execute()["id"] == OBJECT_ID
            patch = {"loyaltyPoints": {"balance": {"int": 450}}}
            assert objects.patch(resourceId=OBJECT_ID, body=patch, fields="id").execute() == {"id": OBJECT_ID}
            assert objects.get(resourceId=OBJECT_ID).execute()["loyaltyPoints"]["balance"] == {"int": 450}
            message = {"message": {"id": "1", "header": "Привет", "body": "Мир"}}
            told = objects.addmessage(resourceId=OBJECT_ID, body=message).execute()
            assert told["resource"]["messages"][0]["body"] == "Мир"
            listed = objects.list(classId=CLASS_ID, maxResults=10).execute()
            assert [one["id"] for one in listed["resources"]] == [OBJECT_ID]
            replaced = objects.update(resourceId=OBJECT_ID, body=loyalty_object(state="INACTIVE")).execute()
            assert (replaced["state"], "messages" in replaced) == ("INACTIVE", False)
            assert wallet.issuer().get(resourceId=int(ISSUER)).execute()["name"] == "Issuer"
            assert wallet.permissions().get(resourceId=int(ISSUER)).execute()["permissions"][0]["role"] == "OWNER"

    await asyncio.to_thread(walk)
    assert issuer.google.accounts.exchanges == 2  # the fixture's, and one for all the calls of the client


async def test_googles_client_understands_every_refusal(issuer: Issuer):
    def status_of(request: Any) -> tuple[int, str]:
        with pytest.raises(HttpError) as refused:
            request.execute()
        return refused.value.status_code, refused.value.error_details[0]["reason"]

    def walk() -> None:
        with closing(googles_client(issuer)) as wallet:
            objects = wallet.loyaltyobject()
            assert status_of(objects.insert(body=loyalty_object())) == (404, "classNotFound")
            wallet.loyaltyclass().insert(body=loyalty_class()).execute()
            objects.insert(body=loyalty_object()).execute()
            assert status_of(objects.insert(body=loyalty_object())) == (409, "existingResource")
            assert status_of(objects.get(resourceId=f"{ISSUER}.nobody")) == (404, "resourceNotFound")
            assert status_of(objects.get(resourceId=f"{STRANGER}.x")) == (403, "permissionDenied")
            assert status_of(objects.patch(resourceId=OBJECT_ID, body={"state": "active"})) == (400, "badRequest")
            issuer.google.script = first(1, RATE)
            assert status_of(objects.get(resourceId=OBJECT_ID)) == (429, "rateLimitExceeded")

    await asyncio.to_thread(walk)


async def test_googles_client_gets_a_status_for_each_part_of_its_batch(issuer: Issuer):
    await issuer.issue()
    outcomes: dict[str, Any] = {}

    def keep(name: str, reply: Any, refusal: HttpError | None) -> None:
        outcomes[name] = refusal.status_code if refusal else reply

    def walk() -> None:
        with closing(googles_client(issuer)) as wallet:
            objects = wallet.loyaltyobject()
            objects.get(
                resourceId=OBJECT_ID
            ).execute()  # fetches the token: a batch would do so and leave a socket open
            batch = wallet.new_batch_http_request(callback=keep)
            patch = {"accountName": "Анна", "loyaltyPoints": {"balance": {"int": 1}}}
            batch.add(objects.patch(resourceId=OBJECT_ID, body=patch, fields="accountName"), request_id="patch")
            batch.add(objects.insert(body=loyalty_object()), request_id="again")
            batch.add(objects.get(resourceId=f"{ISSUER}.nobody"), request_id="missing")
            batch.execute()

    await asyncio.to_thread(walk)
    assert outcomes == {"patch": {"accountName": "Анна"}, "again": 409, "missing": 404}
    assert len(issuer.google.journal) == 2 + 1 + 3


@pytest.fixture
def edutap(issuer: Issuer) -> Iterator[dict[str, str]]:
    """The pool of edutap, told where this Google is; it knows the address of the token endpoint by heart."""
    key_file, before = issuer.account.key_file, client_pool.settings
    client_pool.settings = before.model_copy(update={"api_url": AnyHttpUrl(f"{issuer.google.root}/walletobjects/v1")})
    key = RSAKey.import_key(key_file["private_key"])
    there = {"token_endpoint": issuer.google.token_uri, "audience": issuer.google.token_uri, "key": key}
    config = client_pool._build_client_config(key_file) | there
    client_pool._sync_clients[client_pool._get_credentials_key(key_file)] = AssertionClient(**config)
    yield key_file
    client_pool.close_all_clients()
    client_pool.settings = before


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # edutap calls httpx2 in the manner of requests
async def test_edutap_creates_changes_and_messages_cards(issuer: Issuer, edutap: dict[str, str]):
    def walk() -> None:
        api.create(LoyaltyClass.model_validate(loyalty_class()), credentials=edutap)
        api.create(LoyaltyObject.model_validate(loyalty_object()), credentials=edutap)
        with pytest.raises(Exception, match="already exists"):
            api.create(LoyaltyObject.model_validate(loyalty_object()), credentials=edutap)
        changed = loyalty_object(loyaltyPoints={"label": "Баллы", "balance": {"int": 7}})
        api.update(LoyaltyObject.model_validate(changed), credentials=edutap)
        api.message("LoyaltyObject", OBJECT_ID, Message(header="Hello", body="World"), credentials=edutap)
        read = api.read("LoyaltyObject", OBJECT_ID, credentials=edutap)
        assert read.model_dump(mode="json", by_alias=True)["loyaltyPoints"]["balance"]["int"] == 7
        with pytest.raises(LookupError):
            api.read("LoyaltyObject", f"{ISSUER}.nobody", credentials=edutap)
        listed = api.listing("LoyaltyObject", resource_id=CLASS_ID, credentials=edutap)
        assert [getattr(one, "id", None) for one in listed] == [OBJECT_ID]

    await asyncio.to_thread(walk)
    assert issuer.google.card(OBJECT_ID)["messages"][0]["header"] == "Hello"
