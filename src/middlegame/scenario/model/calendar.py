"""Periods and their dates: `{every: quarter, for: 8, from: 2026-01-03}`."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated

from middlegame.base.spelling import nearest
from middlegame.scenario.syntax import TextFormat, quote, syntax_error

MAX_PERIODS = 200
MAX_AMOUNT = 100
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_YEAR = 365.25
_SPAN = re.compile(r"(?:(\d{1,3})\s+)?([a-z]+?)s?")


@dataclass(frozen=True)
class Span:
    """A length of time in days, weeks, months, quarters or years.

    Attributes:
        count: the number of units.
        unit: day, week, month, quarter or year.
    """

    count: int
    unit: str

    def __str__(self) -> str:
        return self.unit if self.count == 1 else f"{self.count} {self.unit}s"

    @property
    def years(self) -> float:
        """The length in years."""
        if self.unit in _DAYS:
            return self.count * _DAYS[self.unit] / _YEAR
        return self.count * _MONTHS[self.unit] / 12

    def after(self, day: dt.date, times: int) -> dt.date:
        """Return the day that is `times` spans later.

        Where the month is too short for the day, it is the month's last.

        Raises:
            OverflowError: the day lies outside the years 1 to 9999.
        """
        if self.unit in _DAYS:
            return day + dt.timedelta(days=times * self.count * _DAYS[self.unit])
        month = day.year * 12 + day.month - 1 + times * self.count * _MONTHS[self.unit]
        year, month = month // 12, month % 12 + 1
        if not dt.MINYEAR <= year <= dt.MAXYEAR:
            raise OverflowError(year)
        return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _read_span(value: object) -> Span:
    if isinstance(value, Span):
        return value
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[2] not in (*_DAYS, *_MONTHS) or match[1] == "0":
        units = ", ".join((*_DAYS, *_MONTHS))
        near = nearest(str(value).strip(" 0123456789"), (*_DAYS, *_MONTHS))
        hint = f"; did you mean '{near}'?" if near and isinstance(value, str) else ""
        raise syntax_error(
            f"invalid length of time: {quote(value)}",
            f"one of {units}; or a number of them, such as 2 weeks{hint}",
        )
    return Span(int(match[1] or 1), match[2])


SpanText = Annotated[
    Span,
    TextFormat(
        _read_span,
        {"type": "string", "pattern": r"^(\d+\s+)?(day|week|month|quarter|year)s?$"},
    ),
]


def _read_count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_PERIODS:
        raise syntax_error(
            f"invalid number of periods: {quote(value)}", f"a whole number, 1 to {MAX_PERIODS}"
        )
    return value


PeriodCount = Annotated[
    int,
    TextFormat(
        _read_count, {"type": "integer", "minimum": 1, "maximum": MAX_PERIODS}, as_text=False
    ),
]


def _read_whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_AMOUNT:
        raise syntax_error(f"invalid amount: {quote(value)}", f"a whole number, 0 to {MAX_AMOUNT}")
    return value


Amount = Annotated[
    int,
    TextFormat(
        _read_whole, {"type": "integer", "minimum": 0, "maximum": MAX_AMOUNT}, as_text=False
    ),
]

_RANGE = re.compile(r"(\d{1,6})\s*\.\.\s*(\d{1,6})")
_EXPECTED_NUMBERS = "numbers of periods, such as [1, 5] or 1..4"


def _read_numbers(value: object) -> tuple[int, ...]:
    if isinstance(value, str) and (match := _RANGE.fullmatch(value.strip())):
        first, last = int(match[1]), int(match[2])
        if first > last or last - first > MAX_PERIODS:
            raise syntax_error(f"invalid periods: {quote(value)}", _EXPECTED_NUMBERS)
        return tuple(range(first, last + 1))
    listed = [value] if isinstance(value, int) else value
    if not isinstance(listed, list | tuple) or not listed:
        raise syntax_error(f"invalid periods: {quote(value)}", _EXPECTED_NUMBERS)
    for place, number in enumerate(listed):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            within = (place,) if isinstance(value, list | tuple) else ()
            raise syntax_error(f"invalid period: {quote(number)}", _EXPECTED_NUMBERS, within=within)
        if number in listed[:place]:
            raise syntax_error(f"period {number} is listed twice", "each once", within=(place,))
    return tuple(sorted(listed))


_POSITIVE = {"type": "integer", "minimum": 1}
PeriodNumbers = Annotated[
    tuple[int, ...],
    TextFormat(
        _read_numbers,
        {
            "anyOf": [
                _POSITIVE,
                {"type": "array", "items": _POSITIVE, "minItems": 1},
                {"type": "string", "pattern": r"^\s*\d+\s*\.\.\s*\d+\s*$"},
            ]
        },
        as_text=False,
    ),
]


@dataclass(frozen=True)
class Calendar:
    """The dates of periods.

    Attributes:
        every: the length of a period.
        count: the number of periods.
        start: the first day of the first period; None where periods have no dates.
    """

    every: Span
    count: int
    start: dt.date | None

    def first_day(self, period: int) -> dt.date | None:
        """Return a period's first day; None without dates."""
        return None if self.start is None else self.every.after(self.start, period - 1)

    def last_day(self, period: int) -> dt.date | None:
        """Return a period's last day; None without dates."""
        following = self.first_day(period + 1)
        return None if following is None else following - dt.timedelta(days=1)

    def years(self, period: int) -> float:
        """Return the years between the beginning of the first period and that of a period."""
        return (period - 1) * self.every.years

    def periods_ended_by(self, day: dt.date) -> int:
        """Count the periods that end by a day; 0 without dates."""
        return sum(bool((end := self.last_day(k)) and end <= day) for k in range(1, self.count + 1))

    def period_of(self, day: dt.date) -> int | None:
        """Return the period that contains a day; None if no period does."""
        for period in range(1, self.count + 1):
            begin, end = self.first_day(period), self.last_day(period)
            if begin is not None and end is not None and begin <= day <= end:
                return period
        return None

    def period_name(self, period: int) -> str:
        """Return a period's name: `Jan-Mar 2026`, `2026`, `week of 5 Jan 2026`, `period 3`."""
        begin, following = self.first_day(period), self.first_day(period + 1)
        if begin is None or following is None:
            return f"period {period}"
        if self.every.unit == "day" and self.every.count == 1:
            return f"{begin.day} {begin:%b %Y}"
        if self.every.unit in _DAYS:
            return f"from {begin.day} {begin:%b %Y}"
        # A period of months that begins on the 3rd is named after the months that it fills.
        end = following - dt.timedelta(days=15)
        if (begin.month, end.month, end.year) == (1, 12, begin.year):
            return f"{begin:%Y}"
        if (begin.year, begin.month) == (end.year, end.month):
            return f"{begin:%b %Y}"
        year = "" if begin.year == end.year else f" {begin:%Y}"
        return f"{begin:%b}{year}-{end:%b %Y}"
