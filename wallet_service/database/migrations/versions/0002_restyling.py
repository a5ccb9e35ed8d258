"""Mass refreshes: how far the cards of a template are on their way to its newest version."""

from alembic import op

revision = "0002"
down_revision = "0001"

RESTYLING = """
CREATE TABLE restyling (
    template_version_id text PRIMARY KEY REFERENCES template_version,
    started_at timestamptz NOT NULL,
    cards integer NOT NULL,
    per_s float8,
    moved integer NOT NULL DEFAULT 0,
    moved_at timestamptz,
    passed integer NOT NULL DEFAULT 0,
    passed_to text NOT NULL DEFAULT '',
    pushed integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    ended_at timestamptz
) WITH (fillfactor = 50)

COMMENT ON COLUMN restyling.cards IS 'cards of older versions when this one was published'

COMMENT ON COLUMN restyling.per_s IS 'cards a second whose phones are told; null: as the workers are set'

COMMENT ON COLUMN restyling.passed IS 'cards, in the order of their ids up to passed_to, whose phones need no more telling'

COMMENT ON COLUMN restyling.next_at IS 'when the next phone may be told: the clock of the pace, for all workers'
"""


def upgrade() -> None:
    """Cards left behind by an older program are found by the restyling drain itself."""
    for statement in RESTYLING.split("\n\n"):
        op.execute(statement)
