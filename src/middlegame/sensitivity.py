"""How a forecast changes with every uncertain number, everybody adapting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Diagram, Tables
from middlegame.engine import inference
from middlegame.engine.backend import jnp
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.sensitivity import gradient
from middlegame.game import engine_game, fix

Floats = NDArray[np.float64]


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
    over: Sequence[int],
    where: Floats,
    evidence: inference.Evidence,
) -> Sensitivity | None:
    """Differentiate a probability at an equilibrium.

    Args:
        diagram: what was solved.
        theta: the parameters at which it was.
        logits: of the equilibrium, `[rows, widest]`.
        supposed: nodes that were fixed at states.
        over: the nodes that the condition speaks of.
        where: 1.0 for each of their cases in which it holds, `[*over]`.
        evidence: the likelihood of what was observed, by node.

    Returns:
        None where the equilibrium stands at a fold or fork: there is no derivative.
    """
    structure = diagram.structure
    layout, count = layout_of(structure), len(theta)
    still = engine_game(diagram, fix(diagram, diagram.tables(theta), supposed))
    seen = {node: jnp.asarray(likelihood) for node, likelihood in evidence.items()}

    def tables_at(values: Any) -> Tables:
        return fix(diagram, diagram.tables(values[:count], jnp), supposed)

    def game_at(values: Any) -> Game:
        tables = tables_at(values)
        flat = layout.flatten(tables.chances, tables.utilities, jnp)
        lambdas = diagram.lambdas(values[:count], jnp) + values[count:]
        sharpness = diagram.sharpness(lambdas, tables.scales, jnp)
        return Game(flat, still.opens, still.reached, sharpness)

    def forecast(played: Any, values: Any) -> Any:
        masses: list[Any] = list(tables_at(values).chances)
        for decision in structure.decisions:
            masses[decision] = played.reshape(-1)[layout.cells(decision)]
        joint = inference.joint(structure, masses, over, seen)
        return (joint * where).sum() / inference.joint(structure, masses, (), seen)

    values = np.concatenate([theta, np.zeros(len(diagram.owners))])
    slopes = gradient(structure, game_at, forecast, logits, values)
    if slopes is None:
        return None
    names = [parameter.name for parameter in diagram.parameters]
    return Sensitivity(
        dict(zip(names, map(float, slopes[:count]), strict=True)),
        dict(zip(diagram.owners, map(float, slopes[count:]), strict=True)),
    )
