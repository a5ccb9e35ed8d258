"""What the reference says of the OpenAPI document: all of it, in words, with samples that are true to its schemas."""

import shlex
from typing import Any

import jsonschema
import pytest

from tests.web.reference_desk import openapi, operations, reference_of
from wallet_service.web.api.document import TAGS
from wallet_service.web.problem_pages import pages
from wallet_service.web.reference import terms
from wallet_service.web.reference.curl import command, fill
from wallet_service.web.reference.page import write
from wallet_service.web.reference.prose import inline, pretty_json
from wallet_service.web.reference.quick_start import STEPS
from wallet_service.web.reference.schemas import Models, field
from wallet_service.web.reference.view import Reference

OF_NOBODY = {
    *("find_purchase", "get_card", "get_hold", "get_offer", "get_purchase", "get_rules", "get_simulation"),
    *("list_mechanics", "list_offer_codes", "list_rules_versions"),
    *("report_owed", "report_points", "report_purchases"),
}
"""Reads that name no member: none can be ambiguous."""

OF_ALL = {"get_wallets", "list_members", "list_offers", "list_ready_mechanics"}
"""Reads that name nothing at all: nothing can be missing either."""

WITHOUT_A_BODY = {
    *("archive_offer", "erase_member", "release_hold", "resume_mechanic"),
    *("undo_merge", "undo_redemption", "void_card"),
}
"""Writes that say everything in their path: no body of theirs can be wrong."""

UNKNOWN: dict[str, frozenset[int]] = {
    "post_entries_in_bulk": frozenset({400}),
    **dict.fromkeys(OF_NOBODY, frozenset({409})),
    **dict.fromkeys(OF_ALL, frozenset({404, 409})),
    **dict.fromkeys(WITHOUT_A_BODY, frozenset({400, 408, 413, 415})),
}
"""Statuses that the document has for an operation, but no refusal is known to give."""


@pytest.fixture(scope="module")
def document() -> Any:
    """The OpenAPI document."""
    return openapi()


@pytest.fixture(scope="module")
def reference(document: Any) -> Reference:
    """What the pages say."""
    return reference_of(document)


def test_every_operation_of_the_document_is_on_a_page(document: Any, reference: Reference) -> None:
    told = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]

    assert sorted((each.method, each.path) for each in operations(reference)) == sorted(told)
    assert [each.name for each in reference.chapters] == list(TAGS)
    assert all(each.operations for each in reference.chapters)


def test_every_object_that_a_page_speaks_of_is_on_that_page(reference: Reference) -> None:
    for chapter in reference.chapters:
        fields = [one for each in chapter.operations for one in (*each.parameters, *each.body)]
        fields += [one for each in chapter.models for one in each.fields]
        answered = {answer.model for each in chapter.operations for answer in each.answers}
        spoken_of = (answered | {one.model for one in fields}) - {None}
        assert spoken_of == {each.name for each in chapter.models}


def test_objects_have_names_for_people(reference: Reference) -> None:
    assert {each.name for chapter in reference.chapters for each in chapter.models if "__" in each.name} == set()


def test_every_sample_fits_its_schema(document: Any) -> None:
    schemas = document["components"]["schemas"]
    models = Models(schemas)
    for name in schemas:
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(models.sample(schemas[name]), whole, jsonschema.Draft202012Validator)


def test_every_status_that_an_operation_may_refuse_with_is_explained(document: Any, reference: Reference) -> None:
    responses = {
        each["operationId"]: each["responses"] for path in document["paths"].values() for each in path.values()
    }
    unexplained = {}
    for operation in operations(reference):
        refusing = {int(status) for status in responses[operation.id] if status >= "400"}
        unexplained[operation.id] = refusing - set(operation.problems)
    assert {name: statuses for name, statuses in unexplained.items() if statuses} == UNKNOWN


def test_terms_speak_of_operations_and_refusals_that_exist(reference: Reference) -> None:
    existing = {each.id for each in operations(reference)}
    slugs = [
        *terms.ALWAYS,
        *(slug for table in (terms.BY_FORMAT, terms.BY_NAME) for some in table.values() for slug in some),
    ]

    assert set(terms.SCOPES) == existing
    assert set(terms.BY_OPERATION) <= existing
    assert [step.operation.id for step in reference.steps] == list(STEPS)
    assert {*slugs, *(slug for some in terms.BY_OPERATION.values() for slug in some)} <= set(pages())


def test_what_terms_say_of_an_operation_can_be_seen_on_its_page(reference: Reference) -> None:
    for operation in operations(reference):
        shown = {problem.slug for problems in operation.problems.values() for problem in problems}
        assert set(terms.BY_OPERATION.get(operation.id, ())) <= shown, operation.id


def test_markup_in_a_description_is_shown_and_not_obeyed(document: Any) -> None:
    nasty = document | {"info": document["info"] | {"description": "<script>alert('`<b>`')</script>"}}
    page = write(reference_of(nasty))[""].content.decode()

    assert "<script>" not in page
    assert "&lt;script&gt;alert('<code>&lt;b&gt;</code>')&lt;/script&gt;" in page


def test_a_command_survives_whatever_a_shell_makes_of_its_texts() -> None:
    body = {"name": "O'Brien $HOME `id`"}
    line = command("PATCH", "http://rest" + fill("/m/{who}/{what}", {"who": "a b'/ü"}), {"X": "it's"}, "a/json", body)

    assert shlex.split(line.replace("\\\n", " ")) == [
        *("curl", "-X", "PATCH", "http://rest/m/a%20b%27%2F%C3%BC/WHAT", "-H", "Authorization: Bearer $WALLET_KEY"),
        *("-H", "X: it's", "-H", "Content-Type: a/json", "-d", '{"name": "O\'Brien $HOME `id`"}'),
    ]


def test_commands_have_keys_of_their_own(reference: Reference) -> None:
    commands = [line for each in operations(reference) for line in each.commands]
    keys = [word for line in commands for word in shlex.split(line) if word.startswith("Idempotency-Key: ")]

    assert len(keys) == len(set(keys)) > 30


@pytest.mark.parametrize(
    ("schema", "kind", "limits", "choices"),
    [
        (
            {"type": "integer", "minimum": -1000, "maximum": 5, "default": 3},
            *("integer", "−1\u202f000 to 5, else 3", ()),
        ),
        (
            {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]},
            *("string or null", "up to 9 characters", ()),
        ),
        ({"type": "string", "format": "date-time"}, "date-time", "", ()),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Card"}}, "list of Card", "", ()),
        ({"anyOf": [{"$ref": "#/components/schemas/State"}, {"type": "null"}]}, "string or null", "", ("on", "off")),
        ({"type": "array", "items": {"$ref": "#/components/schemas/State"}}, "list of string", "", ("on", "off")),
    ],
)
def test_a_value_is_described_in_words(schema: dict[str, Any], kind: str, limits: str, choices: tuple[str]) -> None:
    models = Models({"State": {"type": "string", "enum": ["on", "off"]}, "Card": {"properties": {}}})
    told = field("it", models.plain(schema), required=False)
    assert (told.kind, told.limits, told.choices) == (kind, limits, choices)


def test_json_is_shown_with_names_and_texts_set_apart() -> None:
    assert pretty_json({"a": 'say "b": <c>', "n": 1}) == (
        '{\n  <b>"a"</b>: <i>"say \\"b\\": &lt;c&gt;"</i>,\n  <b>"n"</b>: 1\n}'
    )
    assert inline("a `b` & `c`") == "a <code>b</code> &amp; <code>c</code>"
