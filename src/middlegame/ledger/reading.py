"""The scenario to record, with its text to the letter and the name that the ledger gives it."""

from dataclasses import dataclass
from pathlib import Path

from middlegame.io.examples import locate, open_scenario
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.forecasting import require_questions
from middlegame.scenario import Scenario, in_view
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.yaml.load import read_text


@dataclass(frozen=True)
class Found:
    """A scenario to record.

    Attributes:
        scenario: it, as the view has it if it is a view's.
        text: of the whole file, to the letter.
        name: what the ledger calls it.
        view: which of the file's views it is.
        forecaster: by which name the ledger keeps that view's forecasts.
    """

    scenario: Scenario
    text: str
    name: str
    view: str | None = None
    forecaster: str | None = None


def read_scenario(file: str, name: str | None = None) -> Found:
    """Read a scenario from a path, or a shipped one by its name; FILE#VIEW as a view has it.

    Raises:
        ScenarioError: it has faults.
        QueryError: it has no such view.
        LedgerError: it asks no questions, or its file changed meanwhile.
    """
    if file.endswith(".json"):
        raise LedgerError(f"{file} is a diagram, which asks no questions; expected a scenario")
    front, mark, view = file.rpartition("#")
    of_view = bool(mark) and not locate(file).exists()
    loaded = open_scenario(front if of_view else file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    require_questions(loaded.scenario)
    path = locate(front if of_view else file)
    text = path.read_bytes().decode("utf-8-sig")
    # What is kept must be what was checked, even where somebody saves the file just now.
    if read_text(text).scenario != loaded.scenario:
        raise LedgerError(f"{file} changed while it was read; try again")
    if not of_view:
        return Found(loaded.scenario, text, name or _name(path))
    scenario = in_view(loaded.scenario, view)
    whose = loaded.scenario.views[view].forecaster or view
    return Found(scenario, text, name or _name(path), view, whose)


def _name(path: Path) -> str:
    """A folder's `scenario.yaml` is called like its folder."""
    path = path.resolve()
    return path.parent.name if path.name == "scenario.yaml" else path.stem
