"""Addresses of a brand's app over REST: shown, listed, dropped."""

import httpx2
import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.loyalty.people.addresses import MOST
from wallet_service.service import Service
from wallet_service.web.api.answers import AddressList


async def listed(desk: Desk, member: str) -> list[tuple[str, str]]:
    """Kinds and addresses of a member."""
    found = AddressList.model_validate(done(await desk.call("GET", f"/v1/members/{member}/addresses"), 200))
    return [(each.kind, each.address) for each in found.items]


def noted(answer: httpx2.Response) -> None:
    """It was done, and there is nothing to say."""
    assert (answer.status_code, answer.content) == (204, b"")


async def test_an_app_shows_its_address_and_the_brand_finds_it(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    noted(await desk.call("PUT", f"/v1/members/{anna['id']}/addresses/fid/cGVrdWxhLW9mLWFubmEtMQ"))
    noted(await desk.call("PUT", "/v1/members/external:BH-1/addresses/token/eK9:APA91b_-x"))
    assert await listed(desk, anna["id"]) == [("token", "eK9:APA91b_-x"), ("fid", "cGVrdWxhLW9mLWFubmEtMQ")]


async def test_an_address_moves_to_whoever_shows_it_next(desk: Desk) -> None:
    anna, boris = await desk.enrol(**ANNA), await desk.enrol(**BORIS)
    for member in (anna, boris):
        noted(await desk.call("PUT", f"/v1/members/{member['id']}/addresses/fid/phone-1"))
    assert (await listed(desk, anna["id"]), await listed(desk, boris["id"])) == ([], [("fid", "phone-1")])


async def test_an_address_is_dropped_once_and_again(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    path = f"/v1/members/{anna['id']}/addresses"
    noted(await desk.call("PUT", f"{path}/fid/phone-1"))
    for _ in range(2):
        noted(await desk.call("DELETE", f"{path}/fid/phone-1"))
        assert await listed(desk, anna["id"]) == []


async def test_the_oldest_address_makes_room(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    for number in range(MOST + 1):
        noted(await desk.call("PUT", f"/v1/members/{anna['id']}/addresses/fid/phone-{number}"))
    found = await listed(desk, anna["id"])
    assert (len(found), found[0], found[-1]) == (MOST, ("fid", f"phone-{MOST}"), ("fid", "phone-1"))


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("place", ["web/phone-1", "FID/phone-1", "fid/phone%201", "fid/a.b", "fid/" + "x" * 1025])
async def test_what_firebase_never_gave_is_refused(desk: Desk, method: str, place: str) -> None:
    anna = await desk.enrol(**ANNA)
    refused(await desk.call(method, f"/v1/members/{anna['id']}/addresses/{place}"), 422, "invalid-request")
    assert await listed(desk, anna["id"]) == []


async def test_a_member_who_is_not_there_has_no_addresses(desk: Desk) -> None:
    for method, place in (("GET", ""), ("PUT", "/fid/phone-1"), ("DELETE", "/fid/phone-1")):
        refused(await desk.call(method, f"/v1/members/external:nobody/addresses{place}"), 404, "member-not-found")


async def test_another_brand_that_shows_the_same_address_takes_nothing_away(desk: Desk, other_desk: Desk) -> None:
    ours, theirs = await desk.enrol(**ANNA), await other_desk.enrol(**ANNA)
    for at, member in ((desk, ours), (other_desk, theirs)):
        noted(await at.call("PUT", f"/v1/members/{member['id']}/addresses/fid/phone-1"))
    noted(await other_desk.call("DELETE", f"/v1/members/{theirs['id']}/addresses/fid/phone-1"))
    assert await listed(desk, ours["id"]) == [("fid", "phone-1")]


async def test_a_key_that_only_reads_lists_and_changes_nothing(service: Service, desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    async with service.database.begin() as tx:
        key = await create_key(tx, desk.brand.id, "reports", frozenset({Scope.READ}))
    reader = Desk(desk.client, key, desk.brand)
    for method in ("PUT", "DELETE"):
        answer = await reader.call(method, f"/v1/members/{anna['id']}/addresses/fid/phone-1")
        refused(answer, 403, "scope-missing")
    assert await listed(reader, anna["id"]) == []
