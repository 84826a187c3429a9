"""The scenarios that come with middlegame, by name; `load` takes a name or a path."""

from dataclasses import dataclass, replace
from pathlib import Path

from middlegame.base.errors import MiddlegameError
from middlegame.scenario import Scenario
from middlegame.scenario.faults import Fault, ScenarioError, nearest
from middlegame.scenario.yaml.load import LoadedScenario, read

FOLDER = Path(__file__).parent.parent / "contests"


@dataclass(frozen=True)
class Example:
    """A scenario that comes with middlegame: its name, title and folder."""

    name: str
    title: str
    folder: Path


def list_examples() -> list[Example]:
    """List the scenarios that come with middlegame, by name."""
    found = []
    for path in sorted(FOLDER.glob("*/scenario.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        first = next(line for line in lines if line.startswith("title:"))
        title = first.removeprefix("title:").strip().strip("\"'")
        found.append(Example(path.parent.name, title, path.parent))
    return found


def find_file(name: str) -> Path:
    """Find a scenario's file: a path as it is, a folder's `scenario.yaml`, a shipped name."""
    path = Path(name)
    if path.is_dir():
        return path / "scenario.yaml"
    if not path.exists() and (FOLDER / name / "scenario.yaml").is_file():
        return FOLDER / name / "scenario.yaml"
    return path


def load(name: str | Path) -> Scenario:
    """Load a scenario from a path, or a shipped one by its name.

    Raises:
        ScenarioError: it has faults; all of them are told.
    """
    loaded = open_scenario(name)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    return loaded.scenario


def open_scenario(name: str | Path) -> LoadedScenario:
    """Read a scenario with its places and all its faults, warnings among them; raises nothing."""
    path = find_file(str(name))
    loaded = read(path)
    if path.exists() or path.suffix:
        return loaded
    near = nearest(str(name), [known.name for known in list_examples()])
    fault = Fault(
        f"there is no file and no shipped scenario '{name}'",
        "a path or one of those that 'middlegame list' names",
        suggestion=near,
    )
    return replace(loaded, faults=(fault,))


def write_starter(folder: Path) -> Path:
    """Write a commented starter to `folder/scenario.yaml`, and give its path.

    Raises:
        MiddlegameError: there is something already.
    """
    path = folder / "scenario.yaml"
    if path.exists() or (folder.exists() and not folder.is_dir()):
        raise MiddlegameError(f"{path if path.exists() else folder} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    text = (FOLDER / "starter.yaml").read_text(encoding="utf-8")
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path
