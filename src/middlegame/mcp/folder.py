"""The one folder in which an assistant may read and write, and the contests that it may name."""

from pathlib import Path

from middlegame.base.errors import QueryError
from middlegame.base.files import write_text
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram
from middlegame.io.examples import list_examples
from middlegame.io.open import open_contest
from middlegame.scenario import Scenario, ScenarioError
from middlegame.scenario.yaml.load import LoadedScenario, read_text

_SUFFIXES = (".yaml", ".yml")


class Folder:
    """The folder that is named when the server starts.

    Attributes:
        path: its absolute path.
    """

    def __init__(self, path: Path) -> None:
        """Take a folder.

        Raises:
            QueryError: it does not exist.
        """
        if not path.is_dir():
            raise QueryError(f"{path}: there is no such folder")
        self.path = path.resolve()

    def place(self, name: str) -> Path:
        """Return the path of a file or folder by its name, relative to the folder.

        Raises:
            QueryError: it lies outside the folder.
        """
        try:
            path = (self.path / name).resolve()
        except (OSError, ValueError):
            raise QueryError(f"invalid file name: {name!a}") from None
        if not path.is_relative_to(self.path):
            raise QueryError(f"'{name}' is outside the folder that this server may use")
        return path

    def contest(self, name: str) -> str:
        """Return what to open for a contest's name: a shipped one's name, or a path inside.

        Args:
            name: a shipped contest, or a file or folder; `#view` after it names a view.

        Raises:
            QueryError: it lies outside the folder, or does not exist.
        """
        front, mark, view = name.partition("#")
        path = self.place(front)
        if not path.exists():
            if front in {each.name for each in list_examples()}:
                return name
            files = ", ".join(self.contests()) or "none"
            raise QueryError(f"there is no contest '{front}'; in the folder: {files}")
        return f"{path}{mark}{view}"

    def contests(self) -> list[str]:
        """Return the scenario files of the folder and one level down, as relative paths."""
        paths = (p for s in _SUFFIXES for g in (f"*{s}", f"*/*{s}") for p in self.path.glob(g))
        inside = (path for path in paths if path.resolve().is_relative_to(self.path))
        return sorted(path.relative_to(self.path).as_posix() for path in inside)

    def open(self, contest: str) -> tuple[Diagram, Scenario | None]:
        """Open a contest by its name, or from its text if that has several lines.

        Raises:
            ScenarioError: the scenario has faults.
            QueryError: it lies outside the folder, or does not exist.
        """
        if not is_text(contest):
            diagram, found = open_contest(self.contest(contest))
            return diagram, found.scenario if found else None
        loaded = self.read(contest)
        if loaded.scenario is None:
            raise ScenarioError(loaded.errors)
        try:
            return compile_scenario(loaded.scenario, checked=True), loaded.scenario
        except ScenarioError as error:
            raise ScenarioError(map(loaded.locate_fault, error.faults)) from None

    def read(self, text: str) -> LoadedScenario:
        """Read a scenario from its text; sources' files are looked up in the folder."""
        return read_text(text, file="text", folder=self.path)

    def save(self, name: str, text: str, *, replace: bool) -> Path:
        """Write a scenario's text to a file of the folder.

        Raises:
            QueryError: the name is not valid, or the file exists and may not be replaced.
            OSError: the file cannot be written.
        """
        path = self.place(name)
        if path.suffix not in _SUFFIXES:
            raise QueryError(f"invalid file name '{name}'; expected one that ends with .yaml")
        if path.exists() and not replace:
            raise QueryError(f"'{name}' exists already; say replace to overwrite it")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
        return path


def is_text(contest: str) -> bool:
    """Return whether a contest is given by its text and not by its name."""
    return "\n" in contest.strip()
