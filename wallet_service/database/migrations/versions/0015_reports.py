"""Reports look at a time: entries and purchases lie in its order, so that a small index finds it."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = """
CREATE INDEX ledger_entry_time ON ledger_entry USING brin (created_at)
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
