"""Reading a diagram's file as text, whatever its form."""

from pathlib import Path

from middlegame.scenario.faults import Fault, ScenarioError


def read_text(path: Path) -> str:
    """Read a file written in UTF-8, with or without a byte order mark.

    Raises:
        ScenarioError: it cannot be read as such.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problem = "the file is not written in UTF-8"
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror}"
    raise ScenarioError([Fault(problem, file=str(path))])
