"""Open a contest in any form: a scenario (YAML), a diagram (.json), a strategic game (.nfg)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from middlegame.base.errors import QueryError
from middlegame.base.text import normalize
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
    """Read a contest from a path, or an example by its name.

    Args:
        file: a path or an example's name; FILE#VIEW takes the judgements of a view.
        row: values of data columns, instead of those in the scenario.

    Returns:
        The diagram, and the scenario with its places; None for a diagram or a strategic game.

    Raises:
        ScenarioError: the scenario has faults.
        QueryError: the form is not readable, there is no such view, or no such column.
    """
    suffix = Path(file).suffix.lower()
    if row and suffix in (".json", ".nfg"):
        raise QueryError(f"{file}: only a scenario has data columns")
    if suffix == ".json":
        return read_json(Path(file)), None
    if suffix == ".nfg":
        return read_nfg(Path(file)), None
    if suffix == ".efg":
        raise QueryError(f"{file}: game trees are written and not read; a .nfg or .json is read")
    loaded = open_view(file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    scenario = with_row(loaded.scenario, row) if row else loaded.scenario
    try:
        return compile_scenario(scenario, checked=not row), replace(loaded, scenario=scenario)
    except ScenarioError as error:
        raise ScenarioError(map(loaded.locate_fault, error.faults)) from None


def open_view(file: str) -> LoadedScenario:
    """Read a scenario by path or example name; FILE#VIEW takes the judgements of a view.

    Raises:
        QueryError: there is no such view.
    """
    name, mark, view = file.rpartition("#")
    if not mark or find_file(file).exists():
        return open_scenario(file)
    loaded = open_scenario(name)
    if loaded.scenario is None:
        return loaded
    return replace(loaded, scenario=apply_view(loaded.scenario, normalize(view)))
