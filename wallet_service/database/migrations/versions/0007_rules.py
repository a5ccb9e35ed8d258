"""Rulebooks, what their mechanics have given, and how each member stands."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = """
CREATE TABLE rulebook (
    id text PRIMARY KEY,
    brand_id text NOT NULL,
    programme_id text NOT NULL REFERENCES programme,
    number int NOT NULL,
    document json NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (programme_id, number)
)

COMMENT ON TABLE rulebook IS 'one immutable version of a programme''s rules'

COMMENT ON COLUMN rulebook.document IS 'as it was put: the first language of a text stands for all others, so order matters'

ALTER TABLE programme ADD COLUMN rulebook_id text REFERENCES rulebook

COMMENT ON COLUMN programme.rulebook_id IS 'the rules in force; null: points move by hand only'

CREATE TABLE mechanic_state (
    programme_id text NOT NULL REFERENCES programme,
    name text NOT NULL,
    given bigint NOT NULL DEFAULT 0,
    parked_at timestamptz,
    parked_why text,
    PRIMARY KEY (programme_id, name),
    CHECK ((parked_at IS NULL) = (parked_why IS NULL))
) WITH (fillfactor = 80)

COMMENT ON COLUMN mechanic_state.given IS 'points, counted for mechanics that have a budget'

COMMENT ON COLUMN mechanic_state.parked_at IS 'it failed, and gives nothing until somebody has looked'

CREATE TABLE member_standing (
    member_id text PRIMARY KEY,
    brand_id text NOT NULL,
    tier text NOT NULL DEFAULT '',
    tier_since date,
    tier_until date,
    document jsonb NOT NULL,
    shown jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70)

COMMENT ON COLUMN member_standing.document IS 'what mechanics have to know of the past; purchases and entries could tell it again'

COMMENT ON COLUMN member_standing.shown IS 'what a card shows of it: tier, goal, purchase, offers'

CREATE INDEX member_standing_tier ON member_standing (tier_until) WHERE tier_until IS NOT NULL
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
