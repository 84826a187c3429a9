"""Questions for a value on a scale: their scales, forecast distributions and outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLE = "ledger_distribution"
_REFUSAL = "the ledger is append-only"


def upgrade() -> None:
    """Add the columns and the table; questions that are there already are answered by yes or no."""
    for column in (
        sa.Column("least", sa.Double),
        sa.Column("most", sa.Double),
        sa.Column("unit", sa.Text),
    ):
        op.add_column("ledger_question", column)
    op.add_column("ledger_resolution", sa.Column("value", sa.Double))
    op.create_table(
        _TABLE,
        sa.Column("record_id", sa.Integer, nullable=False),
        sa.Column("question_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "question_id", "place", name=f"{_TABLE}_pk"),
        sa.ForeignKeyConstraint(["record_id"], ["ledger_record.id"], name=f"{_TABLE}_record_id_fk"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["ledger_question.id"], name=f"{_TABLE}_question_id_fk"
        ),
        sa.CheckConstraint(
            "probability >= 0 AND probability <= 1", name=f"{_TABLE}_probability_ck"
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def downgrade() -> None:
    """Refuse: what is recorded is not removed."""
    raise NotImplementedError("a ledger is never taken back to an older form")


def _guard_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_no_{change.lower()} BEFORE {change} ON {_TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_no_replace BEFORE INSERT ON {_TABLE} "
        f"WHEN EXISTS (SELECT 1 FROM {_TABLE} WHERE record_id = NEW.record_id "
        "AND question_id = NEW.question_id AND place = NEW.place) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _guard_postgres() -> None:
    op.execute(
        f"CREATE TRIGGER {_TABLE}_no_change BEFORE UPDATE OR DELETE ON {_TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_no_truncate BEFORE TRUNCATE ON {_TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
    )
