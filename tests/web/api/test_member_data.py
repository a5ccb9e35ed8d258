"""Members' data over REST: told, asked for, taken away, forgotten."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.web.api.member_answers import ConsentList, ConsentPage, ContactList, ErasedOut, Origin, TimelinePage

TOLD = {
    **ANNA,
    "born": "1990-05-31",
    "sex": "female",
    "home_city": "Potsdam",
    "attributes": {"pet": "siamese", "size": 39, "vip": True, "likes": ["vegan"]},
    "source": {"channel": "site", "utm_campaign": "autumn", "referrer": "https://example.com/menu?mail=anna"},
}
NO_SMS = {"channel": "sms", "purpose": "advertising", "granted": False, "text_version": "2026-11", "source": "till 3"}


@pytest.fixture
async def anna(desk: Desk) -> Any:
    """Anna, who told a lot."""
    return done(await desk.call("POST", "/v1/members", TOLD), 201)


async def path_of(desk: Desk, anna: Any, last: str) -> Any:
    return done(await desk.call("GET", f"/v1/members/{anna['id']}/{last}"), 200)


async def test_what_a_member_tells_is_answered_in_full(desk: Desk, anna: Any) -> None:
    for field in ("born", "sex", "home_city", "attributes"):
        assert anna[field] == TOLD[field]
    assert (len(anna["referral_code"]), anna["referred_by"]) == (10, None)
    origin = await path_of(desk, anna, "source")
    Origin.model_validate(origin)
    assert origin["source"]["referrer"] == "https://example.com/menu"
    assert (origin["source"]["channel"], origin["source"]["utm_campaign"], origin["source"]["place"]) == (
        "site",
        "autumn",
        None,
    )


async def test_a_friend_is_brought_by_a_code(desk: Desk, anna: Any) -> None:
    boris = done(await desk.call("POST", "/v1/members", {**BORIS, "referred_by": anna["referral_code"].upper()}), 201)
    assert boris["referred_by"] == anna["id"]
    assert (await path_of(desk, boris, "source")) == {"source": None, "referred_by": anna["id"]}
    refused(await desk.call("POST", "/v1/members", {"referred_by": "0000000000"}), 422, "referrer-unknown")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"born": "1899-12-31"}, "born-invalid"),
        ({"born": "2199-01-01"}, "born-invalid"),
        ({"born": "1990-02-30"}, "invalid-request"),
        ({"born": 19900531}, "invalid-request"),
        ({"born": "19900531"}, "invalid-request"),
        ({"sex": "x"}, "invalid-request"),
        ({"attributes": {"Pet": "cat"}}, "invalid-request"),
        ({"attributes": {"pet": 1.5}}, "invalid-request"),
        ({"attributes": {"pet": None}}, "invalid-request"),
        ({"attributes": {"pet": {"is": "cat"}}}, "invalid-request"),
        ({"attributes": {f"a{n}": n for n in range(51)}}, "invalid-request"),
        ({"source": {}}, "invalid-request"),
        ({"referred_by": "somebody"}, "member-reference-invalid"),
    ],
)
async def test_what_cannot_be_is_refused(desk: Desk, wish: dict[str, Any], code: str) -> None:
    refused(await desk.call("POST", "/v1/members", wish), 422, code)


async def test_a_birth_date_is_corrected_once_by_a_key_that_gives_no_points(
    service: Service, desk: Desk, anna: Any
) -> None:
    async with service.database.begin() as tx:
        key = await create_key(tx, desk.brand.id, "reception", frozenset({Scope.MEMBERS}))
    reception, path = Desk(desk.client, key, desk.brand), f"/v1/members/{anna['id']}"
    assert done(await reception.call("PATCH", path, {"born": "1990-06-01"}), 200)["born"] == "1990-06-01"
    refused(await reception.call("PATCH", path, {"born": "1990-07-01"}), 422, "born-fixed")
    assert done(await desk.call("PATCH", path, {"born": "1990-07-01"}), 200)["born"] == "1990-07-01"


async def test_attributes_and_contacts_are_replaced(desk: Desk, anna: Any) -> None:
    path = f"/v1/members/{anna['id']}"
    assert done(await desk.call("PUT", f"{path}/attributes", {"attributes": {}}), 200)["attributes"] == {}
    wish = {"contacts": [{"kind": "telegram", "value": "@Anna_K"}, {"kind": "email", "value": "anna@EXAMPLE.com"}]}
    kept = done(await desk.call("PUT", f"{path}/contacts", wish), 200)
    ContactList.model_validate_json(json.dumps(kept))
    assert [(each["kind"], each["value"]) for each in kept["items"]] == [
        ("email", "anna@example.com"),
        ("telegram", "anna_k"),
    ]
    assert await path_of(desk, anna, "contacts") == kept
    wish["contacts"].append({"kind": "telegram", "value": "t.me/anna_k"})
    refused(await desk.call("PUT", f"{path}/contacts", wish), 422, "contact-twice")
    wish = {"contacts": [{"kind": "phone", "value": "12"}]}
    refused(await desk.call("PUT", f"{path}/contacts", wish), 422, "phone-invalid")
    wish = {"contacts": [{"kind": "vk", "value": "?"}]}
    refused(await desk.call("PUT", f"{path}/contacts", wish), 422, "contact-invalid")


async def test_consents_stand_and_have_a_history(desk: Desk, anna: Any) -> None:
    path = f"/v1/members/{anna['id']}/consents"
    yes = NO_SMS | {"granted": True, "at": "2026-01-01T00:00:00Z"}
    done(await desk.call("PUT", path, {"consents": [yes]}), 200)
    stands = done(await desk.call("PUT", path, {"consents": [NO_SMS]}), 200)
    ConsentList.model_validate_json(json.dumps(stands))
    assert [each["granted"] for each in stands["items"]] == [False]
    assert await path_of(desk, anna, "consents") == stands
    first = await path_of(desk, anna, "consents/history?limit=1")
    ConsentPage.model_validate_json(json.dumps(first))
    second = await path_of(desk, anna, f"consents/history?limit=1&cursor={first['next']}")
    assert [page["items"][0]["granted"] for page in (first, second)] == [False, True]
    assert second["next"] is None
    ahead = {"consents": [NO_SMS | {"at": "2199-01-01T00:00:00Z"}]}
    refused(await desk.call("PUT", path, ahead), 422, "consent-ahead")
    refused(await desk.call("PUT", path, {"consents": []}), 422, "invalid-request")
    refused(await desk.call("PUT", path, {"consents": [NO_SMS | {"channel": "owl"}]}), 422, "invalid-request")


async def test_the_timeline_is_one_list_in_pages(desk: Desk, anna: Any) -> None:
    for amount in (10, -4, 7):
        done(await desk.post(anna["id"], amount), 201)
    card = await desk.issue(anna["id"])
    done(await desk.call("PATCH", f"/v1/members/{anna['id']}", {"name": "Anna K"}), 200)
    done(await desk.call("PUT", f"/v1/members/{anna['id']}/consents", {"consents": [NO_SMS]}), 200)
    done(await desk.call("POST", f"/v1/cards/{card['id']}/void"), 200)

    whole = await path_of(desk, anna, "timeline")
    TimelinePage.model_validate_json(json.dumps(whole))
    assert [each["kind"] for each in whole["items"]] == [
        *("card-voided", "consent", "change", "card-issued", "entry", "entry", "entry", "enrolled"),
    ]
    assert [each["about"]["amount"] for each in whole["items"] if each["kind"] == "entry"] == [7, -4, 10]
    assert whole["items"][2]["about"] == {"fields": ["name"]}

    page = await path_of(desk, anna, "timeline?limit=3")
    seen = page["items"]
    while page["next"]:
        page = await path_of(desk, anna, f"timeline?limit=3&cursor={page['next']}")
        seen += page["items"]
    assert seen == whole["items"]
    refused(await desk.call("GET", f"/v1/members/{anna['id']}/timeline?cursor=NDcxMQ"), 422, "cursor-invalid")


async def test_everything_is_taken_away_in_a_zip(desk: Desk, anna: Any) -> None:
    for amount in (300, -120):
        done(await desk.post(anna["id"], amount), 201)
    await desk.issue(anna["id"])
    done(await desk.call("PUT", f"/v1/members/{anna['id']}/consents", {"consents": [NO_SMS]}), 200)

    response = await desk.call("GET", f"/v1/members/{anna['id']}/export")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/zip")
    assert response.headers["cache-control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(response.content)) as export:
        assert export.testzip() is None
        files = {name: export.read(name).decode() for name in export.namelist()}
    assert set(files) == {
        *("README.txt", "member.json", "consents.json", "cards.json", "lots.ndjson"),
        *("entries.ndjson", "purchases.ndjson", "timeline.ndjson"),
    }
    assert all(name in files["README.txt"] for name in files.keys() - {"README.txt"})
    person = json.loads(files["member.json"])
    assert (person["name"], person["attributes"], person["merged"]) == (ANNA["name"], TOLD["attributes"], [])
    assert [json.loads(line)["amount"] for line in files["entries.ndjson"].splitlines()] == [300, -120]
    assert [json.loads(line)["remaining"] for line in files["lots.ndjson"].splitlines()] == [180]
    assert json.loads(files["consents.json"])["present"][0]["granted"] is False
    assert len(json.loads(files["cards.json"])) == 1
    told = await path_of(desk, anna, "timeline")
    assert [json.loads(line)["kind"] for line in files["timeline.ndjson"].splitlines()] == [
        each["kind"] for each in told["items"]
    ]


async def test_whoever_was_erased_is_gone_for_every_call(desk: Desk, anna: Any) -> None:
    path = f"/v1/members/{anna['id']}"
    answer = done(await desk.call("POST", f"{path}/erase", once="erase-1"), 200)
    ErasedOut.model_validate_json(json.dumps(answer))
    assert answer["member"] == anna["id"]
    assert done(await desk.call("POST", f"{path}/erase", once="erase-1"), 200) == answer
    for method, last, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "X"}),
        ("GET", "/timeline", None),
        ("GET", "/export", None),
        ("GET", "/consents", None),
        ("GET", "/entries", None),
        ("GET", "/lots", None),
        ("GET", "/proof", None),
        ("POST", "/entries", {"amount": 5}),
        ("POST", "/holds", {"amount": 5}),
        ("POST", "/erase", None),
    ):
        refused(await desk.call(method, path + last, body), 410, "member-erased")
    refused(await desk.call("GET", "/v1/members/external:BH-1"), 404, "member-not-found")
    refused(await desk.call("GET", f"/v1/members/phone:{ANNA['phone']}"), 404, "member-not-found")
    assert done(await desk.call("GET", "/v1/members"), 200)["items"] == []


async def test_a_repeated_request_tells_no_more_than_that_they_are_erased(desk: Desk) -> None:
    anna = done(await desk.call("POST", "/v1/members", TOLD, once="enrol-1"), 201)
    assert done(await desk.call("POST", "/v1/members", TOLD, once="enrol-1"), 201) == anna
    done(await desk.call("POST", f"/v1/members/{anna['id']}/erase"), 200)
    again = await desk.call("POST", "/v1/members", TOLD, once="enrol-1")
    refused(again, 410, "member-erased")
    assert ANNA["name"] not in again.text
