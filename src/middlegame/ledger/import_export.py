"""Forecasts in and out: CSV files of other forecasters, and the ledger as a table or as JSON."""

import csv
import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from middlegame.base import encoding
from middlegame.base.spelling import nearest
from middlegame.base.tables import (
    Decimal,
    TableError,
    TableForm,
    TextTable,
    parse_number,
    read_table,
    recognise_decimal,
)
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.ledger import Ledger
from middlegame.ledger.records import (
    Entry,
    Record,
    RecordedForecast,
    RecordedQuestion,
    Resolution,
)
from middlegame.ledger.validation import find_question, parse_moment, today

_TEXT, _DAY, _TIME, _NUMBER, _COUNT = "text", "day", "time", "number", "count"
COLUMNS = {
    "record": _COUNT,
    "forecaster": _TEXT,
    "date": _TIME,
    "scenario": _TEXT,
    "question": _TEXT,
    "value": _NUMBER,
    "probability": _NUMBER,
    "low": _NUMBER,
    "high": _NUMBER,
    "by": _DAY,
    "on": _DAY,
    "outcome": _TEXT,
    "resolved_on": _DAY,
    "source": _TEXT,
    "label": _TEXT,
    "will": _TEXT,
    "resolves": _TEXT,
    "note": _TEXT,
    "recorded_at": _TIME,
    "version": _TEXT,
    "as_of": _DAY,
    "sha256": _TEXT,
    "uid": _TEXT,
}
"""The exported table's columns and the kinds of their values; `import_csv` reads such a table."""


def rows(records: Sequence[Record], resolutions: Sequence[Resolution]) -> list[dict[str, Any]]:
    """Return one row for each forecast, with its question's outcome; keys as in `COLUMNS`.

    A forecast of a value has a row for each value of its distribution.
    """
    outcomes = {resolution.question.key: resolution for resolution in resolutions}
    table = []
    for record in records:
        for forecast in record.forecasts:
            settled = outcomes.get(forecast.question.key)
            scenario = record.scenario
            table += [
                {
                    "record": record.id,
                    "forecaster": record.forecaster,
                    "date": record.made_at,
                    "scenario": forecast.question.scenario,
                    "question": forecast.question.name,
                    "value": value,
                    "probability": probability,
                    "low": forecast.low,
                    "high": forecast.high,
                    "by": forecast.question.by,
                    "on": forecast.question.on,
                    "outcome": _outcome(settled) if settled else None,
                    "resolved_on": settled.on if settled else None,
                    "source": settled.source if settled else None,
                    "label": forecast.label,
                    "will": forecast.will,
                    "resolves": forecast.resolves,
                    "note": record.note,
                    "recorded_at": record.recorded_at,
                    "version": record.version,
                    "as_of": scenario.as_of if scenario else None,
                    "sha256": scenario.sha256 if scenario else None,
                    "uid": record.uid,
                }
                for value, probability in forecast.distribution or ((None, forecast.probability),)
            ]
    return table


def _outcome(settled: Resolution) -> str:
    return settled.outcome if settled.value is None else f"{settled.value:.15g}"


def to_csv(records: Sequence[Record], resolutions: Sequence[Resolution]) -> bytes:
    """Return the table of forecasts as CSV, in UTF-8 with a line feed after each row."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for row in rows(records, resolutions):
        writer.writerow({name: _iso(value) for name, value in row.items()})
    return stream.getvalue().encode()


def to_json(records: Sequence[Record], resolutions: Sequence[Resolution]) -> bytes:
    """Return records and resolutions as JSON in UTF-8, with whatever they hold."""
    everything = {
        "records": [record.to_dict() for record in records],
        "resolutions": [resolution.to_dict() for resolution in resolutions],
    }
    return (encoding.to_json(everything, indent=1) + "\n").encode()


def to_parquet(records: Sequence[Record], resolutions: Sequence[Resolution]) -> bytes:
    """Return the table of forecasts as a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {
        _TEXT: pa.string(),
        _DAY: pa.date32(),
        _TIME: pa.timestamp("us", tz="UTC"),
        _NUMBER: pa.float64(),
        _COUNT: pa.int64(),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows(records, resolutions), schema), stream)
    return stream.getvalue()


