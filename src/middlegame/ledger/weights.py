"""Weights that forecasters have earned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.analysis.pooling import learnt_weights
from middlegame.ledger.scores import Scores


@dataclass(frozen=True)
class Earned:
    """Weights in a pool.

    Attributes:
        weights: of each forecaster, adding up to 1.
        questions: how many resolved questions all of them had answered.
        unknown: forecasters of whom nothing is scored.
    """

    weights: tuple[float, ...]
    questions: int
    unknown: tuple[str, ...]


def earned_weights(scores: Scores, forecasters: Sequence[str]) -> Earned:
    """Weigh forecasters by how well a pool of them would have scored.

    Only questions that all of them answered count; where there is none, weights are even.

    Args:
        scores: everybody's.
        forecasters: who is pooled, by the names that the ledger knows.
    """
    said = {
        standing.forecaster: {each.question.key: each for each in standing.scored}
        for standing in scores.standings
    }
    mine = [said.get(name, {}) for name in forecasters]
    keys = sorted(set(mine[0]).intersection(*mine[1:]))
    even = (1 / len(mine),) * len(mine)
    unknown = tuple(name for name, found in zip(forecasters, mine, strict=True) if not found)
    if not keys:
        return Earned(even, 0, unknown)
    probabilities = np.array([[found[key].probability for found in mine] for key in keys])
    happened = np.array([mine[0][key].happened for key in keys])
    return Earned(tuple(map(float, learnt_weights(probabilities, happened))), len(keys), unknown)
