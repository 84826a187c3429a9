"""The ledger as it began: texts, questions, records, forecasts, numbers, resolutions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "ledger_text",
    "ledger_question",
    "ledger_record",
    "ledger_forecast",
    "ledger_number",
    "ledger_resolution",
)
_KEYS = {
    "ledger_text": ("sha256",),
    "ledger_question": ("id",),
    "ledger_record": ("id", "uid"),
    "ledger_resolution": ("id", "uid"),
}
_REFUSAL = "the ledger is append-only"


def upgrade() -> None:
    """Make the tables, and the triggers that let rows only be added."""
    _make_texts()
    _make_records()
    _make_resolutions()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def downgrade() -> None:
    """Refuse: what is recorded is not removed."""
    raise NotImplementedError("a ledger is never taken back to an older form")


def _make_texts() -> None:
    op.create_table(
        "ledger_text",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="ledger_text_pk"),
    )
    op.create_table(
        "ledger_question",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("scenario", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("by_date", sa.Date),
        sa.Column("on_date", sa.Date),
        sa.PrimaryKeyConstraint("id", name="ledger_question_pk"),
        sa.UniqueConstraint("scenario", "name", name="ledger_question_scenario_name_uq"),
    )


def _make_records() -> None:
    op.create_table(
        "ledger_record",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("forecaster", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("scenario", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("as_of", sa.Date),
        sa.Column("sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="ledger_record_pk"),
        sa.UniqueConstraint("uid", name="ledger_record_uid_uq"),
        sa.ForeignKeyConstraint(["sha256"], ["ledger_text.sha256"], name="ledger_record_sha256_fk"),
    )
    op.create_table(
        "ledger_forecast",
        sa.Column("record_id", sa.Integer, nullable=False),
        sa.Column("question_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        sa.Column("label", sa.Text),
        sa.Column("will", sa.Text),
        sa.Column("resolves", sa.Text),
        sa.PrimaryKeyConstraint("record_id", "question_id", name="ledger_forecast_pk"),
        sa.ForeignKeyConstraint(
            ["record_id"], ["ledger_record.id"], name="ledger_forecast_record_id_fk"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["ledger_question.id"], name="ledger_forecast_question_id_fk"
        ),
        sa.CheckConstraint(
            "probability >= 0 AND probability <= 1", name="ledger_forecast_probability_ck"
        ),
        sa.CheckConstraint(
            "low >= 0 AND low <= high AND high <= 1", name="ledger_forecast_interval_ck"
        ),
    )
    op.create_table(
        "ledger_number",
        sa.Column("record_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "place", name="ledger_number_pk"),
        sa.ForeignKeyConstraint(
            ["record_id"], ["ledger_record.id"], name="ledger_number_record_id_fk"
        ),
    )


def _make_resolutions() -> None:
    op.create_table(
        "ledger_resolution",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("question_id", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(4), nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supersedes", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="ledger_resolution_pk"),
        sa.UniqueConstraint("uid", name="ledger_resolution_uid_uq"),
        sa.UniqueConstraint("supersedes", name="ledger_resolution_supersedes_uq"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["ledger_question.id"], name="ledger_resolution_question_id_fk"
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["ledger_resolution.id"], name="ledger_resolution_supersedes_fk"
        ),
        sa.CheckConstraint("outcome IN ('yes', 'no', 'void')", name="ledger_resolution_outcome_ck"),
        sa.CheckConstraint(
            "(supersedes IS NULL) = (reason IS NULL)", name="ledger_resolution_reason_ck"
        ),
    )
    first = sa.text("supersedes IS NULL")
    op.create_index(
        "ledger_resolution_first",
        "ledger_resolution",
        ["question_id"],
        unique=True,
        sqlite_where=first,
        postgresql_where=first,
    )


def _guard_sqlite() -> None:
    for table in _TABLES:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        # INSERT OR REPLACE removes the row that stands in its way, and where the setting
        # recursive_triggers is off it does so without the trigger above.
        for key in _KEYS.get(table, ()):
            op.execute(
                f"CREATE TRIGGER {table}_no_replace_{key} BEFORE INSERT ON {table} "
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
    for table, key in (
        ("ledger_question", "scenario = NEW.scenario AND name = NEW.name"),
        ("ledger_forecast", "record_id = NEW.record_id AND question_id = NEW.question_id"),
        ("ledger_number", "record_id = NEW.record_id AND place = NEW.place"),
        (
            "ledger_resolution",
            "supersedes = NEW.supersedes OR "
            "(question_id = NEW.question_id AND supersedes IS NULL AND NEW.supersedes IS NULL)",
        ),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key}) "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        )
