"""The ledger's database: where it is, how it is opened, and how its tables are kept up to date.

Connections are set up so that what a commit confirms is on the disk. Tables are made and renewed by
Alembic when a ledger is opened, without a configuration file.
"""

import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from platformdirs import user_data_dir
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError

from middlegame.ledger.errors import LedgerError, sentences
from middlegame.ledger.schema import VERSION_TABLE

VARIABLE = "MIDDLEGAME_LEDGER"
WAIT = 15.0
"""Seconds to wait for other programs that are writing."""
_NOT_WRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
"""Primary result codes where SQLite could not make its files beside the ledger."""
WRITING = "middlegame_writing"
"""Execution option of a connection that will write."""
_EXTRA = "PostgreSQL needs psycopg: python -m pip install 'middlegame[postgres]'"


@dataclass(frozen=True)
class LedgerLocation:
    """Where a ledger is.

    Attributes:
        url: the database's URL for SQLAlchemy.
        file: the SQLite file; None on a server.
        is_default: whether the user chose no place, so that its folder may be made.
    """

    url: URL
    file: Path | None = None
    is_default: bool = False

    def __str__(self) -> str:
        """Return the place as it may be shown: without a password."""
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)


def locate(given: str | os.PathLike[str] | None = None) -> LedgerLocation:
    """Find the ledger's place.

    Args:
        given: a path or a URL; otherwise the variable MIDDLEGAME_LEDGER, otherwise a file in the
            user's data folder.

    Raises:
        LedgerError: the place is no path and no URL of SQLite or PostgreSQL.
    """
    chosen = os.fspath(given) if given is not None else os.environ.get(VARIABLE, "")
    if not chosen:
        return _file(Path(user_data_dir("middlegame")) / "ledger.sqlite3", is_default=True)
    if "://" not in chosen:
        return _file(Path(chosen).expanduser())
    try:
        url = make_url(chosen)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        # The message leaves the URL out: it may hold a password.
        raise LedgerError(
            "the ledger's URL cannot be read; expected one such as "
            "postgresql+psycopg://user@host/database, or a path"
        ) from None
    if backend == "sqlite" and url.database:
        return _file(Path(url.database))
    if backend != "postgresql":
        raise LedgerError(
            f"a ledger cannot be kept in {backend}; expected a path, or a URL that begins with "
            "postgresql+psycopg://"
        )
    return LedgerLocation(url.set(drivername="postgresql+psycopg"))


def _file(path: Path, *, is_default: bool = False) -> LedgerLocation:
    return LedgerLocation(URL.create("sqlite+pysqlite", database=str(path)), path, is_default)


def connect(location: LedgerLocation, wait: float = WAIT) -> Engine:
    """Return the engine for a ledger's place, with all tables.

    A ledger in a file is created under another name and published when it is complete, so that a
    full disk leaves no file behind. One that may only be read is opened for reading.

    Args:
        location: where the ledger is.
        wait: seconds to wait for other programs that are writing.

    Raises:
        LedgerError: no ledger can be there, or a library for it is not installed.
    """
    place = str(location)
    if location.file is not None:
        _check_file(location.file, is_default=location.is_default)
        if not location.file.exists():
            _create_file(location.file.resolve(), place, wait)
        with sentences(place):
            engine = _open_file(location.file, wait)
        _upgrade(engine, place)
        return engine
    timeout = {} if "connect_timeout" in location.url.query else {"connect_timeout": 10}
    try:
        engine = create_engine(location.url, poolclass=NullPool, connect_args=timeout)
    except ModuleNotFoundError:
        raise LedgerError(_EXTRA) from None
    _prepare_postgres(engine, wait)
    _upgrade(engine, place)
    return engine


