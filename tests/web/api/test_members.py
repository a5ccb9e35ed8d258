"""Members over REST: enrolled, found by each kind of reference, changed, listed."""

from urllib.parse import quote

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from wallet_service.web.api.answers import MemberOut, MemberPage


async def test_a_new_member_has_a_balance_of_0_and_what_the_programme_speaks(desk: Desk) -> None:
    member = done(await desk.call("POST", "/v1/members", {}), 201)

    MemberOut.model_validate(member)
    assert (member["balance"], member["language"], member["time_zone"]) == (0, "en", "UTC")
    assert (member["programme"], member["name"], member["phone"]) == (desk.brand.programme, "", None)


async def test_a_member_is_found_by_id_external_id_phone_and_scanned_card(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])

    for reference in (anna["id"], "external:BH-1", "phone:+79161234567", "phone:+7 916 123-45-67", card["id"]):
        assert done(await desk.call("GET", f"/v1/members/{quote(reference)}"), 200) == anna


async def test_a_reference_that_leads_nowhere_is_refused_by_name(desk: Desk) -> None:
    expected = {
        "mem_01k9z8w4ekf4p8q2v7r5t3y1xa": (404, "member-not-found"),
        "external:nobody": (404, "member-not-found"),
        "phone:+4915199999999": (404, "member-not-found"),
        "card_01k9z8w4ekf4p8q2v7r5t3y1xa": (404, "member-not-found"),
        "phone:12": (422, "phone-invalid"),
        "external:": (422, "member-reference-invalid"),
        "Anna": (422, "member-reference-invalid"),
        "external:%00": (422, "invalid-request"),
        "external:" + "x" * 200: (422, "invalid-request"),
    }

    for reference, (status, code) in expected.items():
        refused(await desk.call("GET", f"/v1/members/{reference}"), status, code)


async def test_a_withdrawn_card_no_longer_names_its_member(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    card = await desk.issue(anna["id"])
    done(await desk.call("POST", f"/v1/cards/{card['id']}/void"), 200)

    refused(await desk.call("GET", f"/v1/members/{card['id']}"), 404, "member-not-found")


async def test_a_change_touches_only_what_it_names_and_null_clears(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA, email="anna@example.com")

    changed = done(await desk.call("PATCH", "/v1/members/external:BH-1", {"name": "Anna K.", "email": None}), 200)

    assert changed == anna | {"name": "Anna K.", "email": None, "updated_at": changed["updated_at"]}
    assert done(await desk.call("GET", f"/v1/members/{anna['id']}"), 200) == changed


async def test_nobody_can_take_another_members_phone_or_external_id(desk: Desk) -> None:
    anna, boris = await desk.enrol(**ANNA), await desk.enrol(**BORIS)

    for field in ("phone", "external_id"):
        for method, path in (("POST", "/v1/members"), ("PATCH", f"/v1/members/{boris['id']}")):
            problem = refused(await desk.call(method, path, {field: ANNA[field]}), 409, "member-exists")
            assert (problem["field"], problem["member"]) == (field, anna["id"])


WISHES_THAT_CANNOT_BE: tuple[tuple[dict[str, object], str], ...] = (
    ({"phone": "0151 123"}, "phone-invalid"),
    ({"language": "klingon-please"}, "language-unknown"),
    ({"time_zone": "Mars/Olympus"}, "time-zone-unknown"),
    ({"email": "anna"}, "invalid-request"),
    ({"external_id": "2026/17"}, "invalid-request"),
    ({"external_id": "  "}, "invalid-request"),
    ({"balance": 500}, "invalid-request"),
)


async def test_what_cannot_be_true_of_a_member_is_refused(desk: Desk) -> None:
    for wishes, code in WISHES_THAT_CANNOT_BE:
        refused(await desk.call("POST", "/v1/members", wishes), 422, code)


async def test_an_unknown_programme_is_not_there(desk: Desk) -> None:
    refused(await desk.call("POST", "/v1/members", {"programme": "prog_unknown"}), 404, "programme-not-found")


async def test_text_is_kept_in_normal_form_and_found_in_every_form(desk: Desk) -> None:
    decomposed, composed = "Zoe\u0308", "Zo\u00eb"

    member = await desk.enrol(name=f"  {decomposed} ", external_id=decomposed)

    assert (member["name"], member["external_id"]) == (composed, composed)
    for form in (composed, decomposed):
        assert done(await desk.call("GET", f"/v1/members/external:{quote(form)}"), 200) == member


async def test_a_list_is_read_to_its_end_by_cursors_each_member_once_in_the_order_they_joined(desk: Desk) -> None:
    joined = [await desk.enrol(external_id=f"BH-{number}") for number in range(5)]

    listed, cursor, pages = [], "", 0
    while cursor is not None:
        page = done(await desk.call("GET", f"/v1/members?limit=2&cursor={cursor}".removesuffix("&cursor=")), 200)
        MemberPage.model_validate(page)
        listed += page["items"]
        cursor, pages = page["next"], pages + 1

    assert (listed, pages) == (sorted(joined, key=lambda member: member["id"]), 3)


async def test_a_last_page_that_is_just_full_has_no_next(desk: Desk) -> None:
    await desk.enrol()
    await desk.enrol()

    assert done(await desk.call("GET", "/v1/members?limit=2"), 200)["next"] is None
