"""From a solved scenario to an entry."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from middlegame.base.spelling import nearest
from middlegame.base.version import __version__
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.forecaster import forecaster_name
from middlegame.ledger.records import (
    Drawn,
    Entry,
    Forecast,
    Question,
    Scenario,
    digest,
    new_uid,
    now,
)
from middlegame.scenario.model.viewing import in_view
from middlegame.scenario.yaml.load import read_text

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario import Scenario as Contest
    from middlegame.sweeps.result import Sweep

Intervals = Mapping[str, tuple[float, float]]


def entry_of(
    found: "Equilibrium | Sweep",
    text: str,
    intervals: Intervals | None = None,
    note: str = "",
    by: str | None = None,
    name: str | None = None,
    uid: str | None = None,
    view: str | None = None,
) -> Entry:
    """Turn what was solved into an entry; the arguments are those of `Ledger.record`.

    Raises:
        LedgerError: there is nothing to keep, or it does not fit together.
    """
    from middlegame.sweeps.result import Sweep

    equilibrium = found.equilibrium if isinstance(found, Sweep) else found
    scenario = equilibrium.scenario
    if scenario is None:
        raise LedgerError("a bare diagram asks no questions; expected a solved scenario")
    require_questions(scenario)
    if equilibrium.supposed or set(equilibrium.known) != set(scenario.evidence):
        raise LedgerError(
            "a forecast that supposes something, or is given something, is no forecast of the "
            "scenario: record the scenario as it stands, or write what is known under 'evidence'"
        )
    if read_view(text, view) != scenario:
        raise LedgerError("the text is not that of the scenario that was solved")
    answers = equilibrium.questions
    if isinstance(found, Sweep):
        # What is forecast is the mean over the worlds, not the middle world's probability.
        answers = {asked: found.questions[asked].mean for asked in scenario.questions}
        intervals = {asked: found.questions[asked].ninety for asked in answers}
    drawn = (
        Drawn(worlds=found.count, method=found.plan.method, seed=found.plan.seed)
        if isinstance(found, Sweep)
        else None
    )
    intervals = intervals or {}
    for asked in intervals:
        if asked not in scenario.questions:
            near = nearest(asked, scenario.questions)
            hint = f"; did you mean '{near}'?" if near else ""
            raise LedgerError(f"there is an interval for '{asked}', which is no question{hint}")
    called = name or name_of(scenario.title)
    forecasts = []
    for asked, probability in answers.items():
        question = scenario.questions[asked]
        low, high = intervals.get(asked, (None, None))
        forecasts.append(
            Forecast(
                question=Question(scenario=called, name=asked, by=question.by, on=question.on),
                probability=_tidy(probability),
                low=low,
                high=high,
                label=question.label,
                will=str(question.will),
                resolves=question.resolves,
            )
        )
    names = [parameter.name for parameter in equilibrium.diagram.parameters]
    return Entry(
        forecaster=forecaster_name(by),
        made_at=now(),
        forecasts=tuple(forecasts),
        scenario=Scenario(
            name=called,
            title=scenario.title,
            sha256=digest(text),
            text=text,
            as_of=scenario.as_of,
            view=view,
        ),
        theta=dict(zip(names, map(float, equilibrium.theta), strict=True)),
        drawn=drawn,
        version=__version__,
        note=note,
        uid=uid or new_uid(),
    )


def read_view(text: str, view: str | None) -> "Contest | None":
    """Read a text's scenario, in one of its views if that is said; None where it has faults.

    Raises:
        QueryError: there is no such view.
    """
    contest = read_text(text).scenario
    return contest if contest is None or view is None else in_view(contest, view)


def require_questions(scenario: "Contest") -> None:
    """Refuse a scenario without questions.

    Raises:
        LedgerError: it asks none.
    """
    if not scenario.questions:
        raise LedgerError(
            f"'{scenario.title}' asks no questions, so there is nothing to record; give it some "
            "under 'questions'"
        )


def name_of(title: str) -> str:
    """Turn a title into a name.

    >>> name_of("Harbour lease: who holds it?")
    'harbour-lease-who-holds-it'
    """
    return re.sub(r"\W+", "-", title.casefold()).strip("-_") or "scenario"


def _tidy(probability: float) -> float:
    """Bring sums that rounding left a hair outside 0..1 back; what is truly outside stays."""
    return (
        round(probability) * 1.0 if -1e-9 < min(probability, 1 - probability) < 0 else probability
    )
