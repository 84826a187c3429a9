"""What is wrong with a scenario, where, and what would be right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from middlegame.base.errors import MiddlegameError
from middlegame.base.spelling import nearest

Path = tuple[str | int, ...]
"""Where a thing stands in a scenario: `("factors", "lease", "rules", 1, "then")`."""


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
        line: counted from 1; 0 where it is not known.
        column: counted from 1; 0 where it is not known.
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
        """The place: `file:line:column`, or the dotted path where there is no file."""
        if not self.file and not self.line:
            return dotted_path(self.path)
        numbers = f"{self.line}:{self.column}" if self.line else ""
        return ":".join(part for part in (self.file, numbers) if part)

    def __str__(self) -> str:
        """Give the fault as one line: its place, what is wrong, and what would be right."""
        told = self.message
        if self.expected:
            told += f"; expected {self.expected}"
        if self.suggestion:
            told += f"; did you mean '{self.suggestion}'?"
        told = f"{self.location}: {told}" if self.location else told
        return " ".join(told.splitlines())


class ScenarioError(MiddlegameError):
    """A scenario that cannot be used; `faults` lists everything that is wrong with it."""

    status = "faults"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(self.messages()))

    def messages(self) -> list[str]:
        """Give every fault as a line."""
        return [str(fault) for fault in self.faults]


def dotted_path(path: Path) -> str:
    """Write a path as text: `factors.lease.rules[1].then`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and where its text does, if that is one line that can be counted in."""

    line: int
    column: int
    text_column: int = 0


@dataclass
class Places:
    """The places of values and of keys, by path."""

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    collections: set[Path] = field(default_factory=set)

    def locate(self, path: Path, offset: int = 0) -> tuple[int, int]:
        """Give line and column of the thing at a path, or of the nearest thing around it.

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
        """Let what stands at one path be found at another as well."""
        for places in (self.values, self.keys):
            for path in [p for p in places if p[: len(old)] == old]:
                places[new + path[len(old) :]] = places[path]
        self.collections |= {new + p[len(old) :] for p in self.collections if p[: len(old)] == old}


def join_names(names: Sequence[str]) -> str:
    """List names for a message, cut short where there are many."""
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


__all__ = [
    "Fault",
    "Path",
    "Place",
    "Places",
    "ScenarioError",
    "dotted_path",
    "join_names",
    "nearest",
]
