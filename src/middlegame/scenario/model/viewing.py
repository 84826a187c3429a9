"""A scenario as one of its rival views has it."""

from middlegame.base.errors import unknown
from middlegame.scenario.faults import Path, dotted
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.replacing import replaced
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import judgements


def judged(scenario: Scenario) -> dict[str, tuple[Path, Judgement]]:
    """List every number that a view may judge otherwise, by its place as text."""
    return {dotted(path): (path, judgement) for path, judgement, _ in judgements(scenario)}


def in_view(scenario: Scenario, name: str) -> Scenario:
    """Give the scenario with a view's judgements in place of its own, and no views.

    Raises:
        QueryError: there is no such view.
        PydanticCustomError: a judgement of the view is no number of its unit.
    """
    if name not in scenario.views:
        raise unknown("view", name, scenario.views)
    places = judged(scenario)
    changed = scenario.model_copy(update={"views": {}})
    for place, rejudged in scenario.views[name].judgements.items():
        path, judgement = places[place]
        changed = replaced(changed, path, rejudged.read(judgement.unit))
    return changed
