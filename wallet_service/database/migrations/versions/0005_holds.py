"""Holds: points that a till has set aside before payment, until they are kept or given back."""

from alembic import op

revision = "0005"
down_revision = "0004"

HOLDS = """
CREATE TABLE hold (
    id text PRIMARY KEY,
    brand_id text NOT NULL,
    member_id text NOT NULL REFERENCES member,
    entry_id bigint NOT NULL UNIQUE REFERENCES ledger_entry,
    amount bigint NOT NULL CHECK (amount > 0),
    state text NOT NULL CHECK (state IN ('open', 'captured', 'released', 'expired')),
    captured bigint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    closed_at timestamptz,
    CHECK (captured BETWEEN 0 AND amount),
    CHECK ((captured > 0) = (state = 'captured')),
    CHECK ((closed_at IS NULL) = (state = 'open'))
) WITH (fillfactor = 80)

COMMENT ON COLUMN hold.entry_id IS 'the entry that took the points; what came back is in the one that undoes it'

COMMENT ON COLUMN hold.captured IS 'how many of them were kept; the others came back when the hold was closed'

CREATE INDEX hold_due ON hold (expires_at) WHERE state = 'open'

CREATE INDEX hold_open ON hold (member_id) WHERE state = 'open'
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in HOLDS.split("\n\n"):
        op.execute(statement)
