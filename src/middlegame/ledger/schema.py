"""The tables as SQLAlchemy describes them; `migrations/` makes them, a test compares the two.

Rows are only ever added: triggers in the database refuse every change and removal.
"""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

VERSION_TABLE = "ledger_version"


class Utc(TypeDecorator[dt.datetime]):
    """A time in UTC; SQLite, which has no time zones, stores it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Convert a time to the form that the database stores."""
        if value is None:
            return None
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Convert a stored time to a time in UTC."""
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
    }
)

texts = Table(
    "ledger_text",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)
questions = Table(
    "ledger_question",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scenario", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("by_date", Date),
    Column("on_date", Date),
    # The scale of a question for a value; NULL where the answer is yes or no.
    Column("least", Double),
    Column("most", Double),
    Column("unit", Text),
    UniqueConstraint("scenario", "name"),
)
records = Table(
    "ledger_record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(64), nullable=False, unique=True),
    Column("forecaster", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Text),
    Column("scenario", Text),
    Column("title", Text),
    Column("as_of", Date),
    Column("sha256", ForeignKey(texts.c.sha256)),
    Column("view", Text),
    Column("worlds", BigInteger),
    Column("method", Text),
    Column("seed", Text),  # of any size
)
forecasts = Table(
    "ledger_forecast",
    metadata,
    Column("record_id", ForeignKey(records.c.id), primary_key=True),
    Column("question_id", ForeignKey(questions.c.id), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("probability", Double, nullable=False),
    Column("low", Double),
    Column("high", Double),
    Column("label", Text),
    Column("will", Text),
    Column("resolves", Text),
    CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
    CheckConstraint("low >= 0 AND low <= high AND high <= 1", name="interval"),
)
distributions = Table(
    "ledger_distribution",
    metadata,
    Column("record_id", ForeignKey(records.c.id), primary_key=True),
    Column("question_id", ForeignKey(questions.c.id), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("probability", Double, nullable=False),
    CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
)
numbers = Table(
    "ledger_number",
    metadata,
    Column("record_id", ForeignKey(records.c.id), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("value", Double, nullable=False),
)
resolutions = Table(
    "ledger_resolution",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(64), nullable=False, unique=True),
    Column("question_id", ForeignKey(questions.c.id), nullable=False),
    Column("outcome", String(4), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Utc, nullable=False),
    # Each resolution is superseded at most once, and only one stands at the beginning: so
    # two people who resolve the same question at the same time cannot both succeed.
    Column("supersedes", ForeignKey("ledger_resolution.id"), unique=True),
    Column("reason", Text),
    Column("value", Double),  # of a question for a value, whose outcome is then 'yes'
    CheckConstraint("outcome IN ('yes', 'no', 'void')", name="outcome"),
    CheckConstraint("(supersedes IS NULL) = (reason IS NULL)", name="reason"),
)
Index(
    "ledger_resolution_first",
    resolutions.c.question_id,
    unique=True,
    sqlite_where=text("supersedes IS NULL"),
    postgresql_where=text("supersedes IS NULL"),
)
