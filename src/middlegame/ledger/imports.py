"""Other forecasters' records, from a CSV file."""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path

from middlegame.base.spelling import nearest
from middlegame.ledger.dates import parse_moment, today
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.finding import find_question
from middlegame.ledger.ledger import Ledger
from middlegame.ledger.records import Entry, Forecast, Question, Record

COLUMNS = ("forecaster", "question", "probability", "date")
OPTIONAL = ("scenario", "low", "high", "note")
LARGEST = 16 * 2**20
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Attributes:
        records: one for each row, in their order.
        known: how many of the rows were in the ledger already.
    """

    records: tuple[Record, ...]
    known: int

    @property
    def new(self) -> int:
        """How many rows were added."""
        return len({record.id for record in self.records}) - self.known


def import_csv(ledger: Ledger, path: Path) -> Imported:
    """Add the forecasts of a CSV file to a ledger: all of them or, if a row is no good, none.

    A row that is in the ledger already, to the letter, is not added again.

    Raises:
        LedgerError: the file or a row is no good; the row and the column are named.
    """
    entries = list(read_csv(_read(path), ledger.questions(), str(path)))
    if not entries:
        raise LedgerError(f"{path}: there is no row below the column names")
    known = ledger.known(entry.uid for entry in entries)
    return Imported(tuple(ledger.add(entries)), len(known))


def read_csv(text: str, questions: Sequence[Question], file: str) -> Iterator[Entry]:
    """Read the rows of a CSV text.

    Raises:
        LedgerError: a row is no good.
    """
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        _check_columns(names, file)
        begins = reader.line_num + 1
        for cells in reader:
            place = f"{file}: row {begins}"
            begins = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise LedgerError(f"{place} has {len(cells)} columns; expected {len(names)}")
            row = dict(zip(names, (cell.strip() for cell in cells), strict=True))
            yield _entry(row, questions, place)
    except csv.Error as error:
        why = "its quotation mark is not closed" if "end of data" in str(error) else error
        raise LedgerError(f"{file}: row {begins} cannot be read: {why}") from None


def _entry(row: dict[str, str], questions: Sequence[Question], place: str) -> Entry:
    forecaster = row["forecaster"]
    if not forecaster:
        raise LedgerError(f"{place}, column 'forecaster': there is no name")
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
    probability = _probability(row["probability"], place, "probability")
    low, high = (
        _probability(row[end], place, end) if row.get(end) else None for end in ("low", "high")
    )
    if (low is None) != (high is None) or (low is not None and high is not None and low > high):
        raise LedgerError(f"{place}, columns 'low' and 'high': expected the lower end, then the "
                          "higher one, or neither")  # fmt: skip
    said = (forecaster, question.key, made_at.isoformat(), probability, low, high)
    return Entry(
        forecaster=forecaster,
        made_at=made_at,
        forecasts=(Forecast(question=question, probability=probability, low=low, high=high),),
        note=row.get("note", ""),
        # Made from what is said, so that importing the same file again adds nothing.
        uid=sha256(repr(said).encode("utf-8", errors="replace")).hexdigest(),
    )


def _probability(text: str, place: str, column: str) -> float:
    number = text.removesuffix("%").strip()
    where = f"{place}, column '{column}'"
    if not _NUMBER.fullmatch(number):
        raise LedgerError(f"{where}: '{text}' is no probability; expected one such as 0.3 or 30%")
    value = float(number) / (100 if text.endswith("%") else 1)
    if not 0 <= value <= 1 or not math.isfinite(value):
        hint = f"; in percent it is {number}%" if 1 < value <= 100 else ""
        raise LedgerError(f"{where}: {text} is not between 0 and 1{hint}")
    return value


def _check_columns(names: Sequence[str], file: str) -> None:
    for column in COLUMNS:
        if column not in names:
            near = nearest(column, names)
            hint = f"; is '{near}' meant?" if near else f"; expected {', '.join(COLUMNS)}"
            raise LedgerError(f"{file}: row 1 names no column '{column}'{hint}")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise LedgerError(f"{file}: row 1 names the column '{twice}' twice")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(raw) > LARGEST:
        raise LedgerError(f"{path} is too large; expected at most 16 MiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise LedgerError(f"{path}: row {row} is not written in UTF-8") from None
