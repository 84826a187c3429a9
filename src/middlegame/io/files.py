"""What all forms of a diagram's file share: reading the text, and the bounds of size and points."""

from pathlib import Path

from middlegame.base.text import character_name, unprintable
from middlegame.scenario.faults import Fault, ScenarioError

MAX_POINTS = 1e12
"""Bound of the points in a file: beyond it double precision loses differences of a thousandth."""


LARGEST = 64 * 2**20
"""Bytes of the largest file that is read."""


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, with or without a byte order mark, with any line ending.

    Raises:
        ScenarioError: the file cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
        if len(raw) <= LARGEST:
            text = raw.decode("utf-8-sig")
            return text.replace("\r\n", "\n").replace("\r", "\n")
        problem = f"the file is too large; expected at most {LARGEST >> 20} MiB"
    except UnicodeDecodeError:
        problem = "the file is not written in UTF-8"
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problem = f"the file cannot be read: {reason}"
    raise ScenarioError([Fault(problem, file=str(path))])


def refuse_unprintable(text: str, file: str) -> None:
    """Refuse control characters and halves of surrogate pairs.

    Raises:
        ScenarioError: with the line and column of the first.
    """
    found = unprintable(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        message = f"unprintable character {character_name(found)}"
        raise ScenarioError([Fault(message, file=file, line=line, column=column)])
