"""Golden payloads: Google's class and objects of every template as last read by a person, and nothing wrong in them."""

import pytest

from tests.golden.google import GOLDEN, Payload, payloads
from wallet_service.wallets.google.rules import check

PAYLOADS = {payload.name: payload for payload in payloads()}


@pytest.fixture
def payload(request: pytest.FixtureRequest) -> Payload:
    return PAYLOADS[request.param]


every_payload = pytest.mark.parametrize("payload", PAYLOADS, indirect=True)


@every_payload
def test_the_payload_is_as_it_was_last_read(payload: Payload):
    assert payload.readable == payload.file.read_text(), "if this is meant: python -m tests.golden"


@every_payload
def test_google_has_nothing_against_it(payload: Payload):
    assert check(payload.kind, payload.content) == []


def test_every_golden_payload_has_its_template():
    assert {file.name for file in GOLDEN.glob("google_*.json")} == {each.file.name for each in PAYLOADS.values()}
