"""Merges over REST: one call lets two members be one, another undoes it, and a list tells of both."""

from typing import Any

import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from wallet_service.web.api.merges_models import MergeOut, MergePage


@pytest.fixture
async def both(desk: Desk) -> tuple[Any, Any]:
    """Anna with 100 points, and Boris, who is Anna too, with 50."""
    anna, boris = await desk.enrol(**ANNA), await desk.enrol(**BORIS)
    await desk.post(anna["id"], 100)
    await desk.post(boris["id"], 50)
    return anna, boris


async def merge(desk: Desk, anna: Any, boris: Any, *, once: str | None = None) -> Any:
    """Let Boris be Anna."""
    return done(await desk.call("POST", f"/v1/members/{anna['id']}/merge", {"from": boris["id"]}, once=once), 201)


async def test_a_merge_and_its_undoing_are_told_in_full(desk: Desk, both: tuple[Any, Any]) -> None:
    anna, boris = both

    merged = await merge(desk, anna, boris)

    MergeOut.model_validate(merged)
    assert merged == {
        "id": merged["id"],
        "survivor": anna["id"],
        "absorbed": boris["id"],
        "points": 50,
        "promised": 0,
        "merged_at": merged["merged_at"],
        "returned": None,
        "undone_at": None,
    }
    assert await desk.balance(boris["id"]) == 150
    undone = done(await desk.call("POST", f"/v1/merges/{merged['id']}/undo"), 200)
    assert undone == merged | {"returned": 50, "undone_at": undone["undone_at"]}
    assert [await desk.balance(who["id"]) for who in both] == [100, 50]
    listed = done(await desk.call("GET", f"/v1/members/{anna['id']}/merges"), 200)
    MergePage.model_validate(listed)
    assert listed == {"items": [undone], "next": None}


async def test_a_merge_that_is_repeated_with_its_key_is_done_once(desk: Desk, both: tuple[Any, Any]) -> None:
    first = await merge(desk, *both, once="merge-1")
    assert await merge(desk, *both, once="merge-1") == first
    body = {"from": both[1]["id"]}
    refused(await desk.call("POST", f"/v1/members/{both[0]['id']}/merge", body), 409, "member-merged")


async def test_merges_are_listed_in_pages_the_newest_first(desk: Desk, both: tuple[Any, Any]) -> None:
    made = []
    for _ in range(3):
        made.append((await merge(desk, *both))["id"])
        done(await desk.call("POST", f"/v1/merges/{made[-1]}/undo"), 200)
    path = f"/v1/members/{both[0]['id']}/merges?limit=2"
    first = done(await desk.call("GET", path), 200)
    second = done(await desk.call("GET", f"{path}&cursor={first['next']}"), 200)
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None


async def test_what_cannot_be_is_refused_by_its_name(desk: Desk, both: tuple[Any, Any]) -> None:
    anna, boris = both
    path = f"/v1/members/{anna['id']}/merge"
    refused(await desk.call("POST", path, {"from": anna["id"]}), 422, "merge-with-itself")
    refused(await desk.call("POST", path, {"from": "external:nobody"}), 404, "member-not-found")
    refused(await desk.call("POST", path, {"from": boris["id"], "into": anna["id"]}), 422, "invalid-request")
    refused(await desk.call("POST", "/v1/merges/mrg_1/undo"), 404, "merge-not-found")
    hold = done(await desk.call("POST", f"/v1/members/{boris['id']}/holds", {"amount": 20}), 201)
    problem = refused(await desk.call("POST", path, {"from": boris["id"]}), 409, "member-has-holds")
    assert problem["holds"] == 1
    done(await desk.call("POST", f"/v1/holds/{hold['id']}/release"), 200)
    merged = await merge(desk, anna, boris)
    done(await desk.call("POST", f"/v1/merges/{merged['id']}/undo"), 200)
    refused(await desk.call("POST", f"/v1/merges/{merged['id']}/undo"), 409, "merge-already-undone")
