"""A programme's rules over REST."""

from typing import Any

import pytest

from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.web.api.rules_models import RULES, ProgrammeRules

WELCOME = RULES["mechanics"][0]


def path(desk: Desk, rest: str = "") -> str:
    return f"/v1/programmes/{desk.brand.programme}/rules{rest}"


async def put(desk: Desk, rules: Any, *, once: str | None = None) -> Any:
    return done(await desk.call("PUT", path(desk), rules, once=once), 200)


async def test_rules_are_put_in_force_and_shown_as_they_were_put(desk: Desk) -> None:
    refused(await desk.call("GET", path(desk)), 404, "rulebook-not-found")

    published = await put(desk, RULES)
    shown = done(await desk.call("GET", path(desk)), 200)

    assert (published["programme"], published["version"], published["fresh"]) == (desk.brand.programme, 1, True)
    assert {"part": "mechanics", "name": "welcome", "how": "added"} in published["changes"]
    assert published["resumed"] == published["warnings"] == []
    assert (shown["programme"], shown["version"], shown["rules"]) == (desk.brand.programme, 1, RULES)


async def test_every_version_can_be_looked_at(desk: Desk) -> None:
    for points in (300, 400, 500):
        await put(desk, RULES | {"mechanics": [WELCOME | {"give": [{"points": points}]}]})

    first = done(await desk.call("GET", path(desk, "/versions?limit=2")), 200)
    rest = done(await desk.call("GET", path(desk, f"/versions?limit=2&cursor={first['next']}")), 200)
    old = done(await desk.call("GET", path(desk, "?version=1")), 200)

    assert [(each["version"], each["in_force"]) for each in first["items"]] == [(3, True), (2, False)]
    assert ([each["version"] for each in rest["items"]], rest["next"]) == ([1], None)
    assert old["rules"]["mechanics"][0]["give"] == [{"points": 300}]
    refused(await desk.call("GET", path(desk, "?version=4")), 404, "rulebook-not-found")
    for version in ("0", "x", "9999999999"):
        refused(await desk.call("GET", path(desk, f"?version={version}")), 422, "invalid-request")
    refused(await desk.call("GET", path(desk, "/versions?cursor=LTE")), 422, "cursor-invalid")


async def test_the_same_rules_again_change_nothing_and_a_key_is_answered_once(desk: Desk) -> None:
    first = await put(desk, RULES, once="rules-1")
    again, replayed = await put(desk, RULES), await put(desk, RULES, once="rules-1")

    assert (again["fresh"], again["version"], again["changes"]) == (False, 1, [])
    assert replayed == first


async def test_all_that_is_wrong_is_told_at_once(desk: Desk) -> None:
    wrong = {"currency": "EURO", "mechanics": [WELCOME | {"on": "birthdy"}, WELCOME], "mechanic": []}

    problem = refused(await desk.call("PUT", path(desk), wrong), 422, "rulebook-invalid")

    assert {"currency", "mechanic", "mechanics[0].on"} <= {each["place"] for each in problem["findings"]}
    refused(await desk.call("GET", path(desk)), 404, "rulebook-not-found")


async def test_what_works_and_is_doubtful_is_a_warning(desk: Desk) -> None:
    published = await put(desk, RULES | {"mechanics": [WELCOME | {"title": {"ru": "Привет"}}]})

    assert [each["place"] for each in published["warnings"]] == ["mechanics.welcome.title"]


async def test_offers_of_the_rules_are_defined_with_them(desk: Desk) -> None:
    offer = {"name": "coffee", "title": {"en": "A coffee"}, "kind": "personal", "benefit": {"gift": "coffee"}}
    await put(desk, RULES | {"offers": [offer]})

    changed = await put(desk, RULES | {"offers": [offer | {"valid_days": 30}]})
    dropped = await put(desk, RULES)

    assert changed["changes"] == [{"part": "offers", "name": "coffee", "how": "changed"}]
    assert [each["place"] for each in dropped["warnings"]] == ["offers.coffee"]
    shared = offer | {"kind": "shared", "code": "COFFEE"}
    refused(await desk.call("PUT", path(desk), RULES | {"offers": [shared]}), 409, "offer-fixed")


async def test_rules_need_a_key_that_may_change_them(desk: Desk, service: Service) -> None:
    async with service.database.begin() as tx:
        key = await create_key(tx, desk.brand.id, "till", frozenset(Scope) - {Scope.RULES})
    till = Desk(desk.client, key, desk.brand)

    refused(await till.call("PUT", path(desk), RULES), 403, "scope-missing")
    refused(await till.call("GET", path(desk)), 404, "rulebook-not-found")


@pytest.mark.parametrize("programme", ["prog_nonsense", "x", "prog_00000000000000000000000000", "%00"])
async def test_a_programme_that_is_not_there_has_no_rules(desk: Desk, programme: str) -> None:
    for method, body in (("PUT", RULES), ("GET", None)):
        refused(await desk.call(method, f"/v1/programmes/{programme}/rules", body), 404, "programme-not-found")


async def test_every_mechanic_of_the_library_can_be_put_as_it_is(desk: Desk) -> None:
    ready = done(await desk.call("GET", "/v1/mechanics/library"), 200)["items"]

    assert "welcome" in [each["name"] for each in ready]
    for each in ready:
        assert (await put(desk, each["rules"]))["fresh"], each["name"]


def test_the_example_of_the_document_is_one_that_would_be_taken() -> None:
    assert ProgrammeRules.model_validate(RULES).model_dump(exclude_unset=True) == RULES
