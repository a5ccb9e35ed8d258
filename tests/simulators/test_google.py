"""The simulated Google Wallet over HTTP: methods, refusals and their shapes."""

from urllib.parse import quote

import pytest

from tests.simulators.google_world import (
    CLASS_ID,
    ISSUER,
    OBJECT_ID,
    STRANGER,
    Issuer,
    loyalty_class,
    loyalty_object,
)


async def test_an_object_is_given_back_with_its_class_and_without_users(issuer: Issuer):
    answer = await issuer.call("GET", f"loyaltyObject/{OBJECT_ID}")
    shown = answer.json()
    assert shown["loyaltyPoints"]["balance"] == {"int": 300}
    assert shown["classReference"]["reviewStatus"] == "APPROVED"
    assert shown["hasUsers"] is False


async def test_a_patch_merges_objects_and_replaces_arrays(issuer: Issuer):
    modules = {"textModulesData": [{"id": "a", "body": "1"}, {"id": "b", "body": "2"}]}
    await issuer.call("PATCH", f"loyaltyObject/{OBJECT_ID}", modules)
    patch = {"loyaltyPoints": {"balance": {"int": 450}}, "textModulesData": [{"id": "b", "body": "3"}]}
    shown = (await issuer.call("PATCH", f"loyaltyObject/{OBJECT_ID}", patch)).json()
    assert shown["loyaltyPoints"] == {"label": "Баллы", "balance": {"int": 450}}
    assert shown["textModulesData"] == [{"id": "b", "body": "3"}]


async def test_a_put_replaces_everything(issuer: Issuer):
    bare = {"id": OBJECT_ID, "classId": CLASS_ID, "state": "INACTIVE"}
    shown = (await issuer.call("PUT", f"loyaltyObject/{OBJECT_ID}", bare)).json()
    assert (shown["state"], "loyaltyPoints" in shown) == ("INACTIVE", False)


async def test_fields_shrink_the_reply(issuer: Issuer):
    path = f"loyaltyObject/{OBJECT_ID}?fields=id,loyaltyPoints/balance"
    answer = await issuer.call("PATCH", path, {"state": "COMPLETED"})
    assert answer.json() == {"id": OBJECT_ID, "loyaltyPoints": {"balance": {"int": 300}}}


async def test_a_list_comes_whole_without_max_results_and_in_pages_with_it(issuer: Issuer):
    for number in range(4):
        await issuer.call("POST", "loyaltyObject", loyalty_object(id=f"{ISSUER}.n{number}"))
    whole = (await issuer.call("GET", f"loyaltyObject?classId={CLASS_ID}&fields=resources/id,pagination")).json()
    assert len(whole["resources"]) == 5
    assert whole["pagination"] == {"resultsPerPage": 5}

    seen: list[str] = []
    token = ""
    while len(seen) < 5:
        query = f"classId={CLASS_ID}&maxResults=2&token={quote(token, safe='')}"
        page = (await issuer.call("GET", f"loyaltyObject?{query}")).json()
        seen += [one["id"] for one in page["resources"]]
        token = page["pagination"].get("nextPageToken", "")
    assert (await issuer.call("GET", f"loyaltyObject?classId={CLASS_ID}&token=5")).status_code == 400
    assert seen == [one["id"] for one in whole["resources"]]


async def test_classes_are_listed_by_issuer(issuer: Issuer):
    listed = (await issuer.call("GET", f"loyaltyClass?issuerId={ISSUER}")).json()["resources"]
    assert [one["id"] for one in listed] == [CLASS_ID]
    assert (await issuer.call("GET", f"loyaltyObject?classId={ISSUER}.other")).json()["resources"] == []


async def test_a_message_is_appended_and_the_resource_given_back(issuer: Issuer):
    message = {"id": "m1", "header": "Hello", "body": "World"}
    answer = await issuer.call("POST", f"loyaltyObject/{OBJECT_ID}/addMessage", {"message": message})
    assert answer.json()["resource"]["messages"] == [message]


async def test_linked_offers_must_exist(issuer: Issuer):
    link = {"linkedOfferObjectIds": {"addLinkedOfferObjectIds": [f"{ISSUER}.coupon"]}}
    path = f"loyaltyObject/{OBJECT_ID}/modifyLinkedOfferObjects"
    assert (await issuer.call("POST", path, link)).status_code == 404

    offer = {"issuerName": "B", "title": "T", "provider": "P", "redemptionChannel": "ONLINE"}
    await issuer.call("POST", "offerClass", {"id": f"{ISSUER}.offers", "reviewStatus": "UNDER_REVIEW", **offer})
    coupon = {"id": f"{ISSUER}.coupon", "classId": f"{ISSUER}.offers", "state": "ACTIVE"}
    assert (await issuer.call("POST", "offerObject", coupon)).status_code == 200
    assert (await issuer.call("POST", path, link)).json()["linkedOfferIds"] == [f"{ISSUER}.coupon"]

    unlink = {"linkedOfferObjectIds": {"removeLinkedOfferObjectIds": [f"{ISSUER}.coupon"]}}
    assert (await issuer.call("POST", path, unlink)).json()["linkedOfferIds"] == []


