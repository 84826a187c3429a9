"""How a forecast changes with every uncertain number, everybody adapting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.engine.inference.joint import Evidence
from middlegame.engine.qre.sensitivity import ForecastQuery, Gradient, forecast_gradients
from middlegame.equilibrium.engine_input import engine_input, fix_states, flatten_numbers

_STEP = 1e-30
"""Of a complex step: so small that its square is lost beside any number."""


@dataclass(frozen=True)
class Sensitivity:
    """How a forecast's probability changes, for each unit by which a number does.

    Attributes:
        numbers: by each uncertain number, in its unit (a point, a whole probability, odds of 1).
        lambdas: by each owner's lambda (log-odds a point).
    """

    numbers: dict[str, float]
    lambdas: dict[str, float]


def differentiate(
    diagram: Diagram,
    theta: Floats,
    logits: Floats,
    supposed: Mapping[str, str],
    asked: Sequence[ForecastQuery],
    evidence: Evidence,
) -> list[Sensitivity] | None:
    """Differentiate probabilities at an equilibrium.

    Args:
        diagram: what was solved.
        theta: the parameters at which it was.
        logits: of the equilibrium, `[rows, widest]`.
        supposed: nodes that were fixed at states.
        asked: whose probabilities.
        evidence: the likelihood of what was observed, by node.

    Returns:
        One for each; None where the equilibrium stands at a fold or fork: there is no derivative.
    """
    structure = diagram.structure
    tables = fix_states(diagram, diagram.tables(theta), supposed)
    game = engine_input(diagram, tables)
    found = forecast_gradients(structure, game, logits, asked, evidence)
    if found is None:
        return None
    numbers = _by_theta(diagram, theta, supposed, found)
    owners = np.eye(len(diagram.owners))
    lambdas = (
        np.stack([diagram.scaled_lambdas(each, tables.scales) for each in owners]) @ found.lambdas
    )
    names = [parameter.name for parameter in diagram.parameters]
    return [
        Sensitivity(
            dict(zip(names, map(float, by_numbers), strict=True)),
            dict(zip(diagram.owners, map(float, by_lambdas), strict=True)),
        )
        for by_numbers, by_lambdas in zip(numbers.T, lambdas.T, strict=True)
    ]


def _by_theta(diagram: Diagram, theta: Floats, supposed: Mapping[str, str], by: Gradient) -> Floats:
    """Go on from tables to what they are computed from, `[parameters, forecasts]`.

    By a complex step for each parameter, which is exact to rounding: nothing is subtracted
    (Squire & Trapp 1998).
    """
    slopes = np.zeros((len(theta), by.tables.shape[-1]))
    for place in range(len(theta)):
        moved = theta.astype(complex)
        moved[place] += _STEP * 1j
        tables = fix_states(diagram, diagram.tables(moved), supposed)
        cells, lambdas = flatten_numbers(diagram, tables)
        slopes[place] = np.imag(cells) @ by.tables + np.imag(lambdas) @ by.lambdas
    return slopes / _STEP
