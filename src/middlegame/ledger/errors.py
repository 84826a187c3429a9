"""The ledger's error, and the database's errors as sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from middlegame.base.errors import MiddlegameError


class LedgerError(MiddlegameError):
    """Something that cannot be put into a ledger, or a ledger that cannot be used."""


_SQLITE = {
    3: "may not be opened by you",
    5: "is busy: another program is writing to it. Try again",
    6: "is busy: another program is writing to it. Try again",
    8: "is read-only: nothing can be recorded in it",
    10: "cannot be read or written: the disk reports an error",
    11: "is damaged: restore it from a backup",
    13: "cannot be written: the disk is full",
    14: "cannot be opened: check that its folder exists and that you may write in it",
    26: "is not a ledger, or it is damaged",
}
"""By SQLite's primary result codes, https://sqlite.org/rescode.html."""

_POSTGRES = {
    "08": "cannot be reached",
    "28": "refuses your name or password",
    "3D": "does not exist: the server has no database of that name",
    "42501": "does not permit this to you",
    "53": "has no room left",
    "55P03": "is busy: another program is writing to it. Try again",
    "57P03": "is not ready yet. Try again",
    "25006": "is read-only: nothing can be recorded in it",
}
"""By the beginning of PostgreSQL's SQLSTATE, its documentation's appendix A."""

_REFUSAL = "append-only"
"""Part of the message that the ledger's triggers raise (migrations, r0001)."""


@contextmanager
def sentences(place: str) -> Iterator[None]:
    """Turn the database's errors into sentences that begin with the ledger's place.

    Raises:
        LedgerError: the database raised an error.
    """
    try:
        yield
    except DBAPIError as error:
        raise LedgerError(f"the ledger {place} {_sentence(error.orig)}") from error
    except sqlite3.Error as error:
        raise LedgerError(f"the ledger {place} {_sentence(error)}") from error
    except SQLAlchemyError as error:
        first = str(error).partition("\n")[0]
        raise LedgerError(f"the ledger {place} cannot be used: {first}") from error


def is_append_only(error: DBAPIError) -> bool:
    """Return whether the database refused to change or remove what is recorded."""
    return _REFUSAL in str(error.orig)


def is_deadlock(error: DBAPIError) -> bool:
    """Return whether PostgreSQL ended this transaction to resolve a deadlock: try it again."""
    return getattr(error.orig, "sqlstate", None) in ("40P01", "40001")


def _sentence(error: BaseException | None) -> str:
    code: Any = getattr(error, "sqlite_errorcode", None)
    if _REFUSAL in str(error):
        return "is append-only: records are neither changed nor removed"
    if code is not None and code & 0xFF in _SQLITE:
        return _SQLITE[code & 0xFF]
    state = getattr(error, "sqlstate", None) or ""
    for beginning, sentence in _POSTGRES.items():
        if state.startswith(beginning):
            return sentence
    first = " ".join(str(error).split()) or type(error).__name__
    if not state and type(error).__module__.startswith("psycopg"):
        return f"cannot be reached: {first}"
    return f"cannot be used: {first}"