def _iso(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value  # a datetime is a date too


REQUIRED_COLUMNS = ("forecaster", "question", "probability", "date")
LARGEST = 16 * 2**20
"""Bytes of the largest CSV file that is read."""
_ROUNDING = 1e-6
"""How far the probabilities of one distribution may be above 1."""
_NUMBERS = ("value", "probability", "low", "high")


@dataclass(frozen=True)
class ImportResult:
    """The result of an import.

    Attributes:
        records: one for each row, or for all rows of one distribution, in the order of the rows.
        duplicates: how many of the records were in the ledger already.
    """

    records: tuple[Record, ...]
    duplicates: int

    @property
    def added(self) -> int:
        """How many records were added."""
        return len({record.id for record in self.records}) - self.duplicates


def import_csv(ledger: Ledger, path: Path, form: TableForm | None = None) -> ImportResult:
    """Add the forecasts of a CSV file to a ledger, in one transaction.

    A row whose forecast is in the ledger already is not added again.

    Args:
        ledger: the ledger.
        path: of the file, whose first row names the columns.
        form: how the file is written, as far as that is known; the rest is recognised.

    Raises:
        LedgerError: the file or a row is invalid; the message names the row and the column.
    """
    entries = read_entries(path, form or TableForm(), ledger.questions())
    known = ledger.known_uids(entry.uid for entry in entries)
    return ImportResult(tuple(ledger.add(entries)), len(known))


def read_entries(path: Path, form: TableForm, questions: Sequence[RecordedQuestion]) -> list[Entry]:
    """Read the forecasts of a CSV file: one for each row, or for all rows of one distribution.

    Args:
        path: of the file, whose first row names the columns.
        form: how the file is written, as far as that is known; the rest is recognised.
        questions: the questions that rows may answer.

    Raises:
        LedgerError: the file or a row is invalid; the message names the row and the column.
    """
    try:
        table = read_table(path, form, LARGEST)
    except TableError as error:
        problems = [f"row {line}: {what}" if line else what for line, what in error.problems]
        raise LedgerError("\n".join(f"{path}: {problem}" for problem in problems[:20])) from None
    entries = list(_entries(table, form, questions, str(path)))
    if not entries:
        raise LedgerError(f"{path}: there is no row below the column names")
    return entries


def _entries(
    table: TextTable, form: TableForm, questions: Sequence[RecordedQuestion], file: str
) -> Iterator[Entry]:
    """Yield an entry for each row of a table; rows of one distribution make one entry.

    Raises:
        LedgerError: a row is invalid; the message names the row and the column.
    """
    distributions: dict[tuple[str, str, dt.datetime], list[_ValueRow]] = {}
    names = [name.casefold() for name in table.headings]
    _check_columns(names, file)
    numbers = [names.index(name) for name in _NUMBERS if name in names]
    try:
        decimal = form.decimal or recognise_decimal(
            row[place] for row in table.rows for place in numbers
        )
    except ValueError as error:
        raise LedgerError(f"{file}: {error}") from None
    for line, cells in zip(table.lines, table.rows, strict=True):
        row = dict(zip(names, cells, strict=True))
        place = f"{file}: row {line}"
        asked = _asked(row, questions, place)
        if asked.question.scale is None:
            yield _entry(row, asked, place, decimal)
        else:
            read = _value_row(row, asked, place, decimal)
            same = (asked.forecaster, asked.question.key, asked.made_at)
            distributions.setdefault(same, []).append(read)
    for each in distributions.values():
        yield _value_entry(each)


@dataclass(frozen=True)
class _Asked:
    """Who forecast what, and when."""

    forecaster: str
    question: RecordedQuestion
    made_at: dt.datetime


@dataclass(frozen=True)
class _ValueRow:
    """One value of a distribution, with its probability."""

    asked: _Asked
    place: str
    value: float
    probability: float
    note: str


def _asked(row: dict[str, str], questions: Sequence[RecordedQuestion], place: str) -> _Asked:
    forecaster = row["forecaster"]
    if not forecaster:
        raise LedgerError(f"{place}, column 'forecaster': the name is missing")
    name = "/".join(part for part in (row.get("scenario", ""), row["question"]) if part)
    try:
        question = find_question(name if row["question"] else "", questions)
    except LedgerError as error:
        raise LedgerError(f"{place}, column 'question': {error}") from None
    try:
        made_at = parse_moment(row["date"])
    except LedgerError as error:
        raise LedgerError(f"{place}, column 'date': {error}") from None
    if made_at.date() > today():
        raise LedgerError(f"{place}, column 'date': {row['date']} is in the future")
    return _Asked(forecaster, question, made_at)


def _entry(row: dict[str, str], asked: _Asked, place: str, decimal: Decimal) -> Entry:
    forecaster, question, made_at = asked.forecaster, asked.question, asked.made_at
    if row.get("value"):
        raise LedgerError(
            f"{place}, column 'value': {question.key} asks for yes or no, so it has no value"
        )
    probability = _probability(row["probability"], place, "probability", decimal)
    low, high = (
        _probability(row[end], place, end, decimal) if row.get(end) else None
        for end in ("low", "high")
    )
    if (low is None) != (high is None) or (low is not None and high is not None and low > high):
        raise LedgerError(
            f"{place}, columns 'low' and 'high': expected the lower end, then the higher one, or "
            "neither"
        )
    content = (forecaster, question.key, made_at.isoformat(), probability, low, high)
    return Entry(
        forecaster=forecaster,
        made_at=made_at,
        forecasts=(
            RecordedForecast(question=question, probability=probability, low=low, high=high),
        ),
        note=row.get("note", ""),
        # Derived from the content, so that importing a file twice adds nothing the second time.
        uid=sha256(repr(content).encode("utf-8", errors="replace")).hexdigest(),
    )


def _value_row(row: dict[str, str], asked: _Asked, place: str, decimal: Decimal) -> _ValueRow:
    if not row.get("value"):
        raise LedgerError(
            f"{place}, column 'value': {asked.question.key} asks for a value; expected a row for "
            "each value, with its probability"
        )
    try:
        value = parse_number(row["value"], decimal)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise LedgerError(f"{place}, column 'value': '{row['value']}' is not a number")
    probability = _probability(row["probability"], place, "probability", decimal)
    return _ValueRow(asked, place, value, probability, row.get("note", ""))


def _value_entry(read: list[_ValueRow]) -> Entry:
    """Return the entry of one distribution, whose rows may stand in any order."""
    asked, ordered = read[0].asked, sorted(read, key=lambda row: row.value)
    for before, after in pairwise(ordered):
        if before.value == after.value:
            raise LedgerError(
                f"{after.place}, column 'value': {after.value:g} stands twice in the "
                f"forecast that begins in {read[0].place.rpartition(': ')[2]}"
            )
    total = math.fsum(row.probability for row in read)
    if not 0 < total <= 1 + _ROUNDING:
        raise LedgerError(
            f"{read[0].place}, column 'probability': the probabilities of the values of this "
            f"forecast add up to {total:.1%}; expected 100%"
        )
    pairs = tuple((row.value, row.probability) for row in ordered)
    content = (asked.forecaster, asked.question.key, asked.made_at.isoformat(), pairs)
    return Entry(
        forecaster=asked.forecaster,
        made_at=asked.made_at,
        forecasts=(
            RecordedForecast(
                question=asked.question, probability=min(total, 1.0), distribution=pairs
            ),
        ),
        note=next((row.note for row in read if row.note), ""),
        uid=sha256(repr(content).encode("utf-8", errors="replace")).hexdigest(),
    )


def _probability(text: str, place: str, column: str, decimal: Decimal) -> float:
    number = text.removesuffix("%").strip()
    where = f"{place}, column '{column}'"
    try:
        value = parse_number(number, decimal) / (100 if text.endswith("%") else 1)
    except ValueError:
        example = "0,3 or 30%" if decimal == "," else "0.3 or 30%"
        short = text if len(text) <= 80 else f"{text[:77]}..."
        raise LedgerError(
            f"{where}: invalid probability '{short}'; expected one such as {example}"
        ) from None
    if not 0 <= value <= 1 or not math.isfinite(value):
        hint = f"; in percent it is {number}%" if 1 < value <= 100 else ""
        raise LedgerError(f"{where}: {text} is not between 0 and 1{hint}")
    return value


def _check_columns(names: Sequence[str], file: str) -> None:
    for column in REQUIRED_COLUMNS:
        if column not in names:
            near = nearest(column, names)
            hint = (
                f"; did you mean '{near}'?" if near else f"; expected {', '.join(REQUIRED_COLUMNS)}"
            )
            raise LedgerError(f"{file}: row 1 names no column '{column}'{hint}")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise LedgerError(f"{file}: row 1 names the column '{twice}' twice")
