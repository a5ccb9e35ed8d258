"""Members that turned out to be one person, and the holds of a member."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = """
ALTER TABLE member ADD COLUMN merged_into text REFERENCES member

COMMENT ON COLUMN member.merged_into IS 'whoever this member is by now: never somebody who was merged too'

CREATE INDEX member_merged ON member (id) INCLUDE (merged_into) WHERE merged_into IS NOT NULL

CREATE INDEX member_merged_into ON member (merged_into) WHERE merged_into IS NOT NULL

CREATE TABLE merge (
    id text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    survivor_id text NOT NULL REFERENCES member,
    absorbed_id text NOT NULL REFERENCES member,
    points bigint NOT NULL,
    promised bigint NOT NULL,
    debt_entry bigint REFERENCES ledger_entry,
    merged_at timestamptz NOT NULL,
    returned bigint,
    undone_at timestamptz,
    CHECK (survivor_id <> absorbed_id),
    CHECK ((undone_at IS NULL) = (returned IS NULL)),
    CHECK ((points < 0) = (debt_entry IS NOT NULL))
)

COMMENT ON COLUMN merge.points IS 'the balance of the absorbed one, which went to the survivor; negative: a debt'

COMMENT ON COLUMN merge.debt_entry IS 'by which the survivor took over that debt'

COMMENT ON COLUMN merge.returned IS 'how much of the points came back when it was undone'

CREATE UNIQUE INDEX merge_standing ON merge (absorbed_id) WHERE undone_at IS NULL

CREATE INDEX merge_survivor ON merge (survivor_id, id)

CREATE TABLE merged_lot (
    lot bigint PRIMARY KEY REFERENCES ledger_entry,
    was bigint NOT NULL,
    merge_id text NOT NULL REFERENCES merge
)

COMMENT ON TABLE merged_lot IS 'a lot that is what was left of another member''s, since a merge or since it was undone'

CREATE INDEX merged_lot_was ON merged_lot (was)

CREATE INDEX merged_lot_merge ON merged_lot (merge_id)

CREATE INDEX hold_member ON hold (member_id, entry_id)
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
