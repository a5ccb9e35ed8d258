"""Reversals: what undoes an entry is found by it."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """An index of the few entries that undo another one."""
    op.execute("CREATE INDEX ledger_entry_undoes ON ledger_entry (undoes) WHERE undoes IS NOT NULL")
