"""The scenario to record, with its text to the letter and the name that the ledger gives it."""

from dataclasses import dataclass
from pathlib import Path

from middlegame.ledger.failures import LedgerError
from middlegame.ledger.forecasting import require_questions
from middlegame.scenario import Scenario
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.load import read_text
from middlegame.shipped import locate, open_scenario


@dataclass(frozen=True)
class Found:
    """A scenario to record."""

    scenario: Scenario
    text: str
    name: str


def read_scenario(file: str, name: str | None = None) -> Found:
    """Read a scenario from a path, or a shipped one by its name.

    Raises:
        ScenarioError: it has faults.
        LedgerError: it asks no questions, or its file changed meanwhile.
    """
    if file.endswith(".json"):
        raise LedgerError(f"{file} is a diagram, which asks no questions; expected a scenario")
    loaded = open_scenario(file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    require_questions(loaded.scenario)
    path = locate(file)
    text = path.read_bytes().decode("utf-8-sig")
    # What is kept must be what was checked, even where somebody saves the file just now.
    if read_text(text).scenario != loaded.scenario:
        raise LedgerError(f"{file} changed while it was read; try again")
    return Found(loaded.scenario, text, name or _name(path))


def _name(path: Path) -> str:
    """A folder's `scenario.yaml` is called like its folder."""
    path = path.resolve()
    return path.parent.name if path.name == "scenario.yaml" else path.stem
