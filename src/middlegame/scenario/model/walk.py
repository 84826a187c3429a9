"""Everything in a scenario, each with its path and with what stands around it."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from middlegame.scenario.conditions import Condition
from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import ByFormula, Judgement
from middlegame.scenario.model.parts import Sourced
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.words import Citation

Found = tuple[Path, Any, tuple[BaseModel, ...]]


def walk(scenario: Scenario) -> Iterator[Found]:
    """List all values, outermost first: path, value, and the parts around it from the outside in.

    What was not written (a default) is left out.
    """
    yield from _walk(scenario, (), ())


def conditions(scenario: Scenario) -> Iterator[tuple[Path, Condition]]:
    """List all conditions."""
    return ((path, value) for path, value, _ in walk(scenario) if isinstance(value, Condition))


def sourced(scenario: Scenario) -> Iterator[tuple[Path, Sourced]]:
    """List everything that may carry a citation, a reason or a quote."""
    return ((path, value) for path, value, _ in walk(scenario) if isinstance(value, Sourced))


def formulas(scenario: Scenario) -> Iterator[tuple[Path, ByFormula]]:
    """List all numbers that formulas compute."""
    return ((path, value) for path, value, _ in walk(scenario) if isinstance(value, ByFormula))


def judgements(scenario: Scenario) -> Iterator[tuple[Path, Judgement, tuple[Sourced, ...]]]:
    """List all numbers that were judged, each with the parts that may say where it comes from.

    What a formula computes and what data are to tell (`fit:`) is no judgement.
    """
    for path, value, around in walk(scenario):
        if path[:1] == ("fit",) or isinstance(value, ByFormula):
            continue
        if isinstance(value, Judgement):
            yield path, value, tuple(part for part in around if isinstance(part, Sourced))


def _walk(value: object, path: Path, around: tuple[BaseModel, ...]) -> Iterator[Found]:
    yield path, value, around
    if isinstance(value, Citation):
        return
    if isinstance(value, BaseModel):
        inside = (*around, value)
        for name, field in type(value).model_fields.items():
            if name in value.model_fields_set:
                yield from _walk(getattr(value, name), (*path, field.alias or name), inside)
        for name, part in (value.model_extra or {}).items():
            yield from _walk(part, (*path, name), inside)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _walk(part, (*path, name), around)
    elif isinstance(value, tuple):
        for position, part in enumerate(value):
            yield from _walk(part, (*path, position), around)
