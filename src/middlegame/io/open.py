"""A contest in whatever form a file holds it: a scenario, a diagram, a strategic game."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from middlegame.base.errors import QueryError
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram
from middlegame.io.examples import find_file, open_scenario
from middlegame.io.json_form import read_json
from middlegame.io.nfg import read_nfg
from middlegame.scenario.data_rows import with_row
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.model.walk import apply_view
from middlegame.scenario.yaml.load import LoadedScenario


def open_contest(
    file: str, row: Mapping[str, object] | None = None
) -> tuple[Diagram, LoadedScenario | None]:
    """Read a contest from a path, or by the name of a shipped scenario.

    Args:
        file: where it is; FILE#VIEW is the contest as one of its views has it.
        row: values of data columns, instead of those that the scenario names.

    Returns:
        Its diagram at the medians, and the scenario's file if it is one.

    Raises:
        ScenarioError: the scenario has faults.
        QueryError: the file is of a form that is not read, it has no such view, or the row speaks
            of no column of it.
    """
    if row and file.endswith((".json", ".nfg")):
        raise QueryError(f"{file}: only a scenario speaks of data columns")
    if file.endswith(".json"):
        return read_json(Path(file)), None
    if file.endswith(".nfg"):
        return read_nfg(Path(file)), None
    if file.endswith(".efg"):
        raise QueryError(f"{file}: game trees are written and not read; a .nfg or .json is read")
    loaded = open_view(file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    scenario = with_row(loaded.scenario, row) if row else loaded.scenario
    try:
        return compile_scenario(scenario), replace(loaded, scenario=scenario)
    except ScenarioError as error:
        raise ScenarioError(map(loaded.locate_fault, error.faults)) from None


def open_view(file: str) -> LoadedScenario:
    """Read a scenario with its faults, in one of its views if `#VIEW` follows.

    Raises:
        QueryError: it has no such view.
    """
    name, mark, view = file.rpartition("#")
    if not mark or find_file(file).exists():
        return open_scenario(file)
    loaded = open_scenario(name)
    if loaded.scenario is None:
        return loaded
    return replace(loaded, scenario=apply_view(loaded.scenario, view))