async def test_an_account_sees_its_issuers_and_who_may_use_them(issuer: Issuer):
    assert (await issuer.call("GET", "issuer")).json()["resources"] == [{"issuerId": ISSUER, "name": "Issuer"}]
    assert (await issuer.call("GET", f"issuer/{ISSUER}")).json()["issuerId"] == ISSUER
    permissions = (await issuer.call("GET", f"permissions/{ISSUER}")).json()["permissions"]
    assert permissions == [{"emailAddress": issuer.account.email, "role": "OWNER"}]


async def test_a_reader_may_look_and_not_touch(issuer: Issuer):
    issuer.google.open_issuer(ISSUER, issuer.account, role="READER")
    assert (await issuer.call("GET", f"loyaltyObject/{OBJECT_ID}")).status_code == 200
    assert (await issuer.call("PATCH", f"loyaltyObject/{OBJECT_ID}", {})).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("GET", f"loyaltyObject/{ISSUER}.nobody", None, 404, "resourceNotFound"),
        ("PATCH", f"loyaltyObject/{ISSUER}.nobody", {}, 404, "resourceNotFound"),
        ("GET", f"loyaltyClass/{ISSUER}.nothing", None, 404, "classNotFound"),
        ("POST", "loyaltyObject", loyalty_object(id=f"{ISSUER}.x", classId=f"{ISSUER}.no"), 404, "classNotFound"),
        ("POST", "loyaltyObject", loyalty_object(), 409, "existingResource"),
        ("POST", "loyaltyClass", loyalty_class(), 409, "existingResource"),
        ("GET", f"loyaltyObject/{STRANGER}.x", None, 403, "permissionDenied"),
        ("POST", "loyaltyObject", loyalty_object(id=f"{STRANGER}.x"), 403, "permissionDenied"),
        ("POST", "loyaltyObject", loyalty_object(id=f"{ISSUER}.x", classId=f"{STRANGER}.c"), 403, "permissionDenied"),
        ("POST", "loyaltyObject", loyalty_object(id=f"{ISSUER}.имя"), 400, "invalidResourceId"),
        ("GET", "loyaltyObject/plain", None, 400, "invalidResourceId"),
        ("PATCH", f"loyaltyObject/{OBJECT_ID}", {"colour": "red"}, 400, "badRequest"),
        ("PATCH", f"loyaltyObject/{OBJECT_ID}", {"id": f"{ISSUER}.other"}, 400, "badRequest"),
        ("PATCH", f"loyaltyClass/{CLASS_ID}", {"programName": "New"}, 400, "invalidReviewStatus"),
        ("POST", f"loyaltyObject/{OBJECT_ID}/addMessage", {}, 400, "badRequest"),
        ("GET", f"loyaltyObject?classId={CLASS_ID}&maxResults=many", None, 400, "invalidParameter"),
        ("GET", f"loyaltyObject/{OBJECT_ID}?fields=id)", None, 400, "invalidParameter"),
        ("PATCH", f"loyaltyObject/{OBJECT_ID}", [], 400, "parseError"),
        ("DELETE", f"loyaltyObject/{OBJECT_ID}", None, 404, "notFound"),
    ],
)
async def test_a_refusal_has_googles_shape(issuer: Issuer, method, path, body, status, reason):
    answer = await issuer.call(method, path, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["errors"][0]["reason"]) == (status, status, reason)
    assert error["message"] == error["errors"][0]["message"]


async def test_a_body_that_is_not_json_is_refused(issuer: Issuer):
    url = f"{issuer.google.root}/walletobjects/v1/loyaltyObject"
    answer = await issuer.client.post(url, content=b"{", headers={"Authorization": f"Bearer {issuer.token}"})
    assert answer.json()["error"]["errors"][0]["reason"] == "parseError"


async def test_the_journal_knows_every_request_and_its_answer(issuer: Issuer):
    await issuer.call("PATCH", f"loyaltyObject/{OBJECT_ID}", {"state": "INACTIVE"})
    await issuer.call("GET", f"loyaltyObject/{ISSUER}.nobody")
    (patch,) = issuer.google.journal.of("PATCH", OBJECT_ID)
    (miss,) = issuer.google.journal.of("GET")
    assert (patch.body, patch.status, patch.project) == ({"state": "INACTIVE"}, 200, "loyalty-project")
    assert (miss.status, miss.reason) == (404, "resourceNotFound")
    assert len(issuer.google.journal) == len(list(issuer.google.journal)) == 4
