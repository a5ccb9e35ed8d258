"""Purchases know which codes were redeemed with them, and what those brought."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = """
ALTER TABLE purchase ADD COLUMN redeemed jsonb NOT NULL DEFAULT '[]'

COMMENT ON COLUMN purchase.redeemed IS 'lists of redemption, offer, code, discount, its shares by line, points, gift, entitlement'
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
