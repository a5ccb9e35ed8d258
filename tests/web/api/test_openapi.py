"""The OpenAPI document is complete, and its examples are true."""

from typing import Any

import pytest
from pydantic import BaseModel

from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from tests.web.api.test_isolation import BONUS
from wallet_service.web import api
from wallet_service.web.doors import Doors
from wallet_service.web.site import build_api

OPERATIONS = {
    "enrol_member",
    "list_members",
    "get_member",
    "change_member",
    "post_entry",
    "list_entries",
    "set_balance",
    "post_entries_in_bulk",
    "issue_card",
    "get_card",
    "void_card",
    "keep_address",
    "drop_address",
    "list_addresses",
    "get_wallets",
    "list_lots",
    "reverse_entry",
    "open_hold",
    "get_hold",
    "capture_hold",
    "release_hold",
    "list_holds",
    "merge_members",
    "undo_merge",
    "list_merges",
    "prove_member",
    "explain_entry",
    "set_attributes",
    "set_contacts",
    "list_contacts",
    "get_source",
    "note_consents",
    "get_consents",
    "list_consents",
    "get_timeline",
    "erase_member",
    "export_member",
    "put_rules",
    "get_rules",
    "list_rules_versions",
    "list_ready_mechanics",
    "define_offer",
    "list_offers",
    "get_offer",
    "archive_offer",
    "make_offer_codes",
    "list_offer_codes",
    "validate_code",
    "redeem_code",
    "undo_redemption",
    "give_offer",
    "list_member_offers",
    "record_purchase",
    "quote_purchase",
    "refund_purchase",
    "find_purchase",
    "get_purchase",
    "list_purchases",
    "list_mechanics",
    "resume_mechanic",
    "start_simulation",
    "get_simulation",
    "report_visit",
    "report_event",
    "buy_membership",
    "get_standing",
    "report_points",
    "report_owed",
    "report_purchases",
}
"""Their ids are names in other people's programs: they never change."""


@pytest.fixture
def document(doors: Doors) -> Any:
    """The document."""
    return build_api(doors).openapi()


def operations(document: Any) -> list[Any]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]


def test_the_document_names_the_interface_and_every_operation(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert (document["info"]["title"], bool(document["info"]["version"])) == ("wallet_service", True)
    assert {operation["operationId"] for operation in operations(document)} == OPERATIONS
    assert len({operation["summary"] for operation in operations(document)}) == len(OPERATIONS)


def test_every_operation_needs_a_key_and_says_so(document: Any) -> None:
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    assert all(operation["security"] == [{"ApiKey": []}] for operation in operations(document))


def test_every_operation_documents_its_refusals_as_problems(document: Any) -> None:
    for operation in operations(document):
        answers = operation["responses"]
        refusals = {status for status in answers if status >= "400"}
        assert {"401", "422", "503"} <= refusals
        assert {"400", "415"} <= refusals or "requestBody" not in operation
        for status in refusals:
            content = answers[status]["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_request_body_has_examples_that_would_be_accepted(document: Any) -> None:
    bodies = [operation["requestBody"] for operation in operations(document) if "requestBody" in operation]
    assert len(bodies) >= 10
    for body in bodies:
        ((_, content),) = body["content"].items()
        name = content["schema"]["$ref"].rpartition("/")[2]
        model: type[BaseModel] = next(getattr(part, name) for part in vars(api).values() if hasattr(part, name))
        examples = document["components"]["schemas"][name]["examples"]
        assert examples
        for example in examples:
            model.model_validate(example)


def test_every_operation_belongs_to_one_tag_that_is_explained(document: Any) -> None:
    explained = {tag["name"] for tag in document["tags"] if tag["description"]}

    assert {tag for operation in operations(document) for tag in operation["tags"]} == explained
    assert all(len(operation["tags"]) == 1 for operation in operations(document))


async def test_an_erased_member_is_refused_with_a_status_that_the_document_has(desk: Desk, document: Any) -> None:
    anna = await desk.enrol(**ANNA)
    sale = {"receipt": "1", "member": anna["id"], "lines": [{"quantity": 1, "price": 100}]}
    purchase = done(await desk.call("POST", "/v1/purchases", sale), 201)
    done(await desk.call("POST", "/v1/offers", BONUS), 201)
    shown = {"code": BONUS["code"], "member": anna["id"]}
    redemption = done(await desk.call("POST", "/v1/offers/redeem", shown), 201)
    merge = done(await desk.call("POST", f"/v1/members/{anna['id']}/merge", {"from": (await desk.enrol())["id"]}), 201)
    done(await desk.call("POST", f"/v1/members/{anna['id']}/erase"), 200)
    calls: dict[str, tuple[str, Any]] = {
        f"/v1/purchases/{purchase['id']}/refunds": ("refund_purchase", {"refund": "1"}),
        f"/v1/redemptions/{redemption['id']}/undo": ("undo_redemption", None),
        f"/v1/merges/{merge['id']}/undo": ("undo_merge", None),
        "/v1/purchases": ("record_purchase", sale | {"receipt": "2"}),
        "/v1/cards": ("issue_card", {"member": anna["id"]}),
    }
    documented = {operation["operationId"]: operation["responses"] for operation in operations(document)}
    for path, (operation, body) in calls.items():
        refused(await desk.call("POST", path, body), 410, "member-erased")
        assert "410" in documented[operation]


def test_lines_of_an_import_are_documented_as_ndjson(document: Any) -> None:
    bulk = document["paths"]["/v1/entries/bulk"]["post"]

    (sent,), (answered,) = bulk["requestBody"]["content"], bulk["responses"]["200"]["content"]

    assert (sent, answered) == ("application/x-ndjson", "application/x-ndjson")


def test_every_reference_in_the_document_leads_somewhere(document: Any) -> None:
    found = [ref.removeprefix("#/components/schemas/") for ref in refs(document)]

    assert found
    assert set(found) <= set(document["components"]["schemas"])


def refs(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [ref for inner in part.values() for ref in refs(inner)]
    return [ref for inner in part for ref in refs(inner)] if isinstance(part, list) else []


async def test_the_document_is_served_without_a_key(desk: Desk, document: Any) -> None:
    assert done(await desk.client.get("/openapi.json"), 200) == document
