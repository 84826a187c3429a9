"""Hypotheses over the ranges: how the posterior moves from world to world.

A world that made the evidence likely counts for more than one that made it unlikely: each weighs
as much as the probability that it gave to all of the evidence (importance weighting, the ranges
being the proposal).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from middlegame.analysis.evidence_weights import HypothesisSet
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.batches import solve_samples
from middlegame.sweeps.queries import Query
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from middlegame.sweeps.summaries import Spread, effective_size, summarize


@dataclass(frozen=True)
class HypothesesOverWorlds:
    """Hypotheses over the ranges.

    Attributes:
        worlds: how many were solved.
        failed: how many of them have no equilibrium.
        effective: how many equally weighted worlds say as much (Kish 1965).
        prior: of each hypothesis and state, every world counting the same.
        posterior: of each hypothesis and state, worlds weighted by the evidence.
        factors: of each hypothesis and piece, the Bayes factor for the state that it favours at
            the medians, every world counting the same.
        moved: of each hypothesis and state, how its posterior correlates with each range over the
            worlds, weighted alike (ranges vary independently unless they name a group, so this is
            the standardised slope).
    """

    worlds: int
    failed: int
    effective: float
    prior: dict[str, dict[str, Spread]]
    posterior: dict[str, dict[str, Spread]]
    bayes_factors: dict[str, dict[str, Spread]]
    correlations: dict[str, dict[str, dict[str, float]]]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a JSON object."""

        def told(spreads: dict[str, dict[str, Spread]]) -> dict[str, Any]:
            return {
                name: {key: asdict(found) for key, found in inside.items()}
                for name, inside in spreads.items()
            }

        return {
            "worlds": self.worlds,
            "failed": self.failed,
            "effective": self.effective,
            "prior": told(self.prior),
            "posterior": told(self.posterior),
            "bayes_factor_alone": told(self.bayes_factors),
            "moved_by": self.correlations,
        }


def hypotheses_over_worlds(
    equilibrium: Equilibrium, factors: Sequence[HypothesisSet], n: int = 1024, seed: int = 0
) -> HypothesesOverWorlds:
    """Weigh hypotheses in worlds that are drawn from the ranges.

    Args:
        equilibrium: at which they were weighed at the medians.
        found: the hypotheses.
        worlds: how many.
        seed: of the draws.

    Raises:
        QueryError: there are no ranges, or no world has an equilibrium in which the evidence can
            be.
    """
    diagram, known = equilibrium.diagram, tuple(equilibrium.known)
    if not diagram.parameters:
        raise QueryError("every number here is exact: there are no ranges to draw worlds from")
    thetas = SampleSequence(ParameterSpace(diagram.parameters), seed=seed).parameter_values(0, n)
    asks: dict[str, Query] = {}
    for hypothesis in factors:
        for k, state in enumerate(hypothesis.prior):
            about = {hypothesis.name: np.eye(len(hypothesis.prior))[k]}
            asks[_key(hypothesis.name, state)] = _ask(equilibrium, about, known)
            for name in known:
                asks[_key(hypothesis.name, state, name)] = _ask(equilibrium, about, [name])
    solved = solve_samples(diagram, thetas, queries=asks, supposed=equilibrium.supposed)
    good = np.setdiff1d(np.arange(n), np.array(list(solved.failures), int))
    told = {key: values[good] for key, values in solved.queries.items()}
    first = factors[0]
    weights = np.clip(sum(told[_key(first.name, state)] for state in first.prior), 0.0, None)
    if not (weights > 0).any():
        raise QueryError("in none of the worlds drawn can the evidence be")
    even = np.ones(len(good))
    prior, posterior, bayes_factors, correlations = {}, {}, {}, {}
    scales = np.stack(
        [p.to_scale(drawn) for p, drawn in zip(diagram.parameters, thetas[good].T, strict=True)]
    )
    for hypothesis in factors:
        name = hypothesis.name
        before = solved.forecasts[name][good]
        prior[name] = {s: summarize(before[:, k], even) for k, s in enumerate(hypothesis.prior)}
        after = {s: _share(told[_key(name, s)], weights) for s in hypothesis.prior}
        posterior[name] = {state: summarize(values, weights) for state, values in after.items()}
        correlations[name] = {
            state: {
                parameter.name: _correlation(scale, values, weights)
                for parameter, scale in zip(diagram.parameters, scales, strict=True)
            }
            for state, values in after.items()
        }
        bayes_factors[name] = {
            piece.name: summarize(values, np.isfinite(values).astype(float))
            for piece in hypothesis.pieces
            if np.isfinite(
                values := _factor(hypothesis, piece.name, piece.favoured_state, before, told)
            ).any()
        }
    return HypothesesOverWorlds(
        worlds=n,
        failed=len(solved.failures),
        effective=effective_size(weights),
        prior=prior,
        posterior=posterior,
        bayes_factors=bayes_factors,
        correlations=correlations,
    )


def _ask(equilibrium: Equilibrium, about: Mapping[str, Floats], known: Iterable[str]) -> Query:
    """Ask for a state of a hypothesis together with what was seen."""
    nodes, index = equilibrium.diagram.nodes, equilibrium.diagram.index
    among = dict(about)
    for name in known:
        seen = equilibrium.known[name]
        indicator = np.array([float(state in seen) for state in nodes[index[name]].states])
        among[name] = among.get(name, 1.0) * indicator
    (name, first), *others = among.items()
    return Query((name,), first, tuple(((other,), table) for other, table in others))


def _factor(
    hypothesis: HypothesisSet, piece: str, state: str, before: Floats, told: dict[str, Floats]
) -> Floats:
    """Give the Bayes factor for a state in each world, `[worlds]`; nan where it has none."""
    k = list(hypothesis.prior).index(state)
    both = told[_key(hypothesis.name, state, piece)]
    total = sum(told[_key(hypothesis.name, each, piece)] for each in hypothesis.prior)
    with np.errstate(divide="ignore", invalid="ignore"):
        given = both / before[:, k]
        otherwise = (total - both) / (1 - before[:, k])
        return np.asarray(given / otherwise)


def _correlation(first: Floats, second: Floats, weights: Floats) -> float:
    """Give the weighted correlation of two numbers over worlds; 0 where one does not vary."""
    first, second = (each - np.average(each, weights=weights) for each in (first, second))
    size = np.sqrt(np.average(first**2, weights=weights) * np.average(second**2, weights=weights))
    return float(np.average(first * second, weights=weights) / size) if size > 1e-12 else 0.0


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _key(*names: str) -> str:
    return "\n".join(names)
