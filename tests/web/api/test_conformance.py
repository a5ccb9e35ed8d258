"""More than a thousand requests made up from the OpenAPI document, alone and in chains: every answer is one it names.

What is checked of each: no 5xx; status, media type, headers and body as documented; a key that is wrong or missing is
refused; methods that are not there are 405; what was deleted stays so; data against the schema is refused.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.conftest import Site
from tests.people import ANNA, Brand

LEAST = 1_000
"""Requests of one run."""

CONFIG: dict[str, Any] = {
    "seed": 20261122,
    "continue-on-failure": True,
    # NUL is in no text of ours, which a schema has no word for: test_strict_json has it
    "generation": {"max-examples": 35, "database": "none", "allow-x00": False},
    "checks": {
        # 422 is also what rules say that no schema can: a key that was used before, a cursor of another list;
        # and 429 what is said to those who try codes, or wish for simulations, as this test does
        "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422", "429"]},
    },
    "operations": [
        {
            "include-operation-id": "post_entries_in_bulk",
            "checks": {"negative_data_rejection": {"enabled": False}},  # each line has a status of its own
        },
        {"include-operation-id": "erase_member", "enabled": False},  # nothing else would find the member any more
    ],
}


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context: Any, value: Any) -> bytes:
    """One line."""
    return json.dumps(value).encode()


@dataclass(slots=True)
class Tried:
    """What came of the requests."""

    cases: int = 0
    complaints: set[str] = field(default_factory=set)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often each operation answered with each status."""

    def note(self, event: events.EngineEvent) -> None:
        """Count a finished scenario, and what it complains of."""
        match event:
            case events.ScenarioFinished():
                self.cases += len(event.recorder.cases)
                for id_, node in event.recorder.cases.items():
                    self._answered(node.value.operation.label, event.recorder.interactions.get(id_))
                for id_, checks in event.recorder.checks.items():
                    answer = event.recorder.interactions.get(id_)
                    self.complaints |= {_words(check, answer) for check in checks if check.failure_info}
            case events.NonFatalError() | events.FatalError():
                self.complaints.add(repr(event))

    def _answered(self, operation: str, answer: Any) -> None:
        if answer and answer.response:
            self.statuses[operation, answer.response.status_code] += 1


def _words(check: Any, answer: Any) -> str:
    """What is wrong, and with which answer to which request."""
    sent, came = (answer.request, answer.response) if answer else (None, None)
    asked = f"{sent.method} {sent.uri} {sent.encoded_body}" if sent else "?"
    heard = f"{came.status_code} {came.text}" if came else "nothing"
    return f"{check.failure_info.failure}\n{asked}\n{heard}"


BY_LUCK = {"POST /v1/members"}
"""A member drawn at random seldom has a phone, a language and a time zone that exist; those who do are tested elsewhere."""


def explore(base_url: str, key: str) -> Tried:
    """Try everything that the document of this site describes."""
    config = SchemathesisConfig.from_dict(CONFIG | {"headers": {"Authorization": f"Bearer {key}"}})
    schema = schemathesis.openapi.from_url(f"{base_url}/openapi.json", config=config)
    tried = Tried()
    for event in from_schema(schema).execute():
        tried.note(event)
    return tried


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")  # schemathesis draws at random
async def test_every_answer_is_one_that_the_document_names(site: Site, burger_heroes: Brand) -> None:
    await burger_heroes.till.enrol(**ANNA)

    tried = await asyncio.to_thread(explore, site.base_url, burger_heroes.key)

    assert tried.complaints == set()
    assert tried.cases >= LEAST
    assert operations(tried) - {operation for operation, status in tried.statuses if status < 300} <= BY_LUCK


def operations(tried: Tried) -> set[str]:
    """All that was called: each of them should have succeeded once at least, or nothing was tried in earnest."""
    return {operation for operation, _ in tried.statuses}
