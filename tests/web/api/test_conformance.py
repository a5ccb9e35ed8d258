"""More than a thousand requests made up from the OpenAPI document, alone and in chains: every answer is one it names.

What is checked of each: no 5xx; status, media type, headers and body as documented; a key that is wrong or missing is
refused; methods that are not there are 405; what was deleted stays so; data against the schema is refused.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
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


IN_EARNEST = 0.8
"""The share of operations that have to succeed once at least. All of them do but by luck: a member drawn at random seldom
has a phone, a language and a time zone that exist, and a code is seldom good; those who do are tested elsewhere."""


BY_ID = {
    "undo_merge": ("path.merge",),
    "undo_redemption": ("path.redemption",),
    "get_simulation": ("path.simulation",),
    "start_simulation": ("path.programme",),
    "make_offer_codes": ("path.offer",),
    "capture_hold": ("path.hold",),
    "explain_entry": ("path.member", "path.entry"),
    "validate_code": ("body.code",),
    "redeem_code": ("body.code", "body.member"),
}
"""Operations on things that would be met by chance only, and where they are named."""

RULES: dict[str, Any] = {
    "currency": "EUR",
    "tiers": [{"name": "prime", "title": {"en": "Prime"}, "paid_days": 30}],
}

BOX = {"name": "box", "kind": "unique", "title": {"en": "A box"}, "benefit": {"gift": "box"}}
SUMMER = {"name": "sun", "kind": "shared", "code": "SUN-26", "title": {"en": "Sun"}, "benefit": {"gift": "hat"}}


async def furnish(brand: Brand) -> dict[str, list[Any]]:
    """Anna, somebody who will turn out to be her, rules, and some of each thing of `BY_ID`: what they are named."""
    call = brand.till.call
    anna, double = await brand.till.enrol(**ANNA), await brand.till.enrol()
    await brand.till.enrol(external_id="BH-2")
    await call("PUT", f"/v1/programmes/{brand.programme}/rules", RULES)
    await call("POST", "/v1/offers", SUMMER)
    things = {
        "merge": await call("POST", f"/v1/members/{anna['id']}/merge", {"from": double["id"]}),
        "redemption": await call("POST", "/v1/offers/redeem", {"code": "SUN-26", "member": anna["id"]}),
        "simulation": await call("POST", f"/v1/programmes/{brand.programme}/simulations", {"rules": RULES}),
        "offer": await call("POST", "/v1/offers", BOX),
        "member": anna,
        "entry": await brand.till.post(anna["id"], 100),
    }
    holds = [await call("POST", f"/v1/members/{anna['id']}/holds", {"amount": 5}) for _ in range(20)]
    found = {name: [thing["id"]] for name, thing in things.items()}
    return found | {"programme": [brand.programme], "code": [SUMMER["code"]], "hold": [hold["id"] for hold in holds]}


def explore(base_url: str, key: str, ids: Mapping[str, list[Any]]) -> Tried:
    """Try everything that the document of this site describes; mostly on things that are there."""
    named = [
        {
            "include-operation-id": operation,
            "parameters": {place: {"dictionary": place.split(".")[1], "probability": 0.7} for place in places},
        }
        for operation, places in BY_ID.items()
    ]
    config = SchemathesisConfig.from_dict(
        CONFIG
        | {"headers": {"Authorization": f"Bearer {key}"}}
        | {"dictionaries": {name: {"values": values} for name, values in ids.items()}}
        | {"operations": [*CONFIG["operations"], *named]}
    )
    schema = schemathesis.openapi.from_url(f"{base_url}/openapi.json", config=config)
    tried = Tried()
    for event in from_schema(schema).execute():
        tried.note(event)
    return tried


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")  # schemathesis draws at random
async def test_every_answer_is_one_that_the_document_names(site: Site, burger_heroes: Brand) -> None:
    ids = await furnish(burger_heroes)

    tried = await asyncio.to_thread(explore, site.base_url, burger_heroes.key, ids)

    assert tried.complaints == set()
    assert tried.cases >= LEAST
    called = {operation for operation, _ in tried.statuses}
    succeeded = {operation for operation, status in tried.statuses if status < 300}
    assert len(succeeded) >= IN_EARNEST * len(called), sorted(called - succeeded)
