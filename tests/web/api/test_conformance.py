"""Hundreds of requests made up from the OpenAPI document: every answer is one that the document names."""

import asyncio
import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import Site
from tests.people import ANNA, Brand

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CASES = 30
"""For each operation."""


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context: Any, value: Any) -> bytes:
    """One line."""
    return json.dumps(value).encode()


def cases(operation: Any, known: dict[str, str]) -> st.SearchStrategy[Case[Any]]:
    """Right and wrong requests, with names that lead somewhere and with names made up."""
    return st.one_of(
        [operation.as_strategy(mode, path_parameters=names) for mode in GenerationMode for names in (known, None)]
    )


def explore(base_url: str, key: str, known: dict[str, str]) -> int:
    """Try every operation; how many requests that were."""
    schema = schemathesis.openapi.from_url(f"{base_url}/openapi.json")
    tried = 0

    for operation in (result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)):

        @settings(
            max_examples=CASES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(cases(operation, known))
        def answer_is_documented(case: Case[Any]) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(base_url, headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

        answer_is_documented()
    return tried


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")  # schemathesis draws at random
async def test_every_answer_is_one_that_the_document_names(site: Site, burger_heroes: Brand) -> None:
    await burger_heroes.till.enrol(**ANNA)
    card = await burger_heroes.till.issue("external:BH-1")
    known = {"member": "external:BH-1", "card": card["id"]}

    tried = await asyncio.to_thread(explore, site.base_url, burger_heroes.key, known)

    assert tried >= 300
