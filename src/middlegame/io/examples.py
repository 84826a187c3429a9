"""The example scenarios that come with middlegame, and loading by path or example name."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from middlegame.scenario import Scenario
from middlegame.scenario.faults import Fault, ScenarioError, nearest
from middlegame.scenario.yaml.load import LoadedScenario, read

FOLDER = Path(__file__).parent.parent / "contests"


@dataclass(frozen=True)
class Example:
    """An example scenario: its name, title and folder."""

    name: str
    title: str
    folder: Path


def list_examples() -> list[Example]:
    """List the example scenarios, sorted by name."""
    found = []
    for path in sorted(FOLDER.glob("*/scenario.yaml")):
        title = read_header(path).get("title", "")
        found.append(Example(path.parent.name, title, path.parent))
    return found


def read_header(path: Path) -> dict[str, str]:
    """Return the top-level keys of a scenario's file that stand on one line, without parsing it."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, colon, value = line.partition(":")
        if colon and key.isidentifier() and value.strip():
            found[key] = value.strip().strip("\"'")
    return found


def find_file(name: str) -> Path:
    """Return a scenario's file: a path unchanged, a folder's `scenario.yaml`, or an example's."""
    path = Path(name)
    if path.is_dir():
        return path / "scenario.yaml"
    if not path.exists() and (FOLDER / name / "scenario.yaml").is_file():
        return FOLDER / name / "scenario.yaml"
    return path


def load(name: str | Path) -> Scenario:
    """Load a scenario from a path, or an example by its name.

    Raises:
        ScenarioError: the scenario has errors; all of them are listed.
    """
    loaded = open_scenario(name)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    return loaded.scenario


def open_scenario(name: str | Path) -> LoadedScenario:
    """Read a scenario by path or example name, with all its faults and places; never raises."""
    path = find_file(str(name))
    loaded = read(path)
    if path.exists():
        return loaded
    if path.suffix:
        (missing,) = loaded.faults
        return replace(loaded, faults=(replace(missing, suggestion=_near(path, ())),))
    near = _near(Path(name), [known.name for known in list_examples()])
    fault = Fault(
        f"there is no file or example '{name}'",
        "a path, or an example listed by 'middlegame list'",
        suggestion=near,
    )
    return replace(loaded, faults=(fault,))


def _near(path: Path, examples: Iterable[str]) -> str:
    """Return the most similar contest beside a path that does not exist, or example; or nothing."""
    try:
        beside = {
            each.name: str(each)
            for each in sorted(path.parent.iterdir())
            if each.suffix in (".yaml", ".yml") or (each / "scenario.yaml").is_file()
        }
    except (OSError, ValueError):
        beside = {}
    near = nearest(path.name, [*beside, *examples])
    return beside.get(near, near)
