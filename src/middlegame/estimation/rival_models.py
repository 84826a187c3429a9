"""Rival models of how a contest's actors choose, each as a scenario to be fitted.

The scenario as written has agent errors: everybody expects them of everybody, and nobody knows
anybody's (Signorino 1999). In its rivals actors have private information about what outcomes are
worth to them (Signorino 2003), err on scales of their own, or reason by levels instead of expecting
what is likely (Stahl & Wilson 1994; Camerer, Ho & Chong 2004).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from middlegame.scenario import Scenario
from middlegame.scenario.model.fit import Coefficient
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement, parse_judgement

MAX_PRIVATE_WORTHS = 4
"""The most private worths of one actor: each multiplies what its moves know by three."""
MAX_SPREAD = 3.0
"""The largest spread of a private worth, in log-odds: beyond it, its few points leave gaps."""
_MAX_SCALE = 3.0
"""The largest logarithm of the ratio of two actors' scales of errors."""


@dataclass(frozen=True)
class RivalModel:
    """A model of how actors choose.

    Attributes:
        name: what it is called in tables.
        about: what it supposes, in a sentence.
        scenario: the scenario under it, with coefficients of its own.
    """

    name: str
    about: str
    scenario: Scenario


def rival_models(scenario: Scenario) -> list[RivalModel]:
    """Return the scenario as written, and its rivals; those that it holds already are left out.

    Args:
        scenario: one with `fit:`.
    """
    written = RivalModel("as written", "The contest as the file has it.", scenario)
    return [written, *_private_worths(scenario), *_own_errors(scenario), *_levels(scenario)]


def _private_worths(scenario: Scenario) -> Iterator[RivalModel]:
    """Let each mover alone know part of what each of its outcomes is worth to it."""
    movers = _movers(scenario)
    worths = [each for actor in movers for each in scenario.interests.get(actor, ())]
    if not worths or any(each.worth.private or each.private_spread for each in worths):
        return
    if any(len(scenario.interests.get(actor, ())) > MAX_PRIVATE_WORTHS for actor in movers):
        return
    changed, interests = scenario, dict(scenario.interests)
    for actor in movers:
        if actor not in interests:
            continue
        unit = 1 / _log_odds_a_point(scenario, actor)
        start = Coefficient(
            label=f"Private worths: spread of {actor}",
            prior=Judgement(0.25 * unit, 1.25 * unit, "points"),
            least=0.0,
            most=MAX_SPREAD * unit,
        )
        changed, name = _with_coefficient(changed, f"spread_{actor}", start)
        spread = parse_judgement(name, "points")
        interests[actor] = tuple(
            each.model_copy(update={"private_spread": spread}) for each in interests[actor]
        )
    yield RivalModel(
        "private worths",
        "Each actor alone knows part of what each outcome is worth to it; the spreads are learnt.",
        changed.model_copy(update={"interests": interests}),
    )


def _own_errors(scenario: Scenario) -> Iterator[RivalModel]:
    """Let each mover but the first err on a scale of its own."""
    movers = _movers(scenario)
    precisions = [scenario.actors[actor].precision or scenario.precision for actor in movers]
    if len(movers) < 2 or any(each.private for each in precisions):
        return
    changed, actors = scenario, dict(scenario.actors)
    for actor, precision in zip(movers[1:], precisions[1:], strict=True):
        ratio = Coefficient(
            label=f"Precision of {actor}: log of its ratio to {movers[0]}'s",
            least=-_MAX_SCALE,
            most=_MAX_SCALE,
        )
        changed, name = _with_coefficient(changed, f"log_precision_{actor}", ratio)
        base = str(precision) if isinstance(precision, FormulaJudgement) else f"{precision.median}"
        power = parse_judgement(f"({base})^exp({name})", "odds")
        actors[actor] = actors[actor].model_copy(update={"precision": power})
    yield RivalModel(
        "errors by actor",
        f"Each actor errs on a scale of its own, relative to {movers[0]}'s.",
        changed.model_copy(update={"actors": actors}),
    )


def _levels(scenario: Scenario) -> Iterator[RivalModel]:
    """Let all actors reason by levels, unless some do already."""
    written = [scenario.behaviour, *(each.behaviour for each in scenario.actors.values())]
    if any(each is not None and not each.is_equilibrium for each in written):
        return
    for level in (1, 2):
        expects = "random play" if level == 1 else "others to expect random play"
        yield RivalModel(
            f"level {level}",
            f"Every actor expects {expects}.",
            scenario.with_behaviour(f"level={level}"),
        )
    mean = Coefficient(
        label="Mean level of reasoning", prior=Judgement(1.0, 2.0, "points"), least=0.05, most=5.0
    )
    changed, name = _with_coefficient(scenario, "mean_level", mean)
    yield RivalModel(
        "hierarchy",
        "Levels of reasoning are Poisson; each actor expects the levels below its own.",
        changed.with_behaviour(f"hierarchy={name}"),
    )


def _movers(scenario: Scenario) -> list[str]:
    """Return the actors that have a move, in the order in which they first move."""
    return list(dict.fromkeys(move.by for move in scenario.moves.values()))


def _with_coefficient(
    scenario: Scenario, name: str, coefficient: Coefficient
) -> tuple[Scenario, str]:
    """Declare a coefficient under a name that is free, and return the name too."""
    fit = scenario.fit
    assert fit is not None
    taken: set[Any] = {*fit.coefficients, *fit.columns, *scenario.numbers, *scenario.states()}
    while name in taken:
        name += "_"
    coefficients = fit.coefficients | {name: coefficient}
    changed = fit.model_copy(update={"coefficients": coefficients})
    return scenario.model_copy(update={"fit": changed}), name


def _log_odds_a_point(scenario: Scenario, actor: str) -> float:
    """Return an actor's log-odds for a point; 1 where they are to be learnt."""
    precision = scenario.actors[actor].precision or scenario.precision
    if not isinstance(precision, FormulaJudgement):
        return math.log(max(precision.median, 1.001)) / 10
    if precision.formula.names:
        return 1.0
    return float(np.log(precision.formula.evaluate({}, {}, np))) / 10
