"""Tables as spreadsheets write them: CSV in any encoding, with any separator and decimal mark.

What a file does not say is recognised, or named by the caller; what stays ambiguous is refused,
since a wrong guess would change numbers silently.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from middlegame.base.errors import MiddlegameError
from middlegame.base.text import character_name, normalize, unprintable

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
"""The separators of cells that are recognised, with their names."""
Decimal = Literal[".", ","]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(r"\"?sep=([,;|\t])\"?(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
_WITH_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?", re.ASCII)
_WITH_POINT = re.compile(r"[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)
_LONGEST_NUMBER = 400


class TableError(MiddlegameError):
    """A file that cannot be read as a table.

    Attributes:
        problems: each problem with its line, counted from 1; 0 for the whole file.
    """

    status = "faults"

    def __init__(self, problems: Sequence[tuple[int, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem for _, problem in problems))


@dataclass(frozen=True)
class TableForm:
    """How a CSV file is written; None is recognised from the file.

    Attributes:
        separator: between cells.
        decimal: the decimal mark of numbers.
        encoding: of the text, as Python names it.
    """

    separator: str | None = None
    decimal: Decimal | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class TextTable:
    """The cells of a CSV file, without blanks around them.

    Attributes:
        headings: the cells of its first row.
        rows: the other rows, each with as many cells.
        lines: the line on which each row begins, counted from 1.
        separator: between cells, given or recognised.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    separator: str


def read_table(file: Path, form: TableForm, most_bytes: int) -> TextTable:
    """Read a CSV file.

    Args:
        file: its path.
        form: how it is written, as far as that is known.
        most_bytes: the largest file that is read.

    Raises:
        TableError: it cannot be read, or rows differ in length from the headings; all are listed.
    """
    text = _decode(_read(file, most_bytes), form.encoding)
    return parse_table(text, form.separator)


def parse_table(text: str, separator: str | None = None) -> TextTable:
    """Read the text of a CSV file, with or without the line `sep=;` of spreadsheets.

    Raises:
        TableError: rows differ in length from the headings, or hold what cannot be printed.
    """
    text = normalize(text.removeprefix("\ufeff"))
    if bad := unprintable(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise TableError([(line, f"the unprintable character {character_name(bad)}")])
    first = 1
    if declared := _DECLARED.match(text):
        separator, first = separator or declared[1], 2
        text = text[declared.end() :]
    separator = separator or _recognise_separator(text)
    try:
        records = list(_records(text, separator, first))
    except csv.Error as error:
        raise TableError([(first, f"the file cannot be read as a table: {error}")]) from None
    if not records:
        return TextTable((), (), (), separator)
    headings = records[0][1]
    wrong = [(line, len(cells)) for line, cells in records[1:] if len(cells) != len(headings)]
    if wrong:
        raise TableError(
            [
                (
                    line,
                    f"the row has {count} cells; expected {len(headings)}, as many as there are "
                    f"headings (cells end at each {SEPARATORS.get(separator, separator)})",
                )
                for line, count in wrong
            ]
        )
    lines, rows = zip(*records[1:], strict=True) if len(records) > 1 else ((), ())
    return TextTable(headings, rows, lines, separator)


def _records(text: str, separator: str, first: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that are not empty, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = first
    known: dict[str, str] = {}  # equal cells share one text, which saves most of the memory
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            unclosed = "unexpected end of data" in str(error)
            why = "a quotation mark is not closed" if unclosed else str(error)
            raise TableError([(begins, f"the row cannot be read: {why}")]) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            stripped = (cell.strip() for cell in cells)
            yield begins, tuple(known.setdefault(cell, cell) for cell in stripped)
        begins = first + reader.line_num


def _recognise_separator(text: str) -> str:
    """Return the separator that gives the most headings and, among those, rows of equal length."""

    def merit(separator: str) -> tuple[int, int]:
        sample = io.StringIO(text[:100_000], newline="")
        try:
            rows = list(islice(csv.reader(sample, delimiter=separator), 20))
        except csv.Error:
            return 1, 0
        counts = [len(row) for row in rows if row]
        return (counts[0], sum(count == counts[0] for count in counts)) if counts else (1, 0)

    return max(SEPARATORS, key=merit)


def recognise_decimal(cells: Iterable[str]) -> Decimal:
    """Return the decimal mark of a table's numbers.

    Args:
        cells: the cells of its columns of numbers.

    Raises:
        ValueError: numbers are written both ways, or a comma may stand for thousands.
    """
    shown: dict[str, str] = {}
    thousands = True
    for cell in cells:
        number = cell.removesuffix("%").strip()
        if len(number) > _LONGEST_NUMBER:
            continue
        if _WITH_COMMA.fullmatch(number):
            shown.setdefault(",", cell)
            thousands = thousands and bool(_THOUSANDS.fullmatch(number))
        elif _WITH_POINT.fullmatch(number):
            shown.setdefault(".", cell)
    if "," not in shown:
        return "."
    if "." in shown:
        raise ValueError(
            f"some numbers have a decimal comma ('{shown[',']}'), others a decimal point "
            f"('{shown['.']}'); expected one of them (--decimal)"
        )
    if thousands:
        raise ValueError(
            f"the comma in '{shown[',']}' may be a decimal comma, or separate thousands; say which "
            "(--decimal comma or --decimal point)"
        )
    return ","


def parse_number(text: str, decimal: Decimal = ".") -> float:
    """Read a decimal number with a decimal mark.

    Raises:
        ValueError: it is none, with that decimal mark.
    """
    written = text.translate({44: 46, 46: 44}) if decimal == "," else text
    if len(written) > _LONGEST_NUMBER or not _NUMBER.fullmatch(written):
        raise ValueError(f"'{text[:80]}' is not a number")
    return float(written)


def _read(file: Path, most_bytes: int) -> bytes:
    try:
        with file.open("rb") as stream:
            raw = stream.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise TableError([(0, f"the file cannot be read: {reason}")]) from None
    if len(raw) > most_bytes:
        raise TableError([(0, f"the file is too large; expected at most {most_bytes >> 20} MiB")])
    return raw


def _decode(raw: bytes, encoding: str | None) -> str:
    """Decode a file by its byte order mark, the encoding that the caller names, or UTF-8."""
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    name = encoding or marked or "utf-8"
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
    except (LookupError, ValueError):  # such as the codec `hex`, which gives no text
        raise TableError(
            [(0, f"'{encoding}' is no encoding; expected one such as utf-8 or cp1252")]
        ) from None
    hint = (
        "" if encoding or marked else "; save it as UTF-8, or name its encoding (--encoding cp1252)"
    )
    raise TableError([(line, f"the file is not written in {name.upper()}{hint}")])
