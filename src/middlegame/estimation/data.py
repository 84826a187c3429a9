"""A table of data as it was read: text in columns, and where each row stands."""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    import pandas as pd

MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "."})
"""The contents of cells that count as missing."""
_MOST_TOLD = 20


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
    """

    columns: Mapping[str, Sequence[str]]
    places: Sequence[str]
    name: str

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self.places)


def read_data(path: str | os.PathLike[str]) -> DataTable:
    """Read a table from a CSV or Parquet file.

    Raises:
        DataError: it cannot be read as one.
    """
    file = Path(path)
    if not file.is_file():
        what = "this is a folder" if file.is_dir() else "there is no such file"
        raise DataError([f"{file}: {what}"])
    if file.suffix.lower() in (".parquet", ".pq"):
        return _read_parquet(file)
    return _read_csv(file)


def from_dataframe(frame: "pd.DataFrame", name: str = "data") -> DataTable:
    """Read a pandas dataframe as a table."""
    columns = {str(key): [_text(cell) for cell in frame[key].tolist()] for key in frame.columns}
    return DataTable(columns, [f"{name}, row {place}" for place in range(1, len(frame) + 1)], name)


def _read_csv(file: Path) -> DataTable:
    faults: list[str] = []
    rows: list[list[str]] = []
    places: list[str] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=_delimiter(stream.readline()))
            stream.seek(0)
            heading = [cell.strip() for cell in next(reader, [])]
            for row in reader:
                if not row:
                    continue
                if len(row) != len(heading):
                    faults.append(
                        f"{file}:{reader.line_num}: the row has {len(row)} cells; "
                        f"expected {len(heading)}, as many as there are headings"
                    )
                    continue
                rows.append(row)
                places.append(f"{file}:{reader.line_num}")
    except UnicodeDecodeError:
        raise DataError([f"{file}: the file is not written in UTF-8"]) from None
    except csv.Error as error:
        raise DataError([f"{file}: {error}"]) from None
    twice = sorted({name for name in heading if heading.count(name) > 1})
    faults = [f"{file}:1: the heading '{name}' stands there twice" for name in twice] + faults
    if not rows and not faults:
        faults = [f"{file}: there are no rows of data"]
    if faults:
        raise DataError(faults)
    cells = zip(*rows, strict=True)
    columns = {
        name: ["" if (text := cell.strip()) in MISSING else text for cell in column]
        for name, column in zip(heading, cells, strict=True)
    }
    return DataTable(columns, places, str(file))


def _delimiter(heading: str) -> str:
    return max(",;\t", key=heading.count)


def _read_parquet(file: Path) -> DataTable:
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(file)
    except (ArrowException, OSError) as error:
        raise DataError([f"{file}: {str(error).splitlines()[0]}"]) from None
    columns = {
        name: [_text(cell) for cell in table.column(name).to_pylist()]
        for name in table.column_names
    }
    if not table.num_rows:
        raise DataError([f"{file}: there are no rows of data"])
    return DataTable(columns, [f"{file}, row {place}" for place in range(1, table.num_rows + 1)],
                str(file))  # fmt: skip


def _text(cell: Any) -> str:
    """Return a cell's text: whole numbers without a point, nothing for what is missing."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return format_number(cell) if abs(cell) < float("inf") else str(cell)
    text = str(cell).strip()
    return "" if text in MISSING else text
