"""Bonus lots: each grant is one, each entry says which it touched, and each member's entries are a sealed chain."""

from alembic import op

revision = "0004"
down_revision = "0003"

LOTS = """
CREATE TABLE bonus_lot (
    id bigint PRIMARY KEY,
    brand_id text NOT NULL,
    member_id text NOT NULL,
    amount bigint NOT NULL,
    remaining bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'open', 'closed')),
    activates_at timestamptz,
    expires_at timestamptz,
    origin text NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK (remaining BETWEEN 0 AND amount)
) WITH (fillfactor = 80)

COMMENT ON TABLE bonus_lot IS 'points granted together; the open ones of a member are its balance, or nothing where that is a debt'

COMMENT ON COLUMN bonus_lot.id IS 'the number of the entry that granted it, which also promises that there is such a member'

CREATE INDEX bonus_lot_member ON bonus_lot (member_id, id) WHERE state <> 'closed'

CREATE INDEX bonus_lot_opening ON bonus_lot (member_id) WHERE origin = 'opening'

CREATE INDEX bonus_lot_closed ON bonus_lot (member_id, id) WHERE state = 'closed'

CREATE INDEX bonus_lot_expiring ON bonus_lot (expires_at) WHERE state = 'open' AND expires_at IS NOT NULL

CREATE INDEX bonus_lot_pending ON bonus_lot (activates_at) WHERE state = 'pending'
"""

ENTRIES = """
ALTER TABLE ledger_entry ADD COLUMN kind text NOT NULL DEFAULT 'posted', ADD COLUMN lots jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN undoes bigint, ADD COLUMN digest bytea

COMMENT ON COLUMN ledger_entry.lots IS 'pairs of a lot and by how many points what is left of it changed'

COMMENT ON COLUMN ledger_entry.digest IS 'SHA-256 of the entry after the digest before it; null: from before there were lots'

ALTER TABLE member ADD COLUMN digest bytea

COMMENT ON COLUMN member.digest IS 'of the newest entry'
"""

OPENING = """
INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, origin, created_at)
SELECT nextval('ledger_entry_id'), brand_id, id, balance, balance, 'open', 'opening', now()
FROM member WHERE balance > 0
"""


def upgrade() -> None:
    """Whoever has points is given them as one lot, without an end."""
    for group in (LOTS, ENTRIES, OPENING):
        for statement in group.split("\n\n"):
            op.execute(statement)
