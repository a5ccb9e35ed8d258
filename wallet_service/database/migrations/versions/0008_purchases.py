"""Purchases, as tills report them, and what came back of them."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = """
CREATE TABLE purchase (
    id text PRIMARY KEY,
    brand_id text NOT NULL,
    programme_id text,
    member_id text,
    receipt text NOT NULL,
    fingerprint bytea NOT NULL,
    place text,
    at timestamptz NOT NULL,
    currency text,
    lines jsonb NOT NULL,
    total bigint NOT NULL,
    paid bigint NOT NULL,
    points_spent bigint NOT NULL,
    spent_entry bigint,
    gave jsonb NOT NULL,
    balance bigint,
    rulebook_id text,
    returned jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    UNIQUE (brand_id, receipt),
    CHECK (paid BETWEEN 0 AND total),
    CHECK ((points_spent > 0) = (spent_entry IS NOT NULL))
) WITH (fillfactor = 95)

COMMENT ON TABLE purchase IS 'a receipt, once for each number; whom it names was locked or looked up when it was written'

COMMENT ON COLUMN purchase.programme_id IS 'null: nobody''s purchase, of a brand with several programmes'

COMMENT ON COLUMN purchase.fingerprint IS 'digest of what the till said: the same receipt with other content is refused'

COMMENT ON COLUMN purchase.lines IS 'lists of sku, category, quantity, price, discount, name'

COMMENT ON COLUMN purchase.paid IS 'minor units that were left to be paid in money'

COMMENT ON COLUMN purchase.spent_entry IS 'the entry that took the points that paid, at once or by a hold'

COMMENT ON COLUMN purchase.gave IS 'lists of a mechanic, the entry by which it gave, and how many points'

COMMENT ON COLUMN purchase.balance IS 'the member''s, after it'

COMMENT ON COLUMN purchase.returned IS 'how many pieces of each line came back; empty: none'

CREATE INDEX purchase_member ON purchase (member_id, at, id) WHERE member_id IS NOT NULL

CREATE INDEX purchase_programme ON purchase (programme_id, at)

CREATE TABLE refund (
    id text PRIMARY KEY,
    brand_id text NOT NULL,
    purchase_id text NOT NULL REFERENCES purchase,
    number text NOT NULL,
    fingerprint bytea NOT NULL,
    lines jsonb NOT NULL,
    total bigint NOT NULL,
    paid bigint NOT NULL,
    points_back bigint NOT NULL,
    took jsonb NOT NULL,
    entries jsonb NOT NULL,
    balance bigint,
    created_at timestamptz NOT NULL,
    UNIQUE (brand_id, number)
)

COMMENT ON COLUMN refund.lines IS 'pairs of a line, the first being 1, and how many of its pieces came back'

COMMENT ON COLUMN refund.took IS 'lists of a mechanic, the entry by which its points were taken back, and how many'

COMMENT ON COLUMN refund.entries IS 'numbers of all entries that it made'

CREATE INDEX refund_purchase ON refund (purchase_id)
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
