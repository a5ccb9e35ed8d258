"""An Android phone: what it saves, shows, hears and deletes, and what Google does not let it save."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

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
from wallet_service.simulators.android import AndroidPhone, SaveRejected


class Shop:
    """An issuer's site: a card link that leads to Google, and a door for callbacks."""

    def __init__(self) -> None:
        self.save_link = ""
        self.callbacks: list[dict[str, Any]] = []
        self.agents: list[str] = []

    async def link(self, request: web.Request) -> web.Response:
        self.agents.append(request.headers["User-Agent"])
        return web.Response(status=302, headers={"Location": self.save_link})

    async def callback(self, request: web.Request) -> web.Response:
        self.callbacks.append(json.loads((await request.json())["signedMessage"]))
        return web.Response()


@pytest.fixture
async def shop() -> Shop:
    return Shop()


@pytest.fixture
async def site(shop: Shop) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/c/anna", shop.link)
    app.router.add_post("/callbacks", shop.callback)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def issuer(shop: Shop, site: str) -> AsyncIterator[Issuer]:
    async with google_world() as issuer:
        one_user = {"multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES"}
        await issuer.issue(callbackOptions={"url": f"{site}/callbacks"}, **one_user)
        shop.save_link = issuer.save_link()
        yield issuer


@pytest.fixture
def phone(issuer: Issuer) -> AndroidPhone:
    return AndroidPhone("pixel", issuer.google, issuer.client)


async def test_a_card_link_ends_in_a_saved_card_and_a_signed_callback(phone: AndroidPhone, shop: Shop, site: str):
    (card,) = await phone.save(f"{site}/c/anna")
    assert (card.object_id, card.balance, card.state) == (OBJECT_ID, 300, "ACTIVE")
    assert "Android" in shop.agents[0]
    assert card.resource["hasUsers"] is True
    (said,) = shop.callbacks
    assert (said["eventType"], said["objectId"], said["classId"]) == ("save", OBJECT_ID, CLASS_ID)


async def test_a_deleted_card_is_gone_from_the_phone_and_stays_with_google(
    issuer: Issuer, phone: AndroidPhone, shop: Shop
):
    await phone.save(shop.save_link)
    await phone.delete(OBJECT_ID)
    assert [said["eventType"] for said in shop.callbacks] == ["save", "del"]
    assert issuer.google.card(OBJECT_ID)["hasUsers"] is False
    with pytest.raises(KeyError):
        phone.card(OBJECT_ID)
    with pytest.raises(KeyError):
        await phone.delete(OBJECT_ID)
    assert (await phone.save(shop.save_link))[0].object_id == OBJECT_ID


async def test_looking_at_the_save_page_saves_nothing(issuer: Issuer, phone: AndroidPhone, shop: Shop):
    page = await phone.open(shop.save_link)
    assert (issuer.google.card(OBJECT_ID)["hasUsers"], shop.callbacks) == (False, [])
    await phone.tap_save(page)
    assert issuer.google.card(OBJECT_ID)["hasUsers"] is True


async def test_the_card_on_the_phone_follows_the_issuer(issuer: Issuer, phone: AndroidPhone, shop: Shop):
    await phone.save(shop.save_link)
    path = f"loyaltyObject/{OBJECT_ID}"
    loud = {"loyaltyPoints": {"balance": {"int": 450}}, "notifyPreference": "NOTIFY_ON_UPDATE"}
    await issuer.call("PATCH", path, loud)
    message = {"header": "Two for one", "body": "Today", "messageType": "TEXT_AND_NOTIFY"}
    await issuer.call("POST", f"{path}/addMessage", {"message": message})
    await issuer.call("POST", f"{path}/addMessage", {"message": {"header": "Psst", "body": "Silent"}})
    card = phone.card(OBJECT_ID)
    assert (card.balance, card.messages) == (450, ("Two for one: Today", "Psst: Silent"))
    assert [(notice.kind, notice.text) for notice in phone.notifications] == [
        ("update", "450"),
        ("message", "Two for one"),
    ]
    assert [entry.notices for entry in issuer.google.journal.entries[-3:]] == [1, 1, 0]


async def test_a_phone_hears_nothing_of_others_cards(issuer: Issuer, phone: AndroidPhone, shop: Shop):
    other = AndroidPhone("galaxy", issuer.google, issuer.client)
    await phone.save(shop.save_link)
    loud = {"loyaltyPoints": {"balance": {"int": 1}}, "notifyPreference": "NOTIFY_ON_UPDATE"}
    await issuer.call("PATCH", f"loyaltyObject/{OBJECT_ID}", loud)
    assert (len(phone.notifications), other.notifications) == (1, [])


async def test_a_forwarded_link_is_of_no_use_to_another_person(issuer: Issuer, phone: AndroidPhone, shop: Shop):
    await phone.save(shop.save_link)
    tablet = AndroidPhone("tablet", issuer.google, issuer.client, user=phone.user)
    thief = AndroidPhone("galaxy", issuer.google, issuer.client)
    assert await tablet.save(shop.save_link)
    with pytest.raises(SaveRejected, match="somebody else"):
        await thief.save(shop.save_link)
    await phone.delete(OBJECT_ID)
    assert issuer.google.card(OBJECT_ID)["hasUsers"] is True


