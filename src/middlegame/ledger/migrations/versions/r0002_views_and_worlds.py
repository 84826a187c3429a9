"""Which view of a text was solved, and which worlds a forecast is the mean of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of records that are there already it is not known."""
    for column in (
        sa.Column("view", sa.Text),
        sa.Column("worlds", sa.BigInteger),
        sa.Column("method", sa.Text),
        sa.Column("seed", sa.Text),
    ):
        op.add_column("ledger_record", column)


def downgrade() -> None:
    """Refuse: what is recorded is not removed."""
    raise NotImplementedError("a ledger is never taken back to an older form")
