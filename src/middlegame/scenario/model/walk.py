"""Walk a scenario: list its parts with their paths, and replace parts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from middlegame.base.errors import unknown_name
from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.model.fields import Citation, Sourced
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.views import ViewJudgement

Visit = tuple[Path, Any, tuple[BaseModel, ...]]


def walk(scenario: Scenario) -> list[Visit]:
    """Return each value as (path, value, enclosing parts from the outside in), outermost first.

    Defaults that were not written are left out.
    """
    visits: list[Visit] = []
    _walk(scenario, (), (), visits)
    return visits


def formulas(scenario: Scenario) -> Iterator[tuple[Path, FormulaJudgement]]:
    """Yield all numbers that formulas compute, with their paths."""
    return (
        (path, value) for path, value, _ in walk(scenario) if isinstance(value, FormulaJudgement)
    )


def judgements(scenario: Scenario) -> Iterator[tuple[Path, Judgement, tuple[Sourced, ...]]]:
    """Yield all judgements as (path, judgement, enclosing parts that may name its source).

    Numbers that formulas compute, and those under `fit:`, are not judgements.
    """
    return (each for each in numbers(scenario) if not isinstance(each[1], FormulaJudgement))


def numbers(scenario: Scenario) -> Iterator[tuple[Path, Judgement, tuple[Sourced, ...]]]:
    """Yield what `judgements` yields, and also the numbers that formulas compute."""
    for path, value, around in walk(scenario):
        if isinstance(value, Judgement) and path[:1] != ("fit",):
            yield path, value, tuple(part for part in around if isinstance(part, Sourced))


def _walk(value: object, path: Path, around: tuple[BaseModel, ...], visits: list[Visit]) -> None:
    visits.append((path, value, around))
    if isinstance(value, BaseModel):
        if isinstance(value, Citation):
            return
        inside, written = (*around, value), value.model_fields_set
        for name, field in type(value).model_fields.items():
            if name in written:
                _walk(getattr(value, name), (*path, field.alias or name), inside, visits)
        for name, part in (value.model_extra or {}).items():
            _walk(part, (*path, name), inside, visits)
    elif isinstance(value, dict):
        for name, part in value.items():
            _walk(part, (*path, name), around, visits)
    elif isinstance(value, tuple):
        for position, part in enumerate(value):
            _walk(part, (*path, position), around, visits)


T = TypeVar("T")


def replace_at(whole: T, path: Path, value: object) -> T:
    """Return a copy of a scenario, or of a part of one, with the value at a path replaced.

    The result is not validated; `find_faults` and compiling do that.

    Raises:
        KeyError: the path does not exist.
    """
    changed: T = _replaced(whole, path, value)
    return changed


def _replaced(part: Any, path: Path, value: object) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(part, BaseModel):
        fields = type(part).model_fields
        name = next((n for n, field in fields.items() if step in (n, field.alias)), str(step))
        if name not in fields and name not in (part.model_extra or {}):
            raise KeyError(dotted_path(path))
        return part.model_copy(update={name: _replaced(getattr(part, name), rest, value)})
    if isinstance(part, dict) and step in part:
        return part | {step: _replaced(part[step], rest, value)}
    if isinstance(part, tuple) and isinstance(step, int) and step < len(part):
        return (*part[:step], _replaced(part[step], rest, value), *part[step + 1 :])
    raise KeyError(dotted_path(path))


def judgements_by_place(scenario: Scenario) -> dict[str, tuple[Path, Judgement]]:
    """Return every number that a view may replace, formulas too: dotted path -> (path, number)."""
    return {dotted_path(path): (path, number) for path, number, _ in numbers(scenario)}


def apply_view(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario with a view's judgements in place of its own, and without views.

    Raises:
        QueryError: there is no such view.
        PydanticCustomError: a judgement of the view is invalid in its unit.
    """
    if name not in scenario.views:
        raise unknown_name("view", name, scenario.views)
    changed = scenario.model_copy(update={"views": {}})
    return _with_judgements(changed, scenario.views[name].judgements)


def apply_beliefs(scenario: Scenario, actor: str) -> Scenario:
    """Return the contest that an actor takes to be common knowledge, without views and beliefs.

    Raises:
        QueryError: the actor has no beliefs of its own.
        PydanticCustomError: a number that it has in mind is invalid in its unit.
    """
    if actor not in scenario.beliefs:
        raise unknown_name("actor with beliefs", actor, scenario.beliefs)
    changed = scenario.model_copy(update={"views": {}, "beliefs": {}})
    return _with_judgements(changed, scenario.beliefs[actor].judgements)


def _with_judgements(scenario: Scenario, numbers: Mapping[str, ViewJudgement]) -> Scenario:
    places, changed = judgements_by_place(scenario), scenario
    for place, rejudged in numbers.items():
        path, judgement = places[place]
        number = rejudged.read(judgement.unit)
        if judgement.private:
            number = replace(number, private=True)
        changed = replace_at(changed, path, number)
    return changed
