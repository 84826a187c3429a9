"""Hypotheses over the ranges: how the posterior moves from world to world.

A world that made the evidence likely counts for more than one that made it unlikely: each weighs
as much as the probability that it gave to all of the evidence (importance weighting, the ranges
being the proposal).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.analysis.hypotheses import Hypothesis
from middlegame.draws import Draws, Space
from middlegame.equilibrium import Equilibrium
from middlegame.errors import QueryError
from middlegame.weights import effective_size, quantiles
from middlegame.worlds import Ask, solve_worlds

Floats = NDArray[np.float64]

SHARES = (0.05, 0.5, 0.95)
MOST_PIECES = 16
"""Their joint table has twice as many numbers with each one more."""


@dataclass(frozen=True)
class Spread:
    """A number over many worlds.

    Attributes:
        mean: weighted by the evidence.
        low: 5th percentile.
        median: the middle.
        high: 95th percentile.
    """

    mean: float
    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Floats, weights: Floats) -> "Spread":
        """Summarise `[worlds]` values with `[worlds]` weights."""
        low, median, high = map(float, quantiles(values, weights, SHARES))
        counted = weights > 0
        mean = float(np.average(values[counted], weights=weights[counted]))
        return cls(mean, low, median, high)

    def to_dict(self) -> dict[str, float]:
        """Give the numbers as a JSON object."""
        return {"mean": self.mean, "low": self.low, "median": self.median, "high": self.high}


@dataclass(frozen=True)
class Weighed:
    """Hypotheses over the ranges.

    Attributes:
        worlds: how many were solved.
        failed: how many of them have no equilibrium.
        effective: how many equally weighted worlds say as much (Kish 1965).
        prior: of each hypothesis and state, every world counting the same.
        posterior: of each hypothesis and state, worlds weighted by the evidence.
        factors: of each hypothesis and piece, the Bayes factor for the state that it favours at
            the medians, every world counting the same.
    """

    worlds: int
    failed: int
    effective: float
    prior: dict[str, dict[str, Spread]]
    posterior: dict[str, dict[str, Spread]]
    factors: dict[str, dict[str, Spread]]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a JSON object."""

        def told(spreads: dict[str, dict[str, Spread]]) -> dict[str, Any]:
            return {
                name: {key: spread.to_dict() for key, spread in inside.items()}
                for name, inside in spreads.items()
            }

        return {
            "worlds": self.worlds,
            "failed": self.failed,
            "effective": self.effective,
            "prior": told(self.prior),
            "posterior": told(self.posterior),
            "bayes_factor_alone": told(self.factors),
        }


def weigh(
    equilibrium: Equilibrium, found: Sequence[Hypothesis], worlds: int = 1024, seed: int = 0
) -> Weighed:
    """Weigh hypotheses in worlds that are drawn from the ranges.

    Args:
        equilibrium: at which they were weighed at the medians.
        found: the hypotheses.
        worlds: how many.
        seed: of the draws.

    Raises:
        QueryError: something is supposed, or no world has an equilibrium in which the evidence
            can be.
    """
    if equilibrium.supposed:
        raise QueryError("worlds are drawn for the contest as it stands, not for a supposition")
    diagram, known = equilibrium.diagram, tuple(equilibrium.known)
    if len(known) > MOST_PIECES:
        raise QueryError(
            f"{len(known)} pieces of evidence; over the ranges at most {MOST_PIECES} are weighed "
            "together"
        )
    thetas = Draws(Space(diagram.parameters), seed=seed).thetas(0, worlds)
    asks: dict[str, Ask] = {}
    for hypothesis in found:
        for k, state in enumerate(hypothesis.prior):
            about = {hypothesis.name: np.eye(len(hypothesis.prior))[k]}
            asks[_key(hypothesis.name, state)] = _ask(equilibrium, about, known)
            for name in known:
                asks[_key(hypothesis.name, state, name)] = _ask(equilibrium, about, [name])
    solved = solve_worlds(diagram, thetas, asks=asks)
    good = np.setdiff1d(np.arange(worlds), np.array(list(solved.failed), int))
    told = {key: values[good] for key, values in solved.asks.items()}
    first = found[0]
    weights = np.clip(sum(told[_key(first.name, state)] for state in first.prior), 0.0, None)
    if not (weights > 0).any():
        raise QueryError("in none of the worlds drawn can the evidence be")
    even = np.ones(len(good))
    prior, posterior, factors = {}, {}, {}
    for hypothesis in found:
        name = hypothesis.name
        before = solved.forecasts[name][good]
        prior[name] = {s: Spread.of(before[:, k], even) for k, s in enumerate(hypothesis.prior)}
        posterior[name] = {
            state: Spread.of(_share(told[_key(name, state)], weights), weights)
            for state in hypothesis.prior
        }
        factors[name] = {
            piece.name: Spread.of(values, np.isfinite(values).astype(float))
            for piece in hypothesis.pieces
            if np.isfinite(
                values := _factor(hypothesis, piece.name, piece.favours, before, told)
            ).any()
        }
    return Weighed(
        worlds=worlds,
        failed=len(solved.failed),
        effective=effective_size(weights),
        prior=prior,
        posterior=posterior,
        factors=factors,
    )


def _ask(equilibrium: Equilibrium, about: Mapping[str, Floats], known: Iterable[str]) -> Ask:
    """Ask for a state of a hypothesis together with what was seen."""
    nodes, index = equilibrium.diagram.nodes, equilibrium.diagram.index
    among = dict(about)
    for name in known:
        seen = equilibrium.known[name]
        indicator = np.array([float(state in seen) for state in nodes[index[name]].states])
        among[name] = among.get(name, 1.0) * indicator
    return Ask(tuple(among), reduce(np.multiply.outer, among.values()))


def _factor(
    hypothesis: Hypothesis, piece: str, state: str, before: Floats, told: dict[str, Floats]
) -> Floats:
    """Give the Bayes factor for a state in each world, `[worlds]`; nan where it has none."""
    k = list(hypothesis.prior).index(state)
    both = told[_key(hypothesis.name, state, piece)]
    total = sum(told[_key(hypothesis.name, each, piece)] for each in hypothesis.prior)
    with np.errstate(divide="ignore", invalid="ignore"):
        given = both / before[:, k]
        otherwise = (total - both) / (1 - before[:, k])
        return np.asarray(given / otherwise)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _key(*names: str) -> str:
    return "\n".join(names)
