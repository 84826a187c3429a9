"""What all forms of a diagram's file share: reading the text, and the bound of its points."""

from pathlib import Path

from middlegame.scenario.faults import Fault, ScenarioError

MAX_POINTS = 1e12
"""Bound of the points in a file: beyond it double precision loses differences of a thousandth."""


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, with or without a byte order mark, with any line ending.

    Raises:
        ScenarioError: the file cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problem = "the file is not written in UTF-8"
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror}"
    raise ScenarioError([Fault(problem, file=str(path))])
