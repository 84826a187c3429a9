"""Where the ledger is, and how a database is opened so that what it confirms is kept."""

import os
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from middlegame.ledger.errors import LedgerError, sentences

VARIABLE = "MIDDLEGAME_LEDGER"
WAIT = 15.0
"""Seconds to wait for others who are writing."""
WRITING = "middlegame_writing"
"""The execution option of a connection that will write."""
_EXTRA = "PostgreSQL needs psycopg: python -m pip install 'middlegame[postgres]'"


@dataclass(frozen=True)
class Location:
    """A ledger's place.

    Attributes:
        url: for SQLAlchemy.
        file: the SQLite file; None on a server.
        ours: whether nobody chose the place, so that its folder may be made.
    """

    url: URL
    file: Path | None = None
    ours: bool = False

    def __str__(self) -> str:
        """Give the place as it may be shown: without a password."""
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)


def locate(given: str | os.PathLike[str] | None = None) -> Location:
    """Find the ledger: what is given, else what MIDDLEGAME_LEDGER says, else the user's own.

    Raises:
        LedgerError: it is no path and no URL of SQLite or PostgreSQL.
    """
    chosen = os.fspath(given) if given is not None else os.environ.get(VARIABLE, "")
    if not chosen:
        return _file(Path(user_data_dir("middlegame")) / "ledger.sqlite3", ours=True)
    if "://" not in chosen:
        return _file(Path(chosen).expanduser())
    try:
        url = make_url(chosen)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        # The text itself is not told: it may hold a password.
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
    return Location(url.set(drivername="postgresql+psycopg"))


def _file(path: Path, *, ours: bool = False) -> Location:
    return Location(URL.create("sqlite+pysqlite", database=str(path)), path, ours)


def connect(location: Location, wait: float = WAIT) -> Engine:
    """Give the engine for a ledger's place; the file or server is checked, not yet its tables.

    Raises:
        LedgerError: there can be no ledger there.
    """
    if location.file is not None:
        _check_file(location.file, ours=location.ours)
        engine = create_engine(
            location.url,
            poolclass=NullPool,
            connect_args={"timeout": wait, "autocommit": True} if False else {"timeout": wait},
        )
        _prepare_sqlite(engine)
        with sentences(str(location)):
            _journal(engine, wait)
        return engine
    timeout = {} if "connect_timeout" in location.url.query else {"connect_timeout": 10}
    try:
        engine = create_engine(location.url, poolclass=NullPool, connect_args=timeout)
    except ModuleNotFoundError:
        raise LedgerError(_EXTRA) from None
    _prepare_postgres(engine, wait)
    return engine


def _check_file(path: Path, *, ours: bool) -> None:
    if ours:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(
                f"the ledger's folder {path.parent} cannot be made: {error.strerror}; "
                f"say with {VARIABLE} where the ledger is to be"
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
        # Who will write takes the lock at once: nobody then reads what another is changing.
        writing = connection.get_execution_options().get(WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _journal(engine: Engine, wait: float) -> None:
    """Turn the write-ahead log on, which stays on; a file that may only be read is left alone."""
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
