"""A table of data as it was read: text in columns, and where each row stands."""

import math
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from middlegame.base.errors import MiddlegameError
from middlegame.base.tables import Decimal, TableError, TableForm, read_table
from middlegame.base.text import normalize
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    import pandas as pd

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", ".")
"""The texts that by default mark a missing cell, unless they are a declared category."""
LARGEST = 128 * 2**20
"""Bytes of the largest CSV file that is read."""
MAX_CELLS = 20_000_000
"""Most cells of a Parquet file that is read."""
_MOST_TOLD = 20
Columns = Mapping[str, Sequence[str]]
"""For each heading the cells' text."""


class DataError(MiddlegameError):
    """Data that cannot be learnt from; each fault with its file and line or row."""

    status = "faults"

    def __init__(self, faults: Sequence[str]) -> None:
        lines = list(faults[:_MOST_TOLD])
        if len(faults) > len(lines):
            lines.append(f"and {len(faults) - len(lines):,} more faults of this kind")
        self.faults = tuple(lines)
        super().__init__("\n".join(lines))

    def messages(self) -> list[str]:
        """Return every fault as a line."""
        return list(self.faults)


@dataclass(frozen=True)
class DataTable:
    """A table.

    Attributes:
        columns: for each heading the cells' text; empty where nothing is known.
        places: where each row stands, such as `war.csv:17`.
        name: of the file.
        missing: the texts that mark a missing cell.
        decimal: the decimal mark of numbers; None if it is recognised from them.
    """

    columns: Columns
    places: Sequence[str]
    name: str
    missing: frozenset[str] = frozenset(MISSING)
    decimal: Decimal | None = None

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self.places)

    def is_missing(
        self, cell: str, declared: Collection[str] = (), missing: Collection[str] | None = None
    ) -> bool:
        """Return whether a cell is missing: empty, or a text that marks missing cells.

        Args:
            cell: its text.
            declared: the column's values, none of which is missing.
            missing: the texts that mark missing cells of the column, instead of the table's.
        """
        texts = self.missing if missing is None else missing
        return not cell or (cell in texts and cell not in declared)


def read_data(
    path: str | os.PathLike[str],
    form: TableForm | None = None,
    missing: Collection[str] | None = None,
) -> DataTable:
    """Read a table from a CSV or Parquet file.

    Args:
        path: of the file; one that ends in `.parquet` or `.pq` is Parquet.
        form: how a CSV file is written, as far as that is known; the rest is recognised.
        missing: the texts that mark a missing cell, instead of `MISSING`; empty cells always do.

    Raises:
        DataError: it cannot be read as a table.
    """
    file, form = Path(path), form or TableForm()
    texts = frozenset(MISSING if missing is None else (normalize(text) for text in missing))
    if file.is_dir():
        raise DataError([f"{file}: this is a folder"])
    if file.suffix.lower() in (".parquet", ".pq"):
        columns, count = _read_parquet(file)
        places = [f"{file}, row {place}" for place in range(1, count + 1)]
    else:
        columns, places = _read_csv(file, form)
    return DataTable(columns, places, str(file), texts, form.decimal)


def from_dataframe(
    frame: "pd.DataFrame", name: str = "data", missing: Collection[str] | None = None
) -> DataTable:
    """Read a pandas dataframe as a table; every missing value of pandas and Arrow counts as such.

    Raises:
        DataError: two columns have the same name.
    """
    names = [normalize(str(key).strip()) for key in frame.columns]
    _refuse_repeated(names, name)
    columns = {}
    for place, heading in enumerate(names):
        series = frame.iloc[:, place]
        empty = series.isna().tolist()
        columns[heading] = [
            "" if lacking else _text(cell)
            for cell, lacking in zip(series.tolist(), empty, strict=True)
        ]
    texts = frozenset(MISSING if missing is None else missing)
    places = [f"{name}, row {place}" for place in range(1, len(frame) + 1)]
    return DataTable(columns, places, name, texts, ".")


def _read_csv(file: Path, form: TableForm) -> tuple[Columns, list[str]]:
    try:
        table = read_table(file, form, LARGEST)
    except TableError as error:
        raise DataError(
            [
                f"{file}:{line}: {what}" if line else f"{file}: {what}"
                for line, what in error.problems
            ]
        ) from None
    _refuse_repeated(table.headings, f"{file}:1")
    if not table.rows:
        raise DataError([f"{file}: there are no rows of data"])
    cells = zip(*table.rows, strict=True)
    columns: Columns = dict(zip(table.headings, cells, strict=True))
    return columns, [f"{file}:{line}" for line in table.lines]


def _refuse_repeated(names: Sequence[str], place: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError([f"{place}: the heading '{name}' stands there twice" for name in twice])


def _read_parquet(file: Path) -> tuple[Columns, int]:
    from pyarrow import ArrowException, parquet

    try:
        with parquet.ParquetFile(file) as opened:
            names = [normalize(name.strip()) for name in opened.schema_arrow.names]
            _refuse_repeated(names, str(file))
            cells = opened.metadata.num_rows * len(names)
            if cells > MAX_CELLS:
                raise DataError([f"{file}: {cells:,} cells; expected at most {MAX_CELLS:,}"])
            table = opened.read()
        columns: Columns = {
            name: [_text(cell) for cell in column.to_pylist()]
            for name, column in zip(names, table.columns, strict=True)
        }
    # Arrow's readers let some plain Python errors through where a file is damaged.
    except (ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or (str(error).splitlines() or ["damaged"])[0]
        raise DataError([f"{file}: the file cannot be read as Parquet: {reason}"]) from None
    if not table.num_rows:
        raise DataError([f"{file}: there are no rows of data"])
    return columns, table.num_rows


def _text(cell: Any) -> str:
    """Return a cell's text: whole numbers without a point, nothing for what is missing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return "" if math.isnan(cell) else format_number(cell) if math.isfinite(cell) else str(cell)
    return normalize(str(cell).strip())
