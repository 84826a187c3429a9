"""The members of a repeated block from a CSV file beside the scenario, with their places."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from middlegame.base.tables import TableError, TextTable, parse_table
from middlegame.scenario.faults import Fault, Place
from middlegame.scenario.sources import UnreadableSource, read_source
from middlegame.scenario.yaml.nodes import core_value

_FILE = re.compile(r"[^./\\:][^/\\:]*\.csv", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass
class MemberTable:
    """The members that a CSV file lists: their names in the first column, values in the others.

    Attributes:
        file: the file's name, as faults give it.
        members: the values of each member, by its name and the column's; empty cells are left out.
        rows: the place of each member's name.
        cells: the place of each value, by the member's and the column's name.
        faults: what is wrong with the file, each with its place in it.
    """

    file: str
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, Place] = field(default_factory=dict)
    cells: dict[tuple[str, str], Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_members(folder: FilePath, name: str) -> MemberTable:
    """Read the members from a CSV file.

    Args:
        folder: the scenario's folder; no other file is read.
        name: the file's name.

    Raises:
        UnreadableSource: the name is no plain `*.csv`, or the file is missing, too large, or not
            UTF-8 text.
    """
    if not _FILE.fullmatch(name):
        raise UnreadableSource(f"'{name}' is not the plain name of a CSV file")
    found = MemberTable(str(folder / name))
    text = read_source(folder, name)
    try:
        table = parse_table(text)
    except TableError as error:
        found.faults += [_fault(found, what, line or 1, 1) for line, what in error.problems]
        return found
    if not table.rows:
        expected = "a row of headings, and a row for each member"
        found.faults.append(_fault(found, "the file lists no members", 1, 1, expected))
        return found
    _check_headings(found, table)
    written = text.splitlines()
    for line, cells in zip(table.lines, table.rows, strict=True):
        columns = _columns(written[line - 1], table.separator, len(cells))
        member = cells[0]
        if member in found.members:
            problem = f"'{member}' is listed twice"
            found.faults.append(_fault(found, problem, line, columns[0], "each member once"))
            continue
        found.members[member] = {}
        found.rows[member] = Place(line, columns[0])
        for heading, cell, column in zip(table.headings[1:], cells[1:], columns[1:], strict=True):
            if cell:
                found.members[member][heading] = core_value(cell)
                found.cells[member, heading] = Place(line, column)
    return found


def _check_headings(found: MemberTable, table: TextTable) -> None:
    for place, heading in enumerate(table.headings[1:], start=1):
        if not _NAME.fullmatch(heading):
            problem = f"the heading '{heading}' is not a name"
            expected = "a placeholder's name, such as cost"
            found.faults.append(_fault(found, problem, 1, place + 1, expected))
        elif heading in table.headings[1:place]:
            problem = f"the heading '{heading}' stands twice"
            found.faults.append(_fault(found, problem, 1, place + 1, "another name"))


def _columns(line: str, separator: str, count: int) -> list[int]:
    """Return the columns in which the cells of a line begin, counted from 1."""
    try:
        raw = next(csv.reader([line], delimiter=separator, quoting=csv.QUOTE_NONE))
    except (csv.Error, StopIteration):
        return [1] * count
    if len(raw) != count:  # a separator inside quotation marks
        return [1] * count
    begins, columns = 1, []
    for cell in raw:
        columns.append(begins + len(cell) - len(cell.lstrip()))
        begins += len(cell) + 1
    return columns


def _fault(found: MemberTable, problem: str, line: int, column: int, expected: str = "") -> Fault:
    return Fault(problem, expected, file=found.file, line=line, column=column)
