"""Faults of a scenario: what is wrong, where it stands, and what was expected."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from middlegame.base.errors import MiddlegameError
from middlegame.base.spelling import list_names, nearest

_NUMBER = r"\d[\d.,]*"
Path = tuple[str | int, ...]
"""The path of a value in a scenario: `("factors", "lease", "rules", 1, "then")`."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a scenario.

    Attributes:
        message: what is wrong.
        expected: what would have been right.
        suggestion: the nearest valid name, where there is one.
        severity: an error stops the scenario from being used, a warning does not.
        path: where in the scenario.
        file: the file it was read from; empty for a scenario built in Python.
        line: counted from 1; 0 where unknown.
        column: counted from 1; 0 where unknown.
        offset: how many characters into the value at `path` the fault stands.
    """

    message: str
    expected: str = ""
    suggestion: str = ""
    severity: Literal["error", "warning"] = "error"
    path: Path = ()
    file: str = ""
    line: int = 0
    column: int = 0
    offset: int = 0

    @property
    def location(self) -> str:
        """The place as text: `file:line:column`, with the dotted path where no line is known."""
        within = f"{self.line}:{self.column}" if self.line else dotted_path(self.path)
        return ":".join(part for part in (self.file, within) if part)

    def __str__(self) -> str:
        """Return one line: the place, what is wrong, what was expected, and the nearest name."""
        text = self.message
        if self.expected:
            text += f"; expected {self.expected}"
        if self.suggestion:
            text += f"; did you mean '{self.suggestion}'?"
        text = f"{self.location}: {text}" if self.location else text
        return " ".join(text.splitlines())


class ScenarioError(MiddlegameError):
    """A scenario that cannot be used; `faults` lists all of its errors."""

    status = "faults"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(self.messages()))

    def messages(self) -> list[str]:
        """Return a line for each fault."""
        return [str(fault) for fault in self.faults]


def dotted_path(path: Path) -> str:
    """Write a path as text: `factors.lease.rules[1].then`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


@dataclass(frozen=True, slots=True)
class Place:
    """The line and column of a value in a file, counted from 1.

    Attributes:
        line: where the value begins.
        column: where the value begins, its quotation mark included.
        text_column: the first character of its text, if every character of the text is one
            column on this line; else 0.
    """

    line: int
    column: int
    text_column: int = 0


@dataclass
class Places:
    """Where the values and keys of a scenario stand in its file.

    Attributes:
        values: the place of each value, by path.
        keys: the place of each value's key, by path.
        collections: the paths whose values are lists or mappings.
        files: the files in which values stand that are not in the scenario's own, by path.
        members: the placeholders' values of the member that a repeated block made a value for,
            by the value's path.
    """

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    collections: set[Path] = field(default_factory=set)
    files: dict[Path, str] = field(default_factory=dict)
    members: dict[Path, Mapping[str, Any]] = field(default_factory=dict)

    def file_of(self, path: Path) -> str:
        """Return the other file in which the value at a path stands; empty for the scenario's."""
        every = (self.files.get(path[:length], "") for length in range(len(path), 0, -1))
        return next(filter(None, every), "")

    def locate(self, path: Path, offset: int = 0) -> tuple[int, int]:
        """Return line and column of the value at a path, or of the nearest value around it.

        Args:
            path: where in the scenario.
            offset: how many characters into the value's text.
        """
        for length in range(len(path), -1, -1):
            near = path[:length]
            if near in self.keys and (near in self.collections or near not in self.values):
                return self.keys[near].line, self.keys[near].column
            if near in self.values:
                place = self.values[near]
                exact = length == len(path) and place.text_column
                return place.line, place.text_column + offset if exact else place.column
        return 1, 1

    def rename(self, old: Path, new: Path) -> None:
        """Register everything at and below a path under another path as well."""
        for places in (self.values, self.keys):
            for path in [p for p in places if p[: len(old)] == old]:
                places[new + path[len(old) :]] = places[path]
        for path in [p for p in self.members if p[: len(old)] == old]:
            self.members[new + path[len(old) :]] = self.members[path]
        self.collections |= {new + p[len(old) :] for p in self.collections if p[: len(old)] == old}


def merge_members(faults: Iterable[Fault], places: Places) -> list[Fault]:
    """Return located faults, those that members of a repeated block share only once.

    Faults are shared if they stand at one place of the pattern, and differ in nothing but numbers
    and the members' own values.
    """
    shared: dict[tuple[object, ...], dict[str, Fault]] = {}
    for fault in dict.fromkeys(faults):
        prefixes = (fault.path[:length] for length in range(len(fault.path), 0, -1))
        values = next((places.members[each] for each in prefixes if each in places.members), {})
        member, *_ = [*map(str, values.values()), dotted_path(fault.path)]
        texts = sorted(map(re.escape, map(str, values.values())), key=len, reverse=True)
        own = re.compile(rf"(?<![^\W_])(?:{'|'.join([*texts, _NUMBER])})(?![^\W_])", re.IGNORECASE)
        says = own.sub("<>", f"{fault.message}; {fault.expected}") if values else fault
        key = (bool(values), fault.severity, fault.path[:1], fault.line, fault.column, says)
        shared.setdefault(key, {}).setdefault(member, fault)
    found = []
    for (of_members, *_), each in shared.items():
        first, *others = each.values()
        if of_members and others:
            more = f"{len(others)} more member{'s' if len(others) > 1 else ''}"
            first = replace(first, message=f"{first.message}, and likewise for {more}")
        found.append(first)
    return found


def join_names(names: Sequence[str]) -> str:
    """Join names by commas, the first 8 and the number of the others; a scale by its ends."""
    return list_names(names)


__all__ = [
    "Fault",
    "Path",
    "Place",
    "Places",
    "ScenarioError",
    "dotted_path",
    "join_names",
    "merge_members",
    "nearest",
]
