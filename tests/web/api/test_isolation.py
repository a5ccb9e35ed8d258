"""Another brand's key on every route: nothing is there. The routes are those of the OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.loyalty.club import mechanic
from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from wallet_service.web.doors import Doors
from wallet_service.web.phones.apple import PhoneDoor
from wallet_service.web.phones.google import GoogleDoor
from wallet_service.web.phones.images import ImageDoor
from wallet_service.web.phones.link import LinkDoor
from wallet_service.web.site import Api, Site, build_api
from wallet_service.web.till import CALLS, SALES, TillDoor

RULES: dict[str, Any] = {
    "currency": "EUR",
    "tiers": [{"name": "prime", "title": {"en": "Prime"}, "paid_days": 30}],
    "mechanics": [mechanic("rated", "event", {"points": 25}, of="app-rated")],
}

NOVEMBER = "?from=2026-11-01&to=2026-11-30"

CONSENT = {"channel": "any", "purpose": "data", "granted": True, "text_version": "1"}

WITH_A_REFERENCE_IN_THE_PATH: dict[tuple[str, str], Any] = {
    ("GET", "/v1/members/{member}"): None,
    ("PATCH", "/v1/members/{member}"): {"name": "Mine now"},
    ("POST", "/v1/members/{member}/entries"): {"amount": 5},
    ("GET", "/v1/members/{member}/entries"): None,
    ("PUT", "/v1/members/{member}/balance"): {"balance": 5},
    ("GET", "/v1/members/{member}/addresses"): None,
    ("PUT", "/v1/members/{member}/addresses/{kind}/{address}"): None,
    ("DELETE", "/v1/members/{member}/addresses/{kind}/{address}"): None,
    ("POST", "/v1/members/{member}/entries/{entry}/reversal"): {},
    ("GET", "/v1/members/{member}/entries/{entry}/why"): None,
    ("GET", "/v1/members/{member}/proof"): None,
    ("PUT", "/v1/members/{member}/attributes"): {"attributes": {"pet": "mine"}},
    ("PUT", "/v1/members/{member}/contacts"): {"contacts": []},
    ("GET", "/v1/members/{member}/contacts"): None,
    ("GET", "/v1/members/{member}/source"): None,
    ("PUT", "/v1/members/{member}/consents"): {"consents": [CONSENT]},
    ("GET", "/v1/members/{member}/consents"): None,
    ("GET", "/v1/members/{member}/consents/history"): None,
    ("GET", "/v1/members/{member}/timeline"): None,
    ("GET", "/v1/members/{member}/export"): None,
    ("POST", "/v1/members/{member}/erase"): None,
    ("GET", "/v1/cards/{card}"): None,
    ("POST", "/v1/cards/{card}/void"): None,
    ("GET", "/v1/members/{member}/lots"): None,
    ("POST", "/v1/members/{member}/holds"): {"amount": 5},
    ("GET", "/v1/members/{member}/holds"): None,
    ("POST", "/v1/members/{member}/merge"): {"from": "external:BH-1"},
    ("GET", "/v1/members/{member}/merges"): None,
    ("POST", "/v1/merges/{merge}/undo"): None,
    ("GET", "/v1/holds/{hold}"): None,
    ("POST", "/v1/holds/{hold}/capture"): {},
    ("POST", "/v1/holds/{hold}/release"): None,
    ("PUT", "/v1/programmes/{programme}/rules"): {"currency": "EUR"},
    ("GET", "/v1/programmes/{programme}/rules"): None,
    ("GET", "/v1/programmes/{programme}/rules/versions"): None,
    ("GET", "/v1/offers/{offer}"): None,
    ("DELETE", "/v1/offers/{offer}"): None,
    ("POST", "/v1/offers/{offer}/codes"): {"count": 1},
    ("GET", "/v1/offers/{offer}/codes"): None,
    ("POST", "/v1/redemptions/{redemption}/undo"): None,
    ("POST", "/v1/members/{member}/offers"): {"offer": "bonus", "occasion": "none"},
    ("GET", "/v1/members/{member}/offers"): None,
    ("GET", "/v1/purchases/{purchase}"): None,
    ("POST", "/v1/purchases/{purchase}/refunds"): {"refund": "mine"},
    ("GET", "/v1/members/{member}/purchases"): None,
    ("POST", "/v1/mechanics/{name}/resume"): None,
    ("POST", "/v1/programmes/{programme}/simulations"): {"rules": RULES},
    ("GET", "/v1/simulations/{simulation}"): None,
    ("POST", "/v1/members/{member}/visits"): {"visit": "mine"},
    ("POST", "/v1/members/{member}/events"): {"event": "mine", "name": "app-rated"},
    ("POST", "/v1/members/{member}/memberships"): {"tier": "prime", "sale": "mine"},
    ("GET", "/v1/members/{member}/standing"): None,
    ("GET", "/v1/programmes/{programme}/reports/points"): None,
    ("GET", "/v1/programmes/{programme}/reports/owed"): None,
    ("GET", "/v1/programmes/{programme}/reports/purchases"): None,
}
"""Route -> the body that goes with it."""

QUERIES = {
    "/v1/programmes/{programme}/reports/points": NOVEMBER,
    "/v1/programmes/{programme}/reports/purchases": NOVEMBER,
}
"""What must be asked with a path."""

NOT_FOUND = {
    "{card}": "card-not-found",
    "{hold}": "hold-not-found",
    "{merge}": "merge-not-found",
    "{programme}": "programme-not-found",
    "{offer}": "offer-not-found",
    "{redemption}": "redemption-not-found",
    "{purchase}": "purchase-not-found",
    "{name}": "mechanic-not-found",
    "{simulation}": "simulation-not-found",
}
"""What is not there for another brand, by what a path names beside members."""

ADDRESS = "annas-phone"

BONUS = {"name": "bonus", "title": {"en": "Nothing"}, "kind": "shared", "code": "NOTHING", "benefit": {"gift": "air"}}

WITH_A_REFERENCE_IN_THE_BODY: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST", "/v1/cards"),
        ("POST", "/v1/entries/bulk"),
        ("POST", "/v1/offers/validate"),
        ("POST", "/v1/offers/redeem"),
        ("POST", "/v1/purchases"),
        ("POST", "/v1/quotes"),
    }
)

WITHOUT: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST", "/v1/members"),
        ("GET", "/v1/members"),
        ("GET", "/v1/wallets"),
        ("GET", "/v1/mechanics"),
        ("GET", "/v1/mechanics/library"),
        ("POST", "/v1/offers"),
        ("GET", "/v1/offers"),
        ("GET", "/v1/purchases"),
    }
)


def operations(doors: Doors) -> set[tuple[str, str]]:
    paths = build_api(doors).openapi()["paths"].items()
    return {(method.upper(), path) for path, methods in paths for method in methods}


def test_every_route_has_its_place_in_the_matrix(doors: Doors) -> None:
    found = operations(doors)

    assert found == {*WITH_A_REFERENCE_IN_THE_PATH, *WITH_A_REFERENCE_IN_THE_BODY, *WITHOUT}
    assert {(method, path) for method, path in found if "{" in path} == set(WITH_A_REFERENCE_IN_THE_PATH)


def test_every_door_of_the_site_is_looked_into(doors: Doors) -> None:
    """REST and the till's here, by the document; the phones' in `tests/web/phones/test_isolation.py`.

    Google's takes what Google has signed (`test_google_callbacks.py`), and images are anybody's.
    """
    tills = {(method, f"/v1/members/{{member}}/{last}") for method, last in CALLS}

    known = {Api, TillDoor, PhoneDoor, LinkDoor, GoogleDoor, ImageDoor}
    assert {type(door) for door in vars(Site(doors)).values()} == known
    assert tills | set(SALES) <= operations(doors)


def addresses(form: str, anna: Any, things: Mapping[str, str]) -> Iterator[str]:
    """Every way to name Anna, or things of hers and of her brand, in a path of this form."""
    if "{member}" not in form:
        yield form.format(**things)
        return
    for reference in references(anna, things["card"]):
        yield form.format(member=reference, kind="fid", address=ADDRESS, entry=1, **things)


def references(anna: Any, card: str) -> tuple[str, ...]:
    return anna["id"], f"external:{anna['external_id']}", f"phone:{anna['phone']}", card


async def test_another_brands_key_finds_nothing_by_any_reference_in_a_path(desk: Desk, other_desk: Desk) -> None:
    done(await desk.call("PUT", f"/v1/programmes/{desk.brand.programme}/rules", RULES), 200)
    anna = await desk.enrol(**ANNA)
    await desk.post(anna["id"], 50)
    hold = done(await desk.call("POST", f"/v1/members/{anna['id']}/holds", {"amount": 50}), 201)
    sale = {"receipt": "1", "member": anna["id"], "lines": [{"quantity": 1, "price": 100}]}
    purchase = done(await desk.call("POST", "/v1/purchases", sale), 201)
    card = await desk.issue(anna["id"])
    await desk.call("PUT", f"/v1/members/{anna['id']}/addresses/fid/{ADDRESS}")
    offer = done(await desk.call("POST", "/v1/offers", BONUS), 201)
    double = await desk.enrol()
    merge = done(await desk.call("POST", f"/v1/members/{anna['id']}/merge", {"from": double["id"]}), 201)
    anna = done(await desk.call("GET", f"/v1/members/{anna['id']}"), 200)
    redemption = done(await desk.call("POST", "/v1/offers/redeem", {"code": BONUS["code"], "member": anna["id"]}), 201)
    trial = {"rules": RULES}
    simulation = done(await desk.call("POST", f"/v1/programmes/{desk.brand.programme}/simulations", trial), 202)
    things = {"card": card["id"], "hold": hold["id"], "programme": desk.brand.programme, "name": "rated"} | {
        "simulation": simulation["id"],
        "offer": offer["id"],
        "redemption": redemption["id"],
        "merge": merge["id"],
        "purchase": purchase["id"],
    }

    for (method, form), body in WITH_A_REFERENCE_IN_THE_PATH.items():
        code = next((code for place, code in NOT_FOUND.items() if place in form), "member-not-found")
        for path in addresses(form, anna, things):
            answer = await other_desk.call(method, path + QUERIES.get(form, ""), body)
            refused(answer, 404, code)
            assert anna["name"] not in answer.text
            assert ADDRESS not in answer.text

    assert done(await desk.call("GET", f"/v1/members/{anna['id']}"), 200) == anna
    assert done(await desk.call("GET", f"/v1/cards/{card['id']}"), 200) == card
    assert done(await desk.call("GET", f"/v1/holds/{hold['id']}"), 200) == hold
    (kept,) = done(await desk.call("GET", f"/v1/members/{anna['id']}/addresses"), 200)["items"]
    assert kept["address"] == ADDRESS


async def test_another_brands_key_is_refused_as_if_there_were_nothing_at_all(desk: Desk, other_desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])

    for path, there in ((f"/v1/members/{anna['id']}", anna["id"]), (f"/v1/cards/{card['id']}", card["id"])):
        nowhere = there[:-4] + "0000"
        theirs = await other_desk.call("GET", path)
        nobodys = await other_desk.call("GET", path.replace(there, nowhere))
        assert theirs.text.replace(there, "") == nobodys.text.replace(nowhere, "")
