"""The scenarios that come with middlegame, by name; `load` takes a name or a path."""

from dataclasses import dataclass
from pathlib import Path

from middlegame.scenario import Scenario
from middlegame.scenario.load import Loaded, read

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True)
class Shipped:
    """A scenario that comes with middlegame: its name, title and folder."""

    name: str
    title: str
    folder: Path


def shipped() -> list[Shipped]:
    """List the scenarios that come with middlegame, by name."""
    found = []
    for path in sorted(FOLDER.glob("*/scenario.yaml")):
        first = next(line for line in path.open(encoding="utf-8") if line.startswith("title:"))
        title = first.removeprefix("title:").strip().strip("\"'")
        found.append(Shipped(path.parent.name, title, path.parent))
    return found


def locate(name: str) -> Path:
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
    loaded.raise_faults()
    assert loaded.scenario is not None
    return loaded.scenario


def open_scenario(name: str | Path) -> Loaded:
    """Read a scenario with its places and all its faults, warnings among them."""
    return read(locate(str(name)))
