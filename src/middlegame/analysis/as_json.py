"""Findings as JSON objects, with the names of judgements instead of their numbers."""

import math
from collections.abc import Sequence
from typing import Any

from middlegame.analysis.drivers import Driver, Drivers
from middlegame.analysis.flips import Flip, Moves
from middlegame.analysis.targets import Answers, Target


def drivers_as_json(
    answers: Answers, moves: Sequence[Moves], drivers: Sequence[Drivers], seed: int
) -> dict[str, Any]:
    """Give flip points and drivers of every question."""
    names = [parameter.name for parameter in answers.diagram.parameters]
    return {
        "title": answers.diagram.title,
        "seed": seed,
        "solved": answers.solved,
        "failed": answers.failed,
        "checked": answers.checked,
        "disagreed": answers.disagreed,
        "questions": {
            target.name: _question(names, target, moved, driven)
            for target, moved, driven in zip(answers.targets, moves, drivers, strict=True)
        },
    }


def _question(names: list[str], target: Target, moved: Moves, driven: Drivers) -> dict[str, Any]:
    return {
        "condition": " or ".join(str(way) for way in target.ways),
        "outcomes": dict(zip(target.outcomes, map(float, moved.middle), strict=True)),
        "flips": [_flip(names, flip) for flip in moved.flips],
        "pair": _flip(names, moved.pair) if moved.pair else None,
        "moves": {
            name: {
                "low": _number(target.chance(moved.ends[place, 0])),
                "high": _number(target.chance(moved.ends[place, 1])),
                "slope": _number(target.chance(moved.slopes[place])),
            }
            for place, name in enumerate(names)
        },
        "method": driven.method,
        "worlds": driven.worlds,
        "mean": driven.mean,
        "deviation": driven.deviation,
        "drivers": [_driver(names, driver) for driver in driven.ranked],
    }


def _flip(names: list[str], flip: Flip) -> dict[str, Any]:
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
