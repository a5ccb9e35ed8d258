"""Personal offers that go over with a merge, and back."""

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = """
ALTER TABLE offer_code ADD COLUMN given_to text REFERENCES member

COMMENT ON COLUMN offer_code.given_to IS 'to whom it was given, where that is another one than member_id: a merge'
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.strip().split("\n\n"):
        op.execute(statement)