def _create_file(path: Path, place: str, wait: float) -> None:
    """Create a ledger's file, complete or not at all, unless another program is faster."""
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        with sentences(place):
            engine = _open_file(part, wait)
        _upgrade(engine, place)
        _publish(part, path)
    except OSError as error:
        raise LedgerError(f"the ledger {place} cannot be made: {error.strerror}") from None
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _publish(part: Path, path: Path) -> None:
    """Give a complete file its name, unless there is a file of that name already.

    Raises:
        OSError: the file cannot be renamed.
    """
    with suppress(FileExistsError):
        try:
            path.hardlink_to(part)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # a file system without links
            if not path.exists():
                part.rename(path)


def _open_file(path: Path, wait: float) -> Engine:
    """Return the engine for a file, with a write-ahead log where it may be written.

    Raises:
        sqlite3.Error: the file cannot be opened.
        LedgerError: it may only be read, and its last changes are in a log that cannot be merged.
    """
    engine = _sqlite(URL.create("sqlite+pysqlite", database=str(path)), wait)
    try:
        _journal(engine, wait)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NOT_WRITABLE or not path.exists():
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise LedgerError(
                f"the ledger {path} may only be read here, and its last changes are in {log.name}: "
                "copy both files into a folder that you may write in"
            ) from None
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        archived = _sqlite(URL.create("sqlite+pysqlite", database=uri, query={"uri": "true"}), wait)
        archived.raw_connection().close()
        return archived
    return engine


def _sqlite(url: URL, wait: float) -> Engine:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": wait})
    _prepare_sqlite(engine)
    return engine


def _check_file(path: Path, *, is_default: bool) -> None:
    """Refuse a path where no file can be; make the folder of the default place."""
    if is_default:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(
                f"the ledger's folder {path.parent} cannot be made: {error.strerror}; "
                f"name another place for the ledger with {VARIABLE}"
            ) from None
    if path.is_dir():
        raise LedgerError(
            f"the ledger {path} is a folder; expected a file, such as {path / 'ledger.sqlite3'}"
        )
    if not path.parent.is_dir():
        raise LedgerError(f"the ledger {path} cannot be made: there is no folder {path.parent}")


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # Python's sqlite3 would begin transactions by itself, and later than is safe.
        connection.isolation_level = None
        for setting in (
            "foreign_keys = ON",
            "synchronous = FULL",  # with a write-ahead log: a commit is on the disk
            "recursive_triggers = ON",  # so that INSERT OR REPLACE meets the triggers too
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once, so that it never writes what it read before another's
        # commit.
        writing = connection.get_execution_options().get(WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _journal(engine: Engine, wait: float) -> None:
    """Turn the write-ahead log on, which the file remembers; leave a read-only file alone."""
    until = time.monotonic() + wait
    while True:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            code = error.sqlite_errorcode & 0xFF
            if code == sqlite3.SQLITE_READONLY:
                return
            # SQLite does not wait here by itself when two open a new ledger at once.
            if code != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        finally:
            connection.close()
        time.sleep(0.02)


def _prepare_postgres(engine: Engine, wait: float) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{round(wait * 1000)}ms'")
            cursor.execute("SET synchronous_commit = on")
        connection.commit()


_LOCK = 0x6D69_6464_6C65
"""Key of the advisory lock during an upgrade; any number that nothing else locks by."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "middlegame.ledger:migrations")
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _upgrade(engine: Engine, place: str) -> None:
    """Create or upgrade a ledger's tables, in one transaction.

    Args:
        engine: of the ledger's database.
        place: the ledger's place, for messages.

    Raises:
        LedgerError: the ledger was written by a newer middlegame, or is another database.
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
    """Return whether the tables are those of this version."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    revision = context.get_current_revision()
    if revision is None:
        _refuse_other_database(connection, place)
        return False
    scripts = _scripts()
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        raise LedgerError(
            f"the ledger {place} was written by a newer middlegame (revision {revision}); "
            "update middlegame to use it"
        )
    return revision == scripts.get_current_head()


def _refuse_other_database(connection: Connection, place: str) -> None:
    """Refuse a file with another program's tables; on a server, other tables are allowed."""
    if connection.dialect.name == "sqlite" and inspect(connection).get_table_names():
        raise LedgerError(f"{place} is a database, but not a ledger")
