"""A ledger is brought up to date when it is opened, by Alembic and without a configuration file."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from middlegame.ledger.errors import LedgerError, sentences
from middlegame.ledger.location import WRITING
from middlegame.ledger.schema import VERSION_TABLE

_LOCK = 0x6D69_6464_6C65
"""Any number, so long as nothing else in the database locks by it."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "middlegame.ledger:migrations")
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def upgrade(engine: Engine, place: str) -> None:
    """Make or renew a ledger's tables; all of it happens, or nothing.

    Raises:
        LedgerError: it was written by a newer middlegame, or is no ledger.
    """
    with sentences(place):
        with engine.connect() as connection:
            if _is_current(connection, place):
                return
        with (
            engine.connect().execution_options(**{WRITING: True}) as connection,
            connection.begin(),
        ):
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if not _is_current(connection, place):
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def _is_current(connection: Connection, place: str) -> bool:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    revision = context.get_current_revision()
    if revision is None:
        _refuse_strangers(connection, place)
        return False
    scripts = _scripts()
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        raise LedgerError(
            f"the ledger {place} was written by a newer middlegame (its form is {revision}); "
            "update middlegame to use it"
        )
    return revision == scripts.get_current_head()


def _refuse_strangers(connection: Connection, place: str) -> None:
    """A file full of something else is left alone; on a server, others may live beside us."""
    if connection.dialect.name == "sqlite" and inspect(connection).get_table_names():
        raise LedgerError(f"{place} is a database, but no ledger")
