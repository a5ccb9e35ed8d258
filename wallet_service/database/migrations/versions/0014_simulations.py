"""Journeys of the time machine that somebody asked for over REST."""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = """
CREATE TABLE simulation (
    id text PRIMARY KEY,
    brand_id text NOT NULL,
    programme_id text NOT NULL REFERENCES programme,
    document jsonb NOT NULL,
    since timestamptz,
    until timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    result jsonb,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((finished_at IS NULL) = (state = 'waiting'))
)

COMMENT ON COLUMN simulation.due_at IS 'when a worker may take it: whoever has it in hand moves it on'

CREATE INDEX simulation_due ON simulation (due_at) WHERE state = 'waiting'
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
