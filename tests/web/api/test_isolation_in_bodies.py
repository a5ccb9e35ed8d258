"""Another brand's key, with references in bodies and queries: it finds nothing, and takes nothing of ours for its own."""

import json
from typing import Any

import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from tests.web.api.test_isolation import BONUS, RULES, references
from wallet_service.web.paging import to_cursor

SALE = {"lines": [{"quantity": 1, "price": 100}]}


@pytest.fixture
async def anna(desk: Desk) -> Any:
    """A member of ours, with points."""
    found = await desk.enrol(**ANNA)
    await desk.post(found["id"], 50)
    return found


@pytest.fixture
async def boris(other_desk: Desk) -> Any:
    """A member of theirs, with points."""
    found = await other_desk.enrol(**BORIS)
    await other_desk.post(found["id"], 50)
    return found


async def test_another_brands_key_finds_nobody_by_any_reference_in_a_body(
    desk: Desk, other_desk: Desk, anna: Any, boris: Any
) -> None:
    card = await desk.issue(anna["id"])
    bodies: dict[str, dict[str, Any]] = {
        "/v1/cards": {},
        "/v1/quotes": SALE,
        "/v1/purchases": SALE | {"receipt": "1"},
        "/v1/offers/validate": {"code": "NOTHING"},
        "/v1/offers/redeem": {"code": "NOTHING"},
    }
    for reference in references(anna, card["id"]):
        for path, body in bodies.items():
            refused(await other_desk.call("POST", path, body | {"member": reference}), 404, "member-not-found")
        result = (await other_desk.bulk(json.dumps({"member": reference, "amount": 5}).encode())).json()
        assert (result["status"], result["result"]["code"]) == (404, "member-not-found")
        merge = await other_desk.call("POST", f"/v1/members/{boris['id']}/merge", {"from": reference})
        refused(merge, 404, "member-not-found")
        friend = await other_desk.call("POST", "/v1/members", {"referred_by": reference})
        refused(friend, 422, "referrer-unknown")
    refused(
        await other_desk.call("POST", "/v1/members", {"referred_by": anna["referral_code"]}), 422, "referrer-unknown"
    )

    assert await desk.balance(anna["id"]) == 50
    assert done(await desk.call("GET", f"/v1/members/{anna['id']}/merges"), 200)["items"] == []


async def test_what_is_ours_is_no_good_for_their_members(desk: Desk, other_desk: Desk, anna: Any, boris: Any) -> None:
    hold = done(await desk.call("POST", f"/v1/members/{anna['id']}/holds", {"amount": 20}), 201)
    done(await desk.call("POST", "/v1/offers", BONUS), 201)
    sale = SALE | {"receipt": "1", "member": boris["id"]}

    refused(await other_desk.call("POST", "/v1/purchases", sale | {"hold": hold["id"]}), 404, "hold-not-found")
    refused(await other_desk.call("POST", "/v1/purchases", sale | {"codes": [BONUS["code"]]}), 404, "code-not-found")
    quote = SALE | {"member": boris["id"], "codes": [BONUS["code"]]}
    refused(await other_desk.call("POST", "/v1/quotes", quote), 404, "code-not-found")
    for act in ("validate", "redeem"):
        shown = {"code": BONUS["code"], "member": boris["id"]}
        refused(await other_desk.call("POST", f"/v1/offers/{act}", shown), 404, "code-not-found")
    present = {"offer": BONUS["name"], "occasion": "mine"}
    refused(await other_desk.call("POST", f"/v1/members/{boris['id']}/offers", present), 409, "offer-not-givable")
    (entry,) = done(await desk.call("GET", f"/v1/members/{anna['id']}/entries?limit=1"), 200)["items"]
    theirs = f"/v1/members/{boris['id']}/entries/{entry['id']}"
    refused(await other_desk.call("POST", f"{theirs}/reversal", {}), 404, "entry-not-found")
    refused(await other_desk.call("GET", f"{theirs}/why"), 404, "entry-not-found")

    assert await other_desk.balance(boris["id"]) == 50
    assert done(await desk.call("GET", f"/v1/holds/{hold['id']}"), 200) == hold


async def test_a_sale_to_nobody_goes_into_no_programme_of_another_brand(desk: Desk, other_desk: Desk) -> None:
    sale = SALE | {"receipt": "1", "programme": desk.brand.programme}

    refused(await other_desk.call("POST", "/v1/purchases", sale), 404, "programme-not-found")


async def test_queries_find_nothing_of_another_brand(desk: Desk, other_desk: Desk, anna: Any) -> None:
    done(await desk.call("PUT", f"/v1/programmes/{desk.brand.programme}/rules", RULES), 200)
    done(await desk.call("POST", "/v1/purchases", SALE | {"receipt": "1", "member": anna["id"]}), 201)

    refused(await other_desk.call("GET", "/v1/purchases?receipt=1"), 404, "purchase-not-found")
    foreign = f"programme={desk.brand.programme}"
    refused(await other_desk.call("GET", f"/v1/mechanics?{foreign}"), 404, "programme-not-found")
    refused(await other_desk.call("POST", f"/v1/mechanics/rated/resume?{foreign}"), 404, "programme-not-found")
    assert done(await other_desk.call("GET", "/v1/mechanics"), 200)["items"] == []


async def test_a_receipts_number_is_its_brands_own(desk: Desk, other_desk: Desk, anna: Any, boris: Any) -> None:
    ours = done(await desk.call("POST", "/v1/purchases", SALE | {"receipt": "1", "member": anna["id"]}), 201)
    theirs = done(await other_desk.call("POST", "/v1/purchases", SALE | {"receipt": "1", "member": boris["id"]}), 201)

    assert done(await desk.call("GET", "/v1/purchases?receipt=1"), 200)["id"] == ours["id"]
    assert done(await other_desk.call("GET", "/v1/purchases?receipt=1"), 200)["id"] == theirs["id"]


async def test_lists_show_nothing_of_another_brand_wherever_they_begin(
    desk: Desk, other_desk: Desk, anna: Any, boris: Any
) -> None:
    done(await desk.call("POST", "/v1/offers", BONUS), 201)
    for query in ("", f"?cursor={to_cursor('mem_' + '0' * 26)}"):
        (ours,) = done(await desk.call("GET", f"/v1/members{query}"), 200)["items"]
        (theirs,) = done(await other_desk.call("GET", f"/v1/members{query}"), 200)["items"]
        assert (ours["id"], theirs["id"]) == (anna["id"], boris["id"])
    for query in ("", f"?cursor={to_cursor('off_' + '0' * 26)}"):
        assert done(await other_desk.call("GET", f"/v1/offers{query}"), 200)["items"] == []


async def test_nobody_enrols_into_another_brands_programme(desk: Desk, other_desk: Desk) -> None:
    answer = await other_desk.call("POST", "/v1/members", {"programme": desk.brand.programme})

    refused(answer, 404, "programme-not-found")


async def test_two_brands_may_know_the_same_person(desk: Desk, other_desk: Desk) -> None:
    ours, theirs = await desk.enrol(**ANNA), await other_desk.enrol(**ANNA)
    await desk.post("external:BH-1", 10)

    assert ours["id"] != theirs["id"]
    assert await other_desk.balance("phone:" + ANNA["phone"]) == 0
