"""What happened to members beside purchases, and which days have been gone through."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = """
CREATE TABLE happening (
    member_id text NOT NULL,
    trigger text NOT NULL,
    occasion text NOT NULL,
    brand_id text NOT NULL,
    name text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    place text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, trigger, occasion)
)

COMMENT ON TABLE happening IS 'what happened to members beside purchases: visits, events, memberships, messages that mechanics asked for'

COMMENT ON COLUMN happening.occasion IS 'what makes it happen once only: the number another system gave it'

CREATE INDEX happening_member ON happening (member_id, at)

CREATE INDEX happening_recorded ON happening (created_at, member_id, trigger, occasion)

CREATE TABLE daily_run (
    programme_id text NOT NULL REFERENCES programme,
    job text NOT NULL,
    day date NOT NULL,
    after text NOT NULL DEFAULT '',
    members bigint NOT NULL DEFAULT 0,
    done_at timestamptz,
    PRIMARY KEY (programme_id, job, day)
) WITH (fillfactor = 80)

COMMENT ON TABLE daily_run IS 'days of a programme''s calendar that are being gone through, or have been'

COMMENT ON COLUMN daily_run.after IS 'the last member who has been gone through'

CREATE TABLE award_due (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    brand_id text NOT NULL,
    member_id text NOT NULL,
    mechanic text NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    live_days int,
    delay_days int NOT NULL,
    occasion text NOT NULL,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
)

COMMENT ON TABLE award_due IS 'points that one member''s happening gives to another, who is not locked with them'

CREATE INDEX award_due_when ON award_due (due_at)
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
