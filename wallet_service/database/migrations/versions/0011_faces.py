"""What a card announces."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = """
ALTER TABLE card ADD COLUMN changes smallint NOT NULL DEFAULT 2

COMMENT ON COLUMN card.changes IS 'what has changed since the newest version that any phone has fetched: 1 tier, 2 balance, 4 when points expire, 8 offers'
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