async def test_a_fat_link_brings_its_object_along(issuer: Issuer, phone: AndroidPhone):
    (card,) = await phone.save(issuer.save_link(loyalty_object(id=f"{ISSUER}.boris")))
    assert (card.object_id, card.balance) == (f"{ISSUER}.boris", 300)


async def test_the_callback_goes_to_the_issuer_when_the_class_names_no_url(shop: Shop, site: str):
    async with google_world() as issuer:
        issuer.google.open_issuer(ISSUER, issuer.account, callbackOptions={"url": f"{site}/callbacks"})
        await issuer.issue()
        await AndroidPhone("pixel", issuer.google, issuer.client).save(issuer.save_link())
        assert len(shop.callbacks) == 1
        issuer.google.open_issuer(ISSUER, issuer.account)
        await issuer.google.send_callback("save", OBJECT_ID)
        assert len(shop.callbacks) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "apple"},
        {"typ": "savetoandroidpay"},
        {"iat": "now"},
        {"iss": "stranger@elsewhere.example"},
        {"origins": ["https://shop.example"] * 80},
        {"payload": {}},
        {"payload": {"giftCardObjects": [{"id": OBJECT_ID}]}},
        {"payload": {"loyaltyObjects": [{"id": f"{ISSUER}.nobody", "classId": CLASS_ID}]}},
        {"payload": {"loyaltyObjects": [{"id": f"{STRANGER}.x", "classId": CLASS_ID}]}},
        {"payload": {"loyaltyObjects": [{"id": OBJECT_ID, "colour": "red"}]}},
        {"payload": {"loyaltyObjects": [{"classId": CLASS_ID}]}},
    ],
    ids=["aud", "typ", "iat", "iss", "long", "empty", "kind", "missing", "stranger", "schema", "nameless"],
)
async def test_google_says_something_went_wrong(issuer: Issuer, phone: AndroidPhone, claims):
    with pytest.raises(SaveRejected, match="something went wrong"):
        await phone.save(issuer.save_link(**claims))


async def test_a_link_signed_with_another_key_saves_nothing(issuer: Issuer, phone: AndroidPhone):
    head, body, signature = issuer.save_link().rpartition("/")[2].split(".")
    flipped = signature[:-8] + ("A" if signature[-8] != "A" else "B") + signature[-7:]
    with pytest.raises(SaveRejected, match="something went wrong"):
        await phone.save(f"{issuer.google.save_root}/{head}.{body}.{flipped}")


async def test_a_link_that_leads_elsewhere_is_no_card(issuer: Issuer, phone: AndroidPhone, site: str):
    with pytest.raises(SaveRejected, match="404, and leads to no save page"):
        await phone.save(f"{site}/c/nobody")


async def test_a_link_that_leads_in_circles_is_given_up(phone: AndroidPhone, shop: Shop, site: str):
    shop.save_link = f"{site}/c/anna"
    with pytest.raises(SaveRejected, match="302"):
        await phone.save(f"{site}/c/anna")


async def test_the_jwt_method_inserts_and_answers_with_the_link(issuer: Issuer, phone: AndroidPhone):
    new_class, new = loyalty_class(id=f"{ISSUER}.gold"), loyalty_object(id=f"{ISSUER}.vera", classId=f"{ISSUER}.gold")
    payload = {"loyaltyClasses": [new_class], "loyaltyObjects": [new]}
    link = issuer.save_link(payload=payload)
    answer = (await issuer.call("POST", "jwt", {"jwt": link.rpartition("/")[2]})).json()
    assert answer["saveUri"] == link
    assert answer["resources"]["loyaltyObjects"][0]["id"] == f"{ISSUER}.vera"
    assert (await phone.save(issuer.save_link({"id": f"{ISSUER}.vera"})))[0].balance == 300


async def test_validation_tells_what_could_be_saved_and_saves_nothing(issuer: Issuer):
    async def validate(**body: Any) -> httpx2.Response:
        return await issuer.call("POST", "jwt/validate", body)

    fat = {"loyaltyObjects": [loyalty_object(id=f"{ISSUER}.vera")]}
    token = issuer.save_link(payload=fat).rpartition("/")[2]
    assert (await validate(jwtResource={"jwt": token})).json() == {}
    assert (await validate(jsonResource={"json": json.dumps(fat)})).json() == {}
    assert (await validate(jsonResource={"json": json.dumps({"payload": fat})})).json() == {}
    assert (await issuer.call("GET", f"loyaltyObject/{ISSUER}.vera")).status_code == 404
    missing = {"loyaltyObjects": [{"id": f"{ISSUER}.nobody"}]}
    assert (await validate(jsonResource={"json": json.dumps(missing)})).status_code == 404
    assert (await validate()).status_code == 400
    assert (await validate(jwtResource={"jwt": "a.b.c"})).status_code == 400
