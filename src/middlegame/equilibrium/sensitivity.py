"""How a forecast changes with every uncertain number, everybody adapting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.joint import Evidence, joint
from middlegame.engine.logit import policies
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
    branches: Sequence[Floats],
    supposed: Mapping[str, str],
    asked: Sequence[ForecastQuery],
    evidence: Evidence,
) -> list[Sensitivity] | None:
    """Differentiate probabilities at an equilibrium.

    Args:
        diagram: what was solved.
        theta: the parameters at which it was.
        branches: the logits `[rows, widest]` of the equilibrium; of each mirror branch, where the
            probabilities are the mean over several.
        supposed: nodes that were fixed at states.
        asked: whose probabilities.
        evidence: the likelihood of what was observed, by node.

    Returns:
        One for each; None where the equilibrium stands at a fold or fork: there is no derivative.
    """
    structure = diagram.structure
    tables = fix_states(diagram, diagram.tables(theta), supposed)
    game = engine_input(diagram, tables)
    found = _mean_gradient(structure, game, branches, asked, evidence)
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


def _mean_gradient(
    structure: Structure,
    game: Game,
    branches: Sequence[Floats],
    asked: Sequence[ForecastQuery],
    evidence: Evidence,
) -> Gradient | None:
    """Return the derivatives of mean probabilities over branches, given the evidence.

    A mean given evidence is the sum over branches of P(asked, evidence) over that of P(evidence):
    each branch adds its own derivatives, and those of its share of the evidence.
    """
    found = [forecast_gradients(structure, game, each, asked, evidence) for each in branches]
    kept = [each for each in found if each is not None]
    if len(kept) < len(found):
        return None
    if len(kept) == 1:
        return kept[0]
    seen = tuple(evidence)
    indicator = np.asarray(reduce(np.multiply.outer, [evidence[node] for node in seen], 1.0))
    chances, answers, shares = [], [], []
    for logits in branches:
        masses = _masses(structure, game, logits)
        chances.append(float(np.sum(joint(structure, masses, seen) * indicator)))
        joints = [joint(structure, masses, query.nodes, evidence) for query in asked]
        answers.append(
            [
                float(np.sum(j * q.indicator)) / chances[-1]
                for j, q in zip(joints, asked, strict=True)
            ]
        )
        if seen:
            shares += [
                forecast_gradients(structure, game, logits, [ForecastQuery(seen, indicator)], {})
            ]
    weights = np.array(chances) / sum(chances)
    gaps = np.array(answers) - weights @ np.array(answers)
    tables = sum(w * each.tables for w, each in zip(weights, kept, strict=True))
    lambdas = sum(w * each.lambdas for w, each in zip(weights, kept, strict=True))
    for w, chance, gap, share in zip(weights, chances, gaps, shares, strict=False):
        if share is None:
            return None
        tables = tables + w * share.tables / chance * gap
        lambdas = lambdas + w * share.lambdas / chance * gap
    return Gradient(np.asarray(tables), np.asarray(lambdas))


def _masses(structure: Structure, game: Game, logits: Floats) -> list[Floats]:
    """Return each node's table or policy."""
    layout, policy = layout_of(structure), policies(game.opens, logits, 1.0).ravel()
    return [
        game.tables[layout.chance_cells(node)]
        if owner is None
        else policy[layout.policy_cells(node)]
        for node, owner in enumerate(structure.owners)
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
