"""Cards over REST: issued once, looked at, withdrawn."""

from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from wallet_service.service import Service
from wallet_service.web.api.answers import CardOut


async def test_a_new_card_has_version_1_a_link_and_no_phone_yet(desk: Desk, service: Service) -> None:
    anna = await desk.enrol(**ANNA)

    card = await desk.issue("external:BH-1")

    CardOut.model_validate(card)
    assert (card["member"], card["programme"], card["version"]) == (anna["id"], desk.brand.programme, 1)
    assert (card["devices"], card["up_to_date"], card["voided_at"]) == ([], None, None)
    assert card["link"].startswith(f"{service.settings.public_url}/c/{card['id']}.")


async def test_a_member_has_one_living_card(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])

    assert done(await desk.call("POST", "/v1/cards", {"member": anna["id"]}), 200) == card


async def test_a_card_follows_the_balance_it_shows(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    card = await desk.issue("external:BH-1")

    await desk.post("external:BH-1", 10)

    found = done(await desk.call("GET", f"/v1/cards/{card['id']}"), 200)
    assert (found["version"], found["up_to_date"]) == (2, None)
    assert found["modified_at"] > card["modified_at"]


async def test_a_withdrawn_card_stays_so_and_makes_room_for_a_new_one(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])

    voided = done(await desk.call("POST", f"/v1/cards/{card['id']}/void"), 200)
    again = done(await desk.call("POST", f"/v1/cards/{card['id']}/void"), 200)
    fresh = await desk.issue(anna["id"])

    CardOut.model_validate(voided)
    assert voided["voided_at"] is not None
    assert (voided["version"], again) == (2, voided)
    assert fresh["id"] != card["id"]


async def test_what_is_no_card_of_ours_is_not_found(desk: Desk) -> None:
    for name in ("card_01k9z8w4ekf4p8q2v7r5t3y1xa", "mem_01k9z8w4ekf4p8q2v7r5t3y1xa", "card_", "%00", "%F0%9F%8D%94"):
        refused(await desk.call("GET", f"/v1/cards/{name}"), 404, "card-not-found")
        refused(await desk.call("POST", f"/v1/cards/{name}/void"), 404, "card-not-found")


async def test_a_card_is_not_issued_to_nobody(desk: Desk) -> None:
    refused(await desk.call("POST", "/v1/cards", {"member": "external:nobody"}), 404, "member-not-found")
    refused(await desk.call("POST", "/v1/cards", {"member": "nobody"}), 422, "member-reference-invalid")
