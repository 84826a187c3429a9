"""Days and times as they are written."""

import datetime as dt
import re

from middlegame.ledger.errors import LedgerError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def today() -> dt.date:
    """Give the latest day that it is for the user or in UTC: what is later is in the future."""
    return max(dt.datetime.now().astimezone().date(), dt.datetime.now(dt.UTC).date())


def parse_day(text: str) -> dt.date:
    """Read a day.

    Raises:
        LedgerError: it is none, or in no calendar.
    """
    if not _DAY.fullmatch(text.strip()):
        raise LedgerError(f"'{text}' is not a date; expected one such as 2026-12-31")
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise LedgerError(f"{text.strip()} is in no calendar") from None


def parse_moment(text: str) -> dt.datetime:
    """Read a day, whose beginning in UTC is meant, or a day with a time.

    Raises:
        LedgerError: it is neither.
    """
    if "T" not in text and ":" not in text:
        return beginning(parse_day(text))
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise LedgerError(
            f"'{text}' is not a date; expected one such as 2026-12-31 or 2026-12-31T09:00Z"
        ) from None


def beginning(day: dt.date) -> dt.datetime:
    """Give the moment at which a day begins, in UTC."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
