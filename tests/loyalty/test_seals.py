"""The text that is hashed, as `docs/ledger-proof.md` has it: whoever follows that page finds our digests."""

import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Entry
from wallet_service.loyalty.ledger.seals import as_list

PAGE = Path(__file__).parents[2] / "docs" / "ledger-proof.md"
EXAMPLE = re.compile(r"^    (\d+ mem_anna .*)\n    ([0-9a-f]{64})$", re.MULTILINE)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def entered() -> list[Entry]:
    """What the example is about, done."""
    anna = Account("brand_1", "mem_anna", Points(0), may_go_negative=False, numbers=[1041, 1052, 1077])
    anna.grant(Points(100), NOON, expires_at=NOON + 30 * DAY, reason="Welcome")
    anna.spend(Points(30), NOON + DAY, reference="receipt 4711")
    anna.lapse(NOON + 30 * DAY)
    return anna.entries


def test_the_example_is_what_we_seal():
    example = EXAMPLE.findall(PAGE.read_text())
    assert [digest for _, digest in example] == [entry.digest.hex() for entry in entered()]


def test_the_example_hashes_to_what_it_says():
    before = b""
    for said, digest in EXAMPLE.findall(PAGE.read_text()):
        before = sha256(before + said.encode()).digest()
        assert before.hex() == digest


@given(st.lists(st.none() | st.integers() | st.text()))
def test_a_list_is_written_as_json_is(parts: list[int | str | None]):
    assert as_list(parts) == json.dumps(parts)
