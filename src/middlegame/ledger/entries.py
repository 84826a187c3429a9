"""Turn a scenario file into what the ledger records: its text, and an entry once it is solved."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from middlegame.base.spelling import nearest
from middlegame.base.version import __version__
from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.io.examples import find_file, open_scenario
from middlegame.io.outcomes import find_historical
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import (
    Entry,
    QuestionScale,
    RecordedForecast,
    RecordedQuestion,
    RecordedScenario,
    SampleDesign,
    digest,
    new_uid,
    now,
)
from middlegame.ledger.validation import forecaster_name
from middlegame.scenario import Scenario, apply_view
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.yaml.dump import dumps
from middlegame.scenario.yaml.load import read_text

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.sweeps.result import Sweep

Intervals = Mapping[str, tuple[float, float]]
"""The 90% interval of each question's probability, by the question's name."""


@dataclass(frozen=True)
class RecordableScenario:
    """A scenario that can be recorded once it is solved.

    Attributes:
        scenario: the scenario, with the judgements of the view if there is one.
        text: the text of the whole file, character by character.
        name: the scenario's name in the ledger.
        view: name of the view of the file; None for the file as it is written.
        forecaster: name under which the ledger keeps the view's forecasts.
    """

    scenario: Scenario
    text: str
    name: str
    view: str | None = None
    forecaster: str | None = None

    def entry(self, answers: "Equilibrium | Sweep", note: str = "", by: str | None = None) -> Entry:
        """Build the entry that records answers to the scenario's questions.

        Args:
            answers: the solved scenario, or a sweep of it (see `build_entry`).
            note: free text to keep with the record.
            by: the forecaster; otherwise the view's, or the user.

        Raises:
            LedgerError: the answers suppose something, or are not the scenario's.
        """
        return build_entry(
            answers,
            self.text,
            note=note,
            by=self.forecaster if by is None else by,
            name=self.name,
            view=self.view,
        )


def read_scenario(file: str, name: str | None = None) -> RecordableScenario:
    """Read a scenario to record.

    Args:
        file: a path, or a shipped scenario's name; FILE#VIEW reads one view.
        name: the scenario's name in the ledger; otherwise the name of its file or folder.

    Raises:
        ScenarioError: the scenario has faults.
        QueryError: the file has no such view.
        LedgerError: the scenario asks no questions, or its file changed while it was read.
    """
    if Path(file).suffix.lower() == ".json":
        raise LedgerError(f"{file} is a diagram, which asks no questions; expected a scenario")
    front, mark, view = file.rpartition("#")
    has_view = bool(mark) and not find_file(file).exists()
    path = find_file(front if has_view else file)
    loaded = open_scenario(front if has_view else file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    text = path.read_bytes().decode("utf-8-sig")
    require_recordable(loaded.scenario, text)
    # The text that is kept must be the one that was checked, even if the file is saved meanwhile.
    if read_text(text, folder=path.parent).scenario != loaded.scenario:
        raise LedgerError(f"{file} changed while it was read; try again")
    if loaded.places.files:  # members from a CSV file: the text that is kept stands by itself
        text = dumps(loaded.scenario)
    name = name or _file_name(path)
    if not has_view:
        return RecordableScenario(loaded.scenario, text, name)
    forecaster = loaded.scenario.views[view].forecaster if view in loaded.scenario.views else None
    return RecordableScenario(
        apply_view(loaded.scenario, view), text, name, view, forecaster or view
    )


def read_view(text: str, view: str | None) -> Scenario | None:
    """Read a scenario from its text.

    Args:
        text: a scenario's text.
        view: name of the view whose judgements to take; None for the text as it is written.

    Returns:
        The scenario; None where the text has faults.

    Raises:
        QueryError: the scenario has no such view.
    """
    scenario = read_text(text).scenario
    return scenario if scenario is None or view is None else apply_view(scenario, view)


def build_entry(
    solution: "Equilibrium | Sweep",
    text: str,
    intervals: Intervals | None = None,
    note: str = "",
    by: str | None = None,
    name: str | None = None,
    uid: str | None = None,
    view: str | None = None,
) -> Entry:
    """Build the entry that records a solution's answers to its scenario's questions.

    Args:
        solution: the solved scenario, whose middle world is recorded; or a sweep of it, whose means
            over worlds are.
        text: the scenario's text, character by character.
        intervals: as far as known; a sweep brings its own.
        note: free text to keep with the record.
        by: the forecaster; otherwise the user.
        name: the scenario's name in the ledger; otherwise its title, turned into a name.
        uid: identifier of the entry, for a program that may have to try again.
        view: name of the view of the text that was solved.

    Raises:
        LedgerError: the solution answers no question, is conditional on something that the
            scenario does not say, or does not fit the text or the intervals.
    """
    from middlegame.sweeps.result import Sweep

    # Without a sweep the record is of the middle world, whose numbers explain later differences.
    solution = solution if isinstance(solution, Sweep) else solution.middle
    swept = solution if isinstance(solution, Sweep) else None
    equilibrium = solution.equilibrium if isinstance(solution, Sweep) else solution
    scenario = equilibrium.scenario
    if scenario is None:
        raise LedgerError("a bare diagram asks no questions; expected a solved scenario")
    require_recordable(scenario, text)
    if equilibrium.supposed or set(equilibrium.known) != set(scenario.evidence):
        raise LedgerError(
            "a forecast that supposes something, or is given something, is not the scenario's own "
            "forecast: record the scenario as it stands, or write what is known under 'evidence'"
        )
    if read_view(text, view) != scenario:
        raise LedgerError("the text is not that of the scenario that was solved")
    if swept is not None:
        intervals = swept.intervals
    intervals = intervals or {}
    for question in intervals:
        if question not in scenario.questions:
            near = nearest(question, scenario.questions)
            hint = f"; did you mean '{near}'?" if near else ""
            raise LedgerError(f"there is an interval for an unknown question '{question}'{hint}")
    name = name or scenario_name(scenario.title)
    parameters = [parameter.name for parameter in equilibrium.diagram.parameters]
    return Entry(
        forecaster=forecaster_name(by),
        made_at=now(),
        forecasts=(
            *_forecasts(scenario, name, solution.questions, intervals),
            *_value_forecasts(scenario, name, solution.question_values),
        ),
        scenario=RecordedScenario(
            name=name,
            title=scenario.title,
            sha256=digest(text),
            text=text,
            as_of=scenario.as_of,
            view=view,
        ),
        theta=dict(zip(parameters, map(float, equilibrium.theta), strict=True)),
        sample=None
        if swept is None
        else SampleDesign(worlds=swept.count, method=swept.plan.method, seed=swept.plan.seed),
        version=__version__,
        note=note,
        uid=uid or new_uid(),
    )


def require_recordable(scenario: Scenario, text: str) -> None:
    """Check, before it is solved, that a scenario's forecast can be recorded.

    Raises:
        LedgerError: it asks no questions, or its text is that of a shipped contest whose outcome
            is known.
    """
    if not scenario.questions:
        raise LedgerError(
            f"'{scenario.title}' asks no questions, so there is nothing to record; add some "
            "under 'questions'"
        )
    name = find_historical(text)
    if name is not None:
        raise LedgerError(
            f"the outcome of '{name}' is known, so its answers are hindcasts, which no ledger "
            f"keeps; score them with: middlegame cases {name} --score"
        )


def scenario_name(title: str) -> str:
    """Turn a title into a name.

    >>> scenario_name("Harbour lease: who holds it?")
    'harbour-lease-who-holds-it'
    """
    return re.sub(r"\W+", "-", title.casefold()).strip("-_") or "scenario"


def _forecasts(
    scenario: Scenario, name: str, answers: Mapping[str, float], intervals: Intervals
) -> tuple[RecordedForecast, ...]:
    forecasts = []
    for key, probability in answers.items():
        question = scenario.questions[key]
        low, high = intervals.get(key, (None, None))
        forecasts.append(
            RecordedForecast(
                question=RecordedQuestion(scenario=name, name=key, by=question.by, on=question.on),
                probability=_clip_rounding(probability),
                low=low,
                high=high,
                label=question.label,
                will=str(question.will),
                resolves=question.resolves,
            )
        )
    return tuple(forecasts)


def _value_forecasts(
    scenario: Scenario, name: str, answers: Mapping[str, ScaleForecast]
) -> Iterator[RecordedForecast]:
    """Yield the forecasts of the questions for a value, with their whole distributions."""
    for key, found in answers.items():
        question = scenario.questions[key]
        scale = QuestionScale(found.values[0], found.values[-1], found.unit)
        yield RecordedForecast(
            question=RecordedQuestion(scenario=name, name=key, on=question.on, scale=scale),
            probability=_clip_rounding(found.probability),
            label=question.label,
            will=str(question.value),
            resolves=question.resolves,
            distribution=tuple(
                zip(found.values, map(_clip_rounding, found.probabilities), strict=True)
            ),
        )


def _file_name(path: Path) -> str:
    """Return a file's name without its ending; for `scenario.yaml`, its folder's name."""
    path = path.resolve()
    return path.parent.name if path.name == "scenario.yaml" else path.stem


def _clip_rounding(probability: float) -> float:
    """Clip a probability that rounding left up to 1e-9 outside 0..1; return others unchanged."""
    outside = -1e-9 < min(probability, 1 - probability) < 0
    return float(round(probability)) if outside else probability
