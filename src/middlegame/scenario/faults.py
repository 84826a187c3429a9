"""What is wrong with a scenario, where, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    def where(self) -> str:
        """The place: `file:line:column`, or the dotted path where there is no file."""
        if not self.file and not self.line:
            return dotted(self.path)
        numbers = f"{self.line}:{self.column}" if self.line else ""
        return ":".join(part for part in (self.file, numbers) if part)

    def __str__(self) -> str:
        """Give the fault as one line: its place, what is wrong, and what would be right."""
        told = self.message
        if self.expected:
            told += f"; expected {self.expected}"
        if self.suggestion:
            told += f"; did you mean '{self.suggestion}'?"
        told = f"{self.where}: {told}" if self.where else told
        return " ".join(told.splitlines())


class ScenarioError(MiddlegameError):
    """A scenario that cannot be used; `faults` lists everything that is wrong with it."""

    status = "faults"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(self.told()))

    def told(self) -> list[str]:
        """Give every fault as a line."""
        return [str(fault) for fault in self.faults]


def dotted(path: Path) -> str:
    """Write a path as text: `factors.lease.rules[1].then`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


__all__ = ["Fault", "Path", "ScenarioError", "dotted", "nearest"]
