"""Hypotheses over the ranges: how posterior and Bayes factors vary from sample to sample.

Each sample is weighted by the probability that it gave to all of the evidence (importance
weighting, with the ranges as proposal), so that a sample in which the evidence was likely counts
for more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from middlegame.analysis.evidence_weights import HypothesisSet
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.batches import solve_samples
from middlegame.sweeps.queries import Query
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from middlegame.sweeps.summaries import Spread, effective_size, summarize


@dataclass(frozen=True)
class HypothesesOverWorlds:
    """Hypotheses over the ranges.

    Attributes:
        worlds: how many samples were solved.
        failed: how many of them have no equilibrium.
        effective: how many equally weighted samples are worth as much (Kish 1965).
        prior: by factor and state, the prior over equally weighted samples.
        posterior: by factor and state, the posterior over samples weighted by the evidence.
        bayes_factors: by factor and piece of evidence, the Bayes factor for the state that the
            piece favours at the medians, over equally weighted samples.
        correlations: by factor, state and range, the weighted correlation of the posterior with
            the range. Ranges vary independently unless they name a group, so this is a
            standardised slope.
    """

    worlds: int
    failed: int
    effective: float
    prior: dict[str, dict[str, Spread]]
    posterior: dict[str, dict[str, Spread]]
    bayes_factors: dict[str, dict[str, Spread]]
    correlations: dict[str, dict[str, dict[str, float]]]

    def to_dict(self) -> dict[str, Any]:
        """Return all spreads and correlations as one JSON object."""

        def as_dicts(spreads: dict[str, dict[str, Spread]]) -> dict[str, Any]:
            return {
                name: {key: asdict(found) for key, found in inside.items()}
                for name, inside in spreads.items()
            }

        return {
            "worlds": self.worlds,
            "failed": self.failed,
            "effective": self.effective,
            "prior": as_dicts(self.prior),
            "posterior": as_dicts(self.posterior),
            "bayes_factors": as_dicts(self.bayes_factors),
            "correlations": self.correlations,
        }


def hypotheses_over_worlds(
    equilibrium: Equilibrium,
    factors: Sequence[HypothesisSet],
    n: int = 1024,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> HypothesesOverWorlds:
    """Weigh hypotheses in samples of the ranges.

    Args:
        equilibrium: the contest given its evidence, at the medians.
        factors: the hypotheses, weighed at the medians.
        n: how many samples to draw.
        seed: of the draws.
        progress: called with how many samples are solved, and how many there are.

    Raises:
        QueryError: there are no ranges, or the evidence is impossible in every sample.
    """
    diagram, known = equilibrium.diagram, tuple(equilibrium.known)
    if not diagram.parameters:
        raise QueryError("every number of this contest is exact, so there are no worlds to draw")
    samples = SampleSequence(ParameterSpace(diagram.parameters), seed=seed).parameter_values(0, n)
    samples = diagram.without_draws(samples)
    asks: dict[str, Query] = {}
    for hypothesis in factors:
        for k, state in enumerate(hypothesis.prior):
            about = {hypothesis.name: np.eye(len(hypothesis.prior))[k]}
            asks[_key(hypothesis.name, state)] = _ask(equilibrium, about, known)
            for name in known:
                asks[_key(hypothesis.name, state, name)] = _ask(equilibrium, about, [name])
    solved = solve_samples(
        diagram, samples, queries=asks, supposed=equilibrium.supposed, progress=progress
    )
    good = np.setdiff1d(np.arange(n), np.array(list(solved.failures), int))
    queried = {key: values[good] for key, values in solved.queries.items()}
    first = factors[0]
    weights = np.clip(sum(queried[_key(first.name, state)] for state in first.prior), 0.0, None)
    if not (weights > 0).any():
        raise QueryError("the evidence is impossible in every world drawn")
    even = np.ones(len(good))
    prior, posterior, bayes_factors, correlations = {}, {}, {}, {}
    scales = np.stack(
        [p.to_scale(drawn) for p, drawn in zip(diagram.parameters, samples[good].T, strict=True)]
    )
    for hypothesis in factors:
        name = hypothesis.name
        before = solved.forecasts[name][good]
        prior[name] = {s: summarize(before[:, k], even) for k, s in enumerate(hypothesis.prior)}
        after = {s: _share(queried[_key(name, s)], weights) for s in hypothesis.prior}
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
                values := _factor(hypothesis, piece.name, piece.favoured_state, before, queried)
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
    """Return the query for the joint probability of a state and observations."""
    nodes, index = equilibrium.diagram.nodes, equilibrium.diagram.index
    among = dict(about)
    for name in known:
        seen = equilibrium.known[name]
        indicator = np.array([float(state in seen) for state in nodes[index[name]].states])
        among[name] = among.get(name, 1.0) * indicator
    (name, first), *others = among.items()
    return Query((name,), first, tuple(((other,), table) for other, table in others))


def _factor(
    hypothesis: HypothesisSet, piece: str, state: str, before: Floats, queried: dict[str, Floats]
) -> Floats:
    """Return the Bayes factor for a state, `[samples]`; nan where it is undefined."""
    k = list(hypothesis.prior).index(state)
    both = queried[_key(hypothesis.name, state, piece)]
    total = sum(queried[_key(hypothesis.name, each, piece)] for each in hypothesis.prior)
    with np.errstate(divide="ignore", invalid="ignore"):
        given = both / before[:, k]
        otherwise = (total - both) / (1 - before[:, k])
        return np.asarray(given / otherwise)


def _correlation(first: Floats, second: Floats, weights: Floats) -> float:
    """Return the weighted correlation of two arrays; 0 where one of them does not vary."""
    first, second = (each - np.average(each, weights=weights) for each in (first, second))
    size = np.sqrt(np.average(first**2, weights=weights) * np.average(second**2, weights=weights))
    return float(np.average(first * second, weights=weights) / size) if size > 1e-12 else 0.0


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _key(*names: str) -> str:
    return "\n".join(names)
