"""Findings as JSON objects, with the names of judgements instead of their numbers."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from middlegame.analysis.commitment import CommitmentValue
from middlegame.analysis.discovery import Box
from middlegame.analysis.mutual_information import QuestionInformation
from middlegame.analysis.one_at_a_time import FlipPoint, OneAtATime
from middlegame.analysis.outcomes import BatchEvaluator, QuestionOutcomes
from middlegame.analysis.sensitivity_indices import Driver, QuestionDrivers
from middlegame.analysis.value_of_information import InformationValue
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.result import Sweep


def drivers_as_json(
    equilibrium: Equilibrium,
    answers: BatchEvaluator,
    moves: Sequence[OneAtATime],
    drivers: Sequence[QuestionDrivers],
    seed: int,
) -> dict[str, Any]:
    """Give flip points and drivers of every question."""
    names = [parameter.name for parameter in answers.diagram.parameters]
    return {
        "title": answers.diagram.title,
        **equilibrium.conditions(),
        "seed": seed,
        "solved": answers.solved,
        "failed": answers.failed,
        "checked": answers.checked,
        "disagreed": answers.disagreed,
        "questions": {
            target.name: _question(names, target, moved, driven)
            for target, moved, driven in zip(answers.questions, moves, drivers, strict=True)
        },
    }


def box_as_json(
    equilibrium: Equilibrium, target: QuestionOutcomes, box: Box, worlds: int, seed: int
) -> dict[str, Any]:
    """Give in which worlds something happens."""
    diagram = equilibrium.diagram
    return {
        "title": diagram.title,
        **equilibrium.conditions(),
        "question": target.name,
        "seed": seed,
        "worlds": worlds,
        "above": box.above,
        "share": box.base_rate,
        "limits": {
            diagram.parameters[x.parameter].name: {
                "low": x.low,
                "high": x.high,
                "quasi_p": x.quasi_p,
            }
            for x in box.limits
        },
        "held_out": asdict(box.held_out),
        "found": asdict(box.in_sample),
        "trajectory": [asdict(trade) for trade in box.trajectory],
    }


def worth_as_json(
    worlds: Sweep,
    worths: Sequence[QuestionInformation],
    told: Sequence[InformationValue],
    levers: Sequence[CommitmentValue],
) -> dict[str, Any]:
    """Give what is worth finding out, to the analyst and to each actor, and leverage."""
    return {
        "title": worlds.plan.diagram.title,
        **worlds.equilibrium.conditions(),
        "seed": worlds.plan.seed,
        "worlds": worlds.count,
        "failed": worlds.failures,
        "questions": {
            each.question: {
                "mean": each.mean,
                "judgements": [asdict(worth) for worth in each.judgements],
                "factors": [asdict(worth) for worth in each.factors],
            }
            for each in worths
        },
        "knowing": [
            {"factor": each.factor, "actor": each.actor, "points": each.points} for each in told
        ],
        "leverage": [
            {
                "move": lever.intervention.name,
                "option": lever.intervention.state,
                "by": lever.mover,
                "to": lever.beneficiary,
                "worth": lever.points,
            }
            for lever in levers
        ],
    }


def _question(
    names: list[str], target: QuestionOutcomes, moved: OneAtATime, driven: QuestionDrivers
) -> dict[str, Any]:
    return {
        "condition": " or ".join(str(way) for way in target.conditions),
        "outcomes": dict(zip(target.outcomes, map(float, moved.middle), strict=True)),
        "flips": [_flip(names, flip) for flip in moved.flip_points],
        "pair": _flip(names, moved.pair) if moved.pair else None,
        "moves": {
            name: {
                "low": _number(target.probability(moved.ends[place, 0])),
                "high": _number(target.probability(moved.ends[place, 1])),
                "slope": _number(target.probability(moved.slopes[place])),
            }
            for place, name in enumerate(names)
        },
        "method": driven.method,
        "worlds": driven.worlds,
        "mean": driven.mean,
        "deviation": driven.deviation,
        "drivers": [_driver(names, driver) for driver in driven.ranked],
    }


def _flip(names: list[str], flip: FlipPoint) -> dict[str, Any]:
    return {
        "judgements": {
            names[place]: {"value": value, "share": share}
            for place, value, share in zip(flip.parameters, flip.values, flip.shares, strict=True)
        },
        "before": flip.before,
        "after": flip.after,
        "within": flip.within,
        "jumps": flip.jumps,
    }


def _driver(names: list[str], driver: Driver) -> dict[str, Any]:
    return {
        "name": driver.name,
        "judgements": [names[place] for place in driver.parameters],
        "first": _number(driver.first),
        "first_error": _number(driver.first_error),
        "total": _number(driver.total),
        "total_error": _number(driver.total_error),
    }


def _number(value: Any) -> float | None:
    """Give a number that JSON has: what is not finite is null."""
    number = float(value)
    return number if math.isfinite(number) else None
