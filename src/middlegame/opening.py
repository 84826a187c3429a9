"""A contest in whatever form a file holds it: a scenario, a diagram, a strategic game."""

from pathlib import Path

from middlegame.compile import compile_scenario
from middlegame.diagram import Diagram
from middlegame.errors import QueryError
from middlegame.formats.json_form import read_json
from middlegame.formats.nfg import read_nfg
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.load import Loaded
from middlegame.shipped import open_scenario


def open_contest(file: str) -> tuple[Diagram, Loaded | None]:
    """Read a contest from a path, or by the name of a shipped scenario.

    Returns:
        Its diagram at the medians, and the scenario's file if it is one.

    Raises:
        ScenarioError: the scenario has faults.
        QueryError: the file is of a form that is not read.
    """
    if file.endswith(".json"):
        return read_json(Path(file)), None
    if file.endswith(".nfg"):
        return read_nfg(Path(file)), None
    if file.endswith(".efg"):
        raise QueryError(f"{file}: game trees are written and not read; a .nfg or .json is read")
    loaded = open_scenario(file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    return compile_scenario(loaded.scenario), loaded
