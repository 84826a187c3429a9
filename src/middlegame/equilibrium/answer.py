"""The answer of an equilibrium or a forecast as one JSON object (docs/json.md)."""

from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.diagram import Level, evaluate_numbers
from middlegame.scenario.model.references import base_name

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium


def answer(found: "Equilibrium", storylines: int) -> dict[str, Any]:
    """Return everything that an equilibrium or a forecast answers.

    Args:
        found: the equilibrium or forecast.
        storylines: how many storylines; searching for them takes longest.
    """
    lines = found.storylines(storylines) if storylines > 0 else None
    return {
        "title": found.diagram.title,
        "status": found.status,
        "residual": found.residual,
        "lambda": found.lambdas,
        "clamped": found.clamped,
        **_behaviour(found),
        **found.conditions(),
        "questions": found.questions,
        "question_values": {n: each.to_dict() for n, each in found.question_values.items()},
        "forecast": found.forecasts,
        "scales": {name: each.to_dict() for name, each in found.scale_forecasts.items()},
        "curves": _curves(found),
        "prior": {"questions": found.prior.questions, "forecast": found.prior.forecasts}
        if found.known
        else None,
        "policies": {
            decision.name: found.policy(decision.name).tolist()
            for decision in found.diagram.decisions
        },
        "points": found.points,
        "branches": _branch_answers(found),
        "storylines": [line.to_dict() for line in lines or ()],
        "storylines_bound": lines.bound if lines is not None else None,
        **_expected(found),
    }


def _behaviour(found: "Equilibrium") -> dict[str, Any]:
    """Return how actors reason, and at which levels, as JSON; empty if all in equilibrium."""
    reasoning = {decision.owner for decision in found.diagram.decisions} & {
        *found.diagram.behaviour
    }
    if not reasoning:
        return {}
    behaviour = {
        owner: {"level": each.level}
        if isinstance(each, Level)
        else {"hierarchy": float(evaluate_numbers((each.mean,), found.theta, np)[0])}
        for owner, each in found.diagram.behaviour.items()
        if owner in reasoning
    }
    return {"behaviour": behaviour, "levels": found.levels}


def _curves(found: "Equilibrium") -> dict[str, Any]:
    """Return every forecast by name, state and period; empty for a contest without time."""
    calendar = found.scenario.calendar if found.scenario else None
    if calendar is None:
        return {}
    periods = range(1, calendar.count + 1)
    names = dict.fromkeys(
        base_name(node.name) for node in found.diagram.contest_nodes if node.period is not None
    )
    curves: dict[str, Any] = {}
    for name in names:
        there = {node.period: found.forecasts[node.name] for node in found.diagram.instances(name)}
        states = next(iter(there.values()))
        curves[name] = {
            state: [there[k][state] if k in there else None for k in periods] for state in states
        }
    return {"periods": [calendar.period_name(period) for period in periods], **curves}


def _branch_answers(found: "Equilibrium") -> list[dict[str, Any]] | None:
    """Return the answers of each mirror branch; None if there is one branch."""
    if not found.mirrors:
        return None
    return [
        {
            "probability": probability,
            "questions": each.questions,
            "forecast": each.forecasts,
            "policies": {
                decision.name: policy.tolist()
                for decision, policy in zip(found.diagram.decisions, each.policies, strict=True)
            },
            "points": each.points,
        }
        for probability, each in zip(found.branch_probabilities, found.branches, strict=True)
    ]


def _expected(found: "Equilibrium") -> dict[str, Any]:
    """Return what each actor expects as JSON; empty where nobody has beliefs of its own."""
    if not found.expectations:
        return {}
    return {"expectations": {each.actor: each.to_dict() for each in found.expectations}}
