"""Sensitivity indices: the shares of a forecast's spread that single judgements account for.

Sobol's indices (Sobol' 2001) with Saltelli's sample and the estimators of Saltelli et al. (2010):
the first-order index is the share of a forecast's variance that goes with one judgement alone, the
total index the share that would be left if all others were known. Or PAWN (Pianosi & Wagener
2018) from samples that are already solved: how far the distribution of the forecast moves when one
judgement is known to lie in a tenth of its range, compared with a dummy that has no effect.

Judgements that correlate count as one factor, since their shares of the variance are inseparable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from middlegame.analysis.outcomes import BatchEvaluator, QuestionOutcomes
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.scenario.model.correlations import group_name
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence

Method = Literal["sobol", "pawn"]

_BLOCK = 1024
_SOBOL_POINTS, _PAWN_SAMPLES = 256, 4096
_CONFIDENCE = 0.9
_SLICES = 10


@dataclass(frozen=True)
class Driver:
    """One judgement, or several that correlate, with its share of a forecast's spread.

    Attributes:
        name: the judgement's name, or that of its `correlates` group.
        parameters: the parameters that vary with it, by number.
        first: the first-order index; nan with PAWN.
        total: the total index; with PAWN the median distance of distributions, 0 to 1.
        first_error: half the width of the first-order index's 90% interval; nan with PAWN.
        total_error: half the width of the total index's 90% interval; with PAWN the distance of
            a dummy that has no effect.
    """

    name: str
    parameters: tuple[int, ...]
    first: float
    total: float
    first_error: float
    total_error: float

    @property
    def is_detectable(self) -> bool:
        """Whether the total index exceeds its error."""
        return self.total > self.total_error


@dataclass(frozen=True)
class QuestionDrivers:
    """The drivers of one question's forecast.

    Attributes:
        question: the question's name.
        method: the method that ranked them.
        worlds: how many samples the method used.
        mean: the answer's mean over the samples: of a probability, or of a mean value.
        deviation: the answer's standard deviation over the samples.
        ranked: the drivers, the strongest first.
    """

    question: str
    method: Method
    worlds: int
    mean: float
    deviation: float
    ranked: tuple[Driver, ...]


def correlated_groups(space: ParameterSpace) -> dict[str, tuple[int, ...]]:
    """Group the judgements that correlate, directly or through others.

    Returns:
        By name of the judgement or of the groups, the dimensions of the unit cube that vary.
    """
    count = len(space.parameters)
    rows, columns = np.nonzero(space.loadings)
    size = len(space.factors)
    graph = coo_matrix((np.ones(len(rows)), (rows, count + columns)), (size, size))
    _, labels = connected_components(graph, directed=False)
    found: dict[str, tuple[int, ...]] = {}
    for label in dict.fromkeys(labels):
        members = tuple(int(k) for k in np.flatnonzero(labels == label))
        common = dict.fromkeys(group_name(space.factors[k]) for k in members if k >= count)
        found[" and ".join(common) or space.factors[members[0]]] = members
    return found


def samples_needed(evaluator: BatchEvaluator, method: str, count: int | None) -> int:
    """Return how many samples `rank_drivers` solves, about."""
    if method == "pawn":
        return count or _PAWN_SAMPLES
    groups = correlated_groups(ParameterSpace(evaluator.diagram.parameters))
    return (count or _SOBOL_POINTS) * (len(groups) + 2)


def rank_drivers(
    evaluator: BatchEvaluator,
    method: str,
    count: int | None,
    seed: int,
    progress: ProgressCallback | None = None,
) -> list[QuestionDrivers]:
    """Rank the drivers of each question.

    Args:
        evaluator: solves samples and answers the questions.
        method: `sobol` or `pawn`.
        count: points of Sobol's design (256), or samples for PAWN (4096).
        seed: of the draws.
        progress: called with how many samples are solved, and how many there are.

    Raises:
        QueryError: SALib is not installed, there are too few samples, or hardly any block of
            Sobol's design could be solved.
    """
    if method == "sobol":
        return sobol_drivers(evaluator, count or _SOBOL_POINTS, seed, progress)
    draws = SampleSequence(ParameterSpace(evaluator.diagram.parameters), seed=seed)
    points = draws.points(0, count or _PAWN_SAMPLES)
    found = evaluate_in_blocks(evaluator, draws.space, points, progress)
    return pawn_drivers(
        evaluator.questions, draws.space, draws.space.parameter_values(points), found, seed
    )


def sobol_drivers(
    evaluator: BatchEvaluator,
    base: int = _SOBOL_POINTS,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> list[QuestionDrivers]:
    """Rank drivers by Sobol's indices.

    Args:
        evaluator: solves samples and answers the questions.
        base: points of the design, a power of two; each takes a sample for every factor and two
            more.
        seed: of the scrambled sequence.
        progress: called with how many samples are solved, and how many there are.

    Raises:
        QueryError: SALib is not installed, or hardly any block of the design could be solved.
    """
    _salib()
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    space = ParameterSpace(evaluator.diagram.parameters)
    grouped = correlated_groups(space)
    owner = {place: name for name, places in grouped.items() for place in places}
    problem: dict[str, Any] = {
        "num_vars": len(space.factors),
        "names": list(space.factors),
        "groups": [owner[place] for place in range(len(space.factors))],
        "bounds": [[0.0, 1.0]] * len(space.factors),
    }
    order = list(dict.fromkeys(problem["groups"]))
    # SALib treats a single group as none; with one driver there is nothing to decompose.
    alone = len(order) == 1
    if alone:
        points = SampleSequence(space, seed=seed).points(0, base)
    else:
        points = sample.sample(problem, base, calc_second_order=False, seed=seed)
    found = evaluate_in_blocks(evaluator, space, points, progress)
    drivers = []
    for target in evaluator.questions:
        width = 1 if alone else len(order) + 2
        answers = _whole_blocks(target.answer(found[target.name]), width)
        spread = float(answers.std())
        if spread < 1e-12 or alone:
            share = np.full(len(order), float(spread >= 1e-12))
            none = np.zeros(len(order))
            indices = {"S1": share, "ST": share, "S1_conf": none, "ST_conf": none}
        else:
            indices = analyze.analyze(
                problem | {"num_vars": len(order)}, answers, calc_second_order=False,
                conf_level=_CONFIDENCE, seed=seed + 1,
            )  # fmt: skip
        ranked = [
            Driver(
                name=name,
                parameters=tuple(p for p in grouped[name] if p < len(space.parameters)),
                first=float(indices["S1"][k]),
                total=float(indices["ST"][k]),
                first_error=float(indices["S1_conf"][k]),
                total_error=float(indices["ST_conf"][k]),
            )
            for k, name in enumerate(order)
        ]
        ranked.sort(key=lambda driver: -driver.total)
        drivers.append(
            QuestionDrivers(
                target.name, "sobol", len(points), float(answers.mean()), spread, tuple(ranked)
            )
        )
    return drivers


def pawn_drivers(
    questions: Sequence[QuestionOutcomes],
    space: ParameterSpace,
    samples: Floats,
    outcomes: Mapping[str, Floats],
    seed: int = 0,
) -> list[QuestionDrivers]:
    """Rank drivers by PAWN, from samples that are already solved.

    Args:
        questions: the questions.
        space: the space that the samples are drawn from.
        samples: values of the parameters, `[samples, parameters]`.
        outcomes: the probabilities of each question's outcomes, `[samples, outcomes]`.
        seed: of the dummy without effect (Zadeh et al. 2017).

    Raises:
        QueryError: SALib is not installed, or there are too few samples.
    """
    _salib()
    from SALib.analyze import pawn

    if len(samples) < 20 * _SLICES:
        raise QueryError(f"{len(samples)} worlds are too few for PAWN; expected {20 * _SLICES}")
    grouped = correlated_groups(space)
    scores = np.stack([p.to_scale(samples[:, k]) for k, p in enumerate(space.parameters)], axis=1)
    scores = (scores - scores.mean(axis=0)) / np.maximum(scores.std(axis=0), 1e-300)
    members = {n: [p for p in ps if p < len(space.parameters)] for n, ps in grouped.items()}
    columns = [_common(scores[:, places]) for places in members.values()]
    dummy = np.random.default_rng(seed).random(len(samples))
    inputs = np.stack([*columns, dummy], axis=1)
    problem = {"num_vars": inputs.shape[1], "names": [*members, "dummy"]}
    drivers = []
    for target in questions:
        answers = target.answer(outcomes[target.name])
        there = np.isfinite(answers)
        indices = pawn.analyze(problem, inputs[there], answers[there], S=_SLICES)["median"]
        ranked = [
            Driver(name, tuple(members[name]), np.nan, float(index), np.nan, float(indices[-1]))
            for name, index in zip(members, indices, strict=False)
        ]
        ranked.sort(key=lambda driver: -driver.total)
        spread = float(answers[there].std())
        mean = float(answers[there].mean())
        drivers.append(
            QuestionDrivers(target.name, "pawn", len(samples), mean, spread, tuple(ranked))
        )
    return drivers


def evaluate_in_blocks(
    evaluator: BatchEvaluator,
    space: ParameterSpace,
    points: Floats,
    progress: ProgressCallback | None = None,
) -> dict[str, Floats]:
    """Evaluate the questions at points of the unit cube, a block at a time.

    Args:
        evaluator: solves samples and answers the questions.
        space: turns points into samples.
        points: of the unit cube, `[points, dimensions]`.
        progress: called with how many samples are solved, and how many there are.

    Returns:
        By question, the probabilities of its outcomes, `[points, outcomes]`.
    """
    parts = []
    for begin in range(0, len(points), _BLOCK):
        samples = space.parameter_values(points[begin : begin + _BLOCK])
        parts.append(evaluator(samples, check=0 if begin else 4))
        if progress:
            progress(min(begin + _BLOCK, len(points)), len(points))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _common(scores: Floats) -> Floats:
    """Return the first principal component of judgements that correlate, `[samples]`."""
    if scores.shape[1] == 1:
        return np.asarray(scores[:, 0])
    _, _, directions = np.linalg.svd(scores, full_matrices=False)
    return np.asarray(scores @ directions[0])


def _whole_blocks(answers: Floats, width: int) -> Floats:
    """Return the forecasts of those blocks of the design whose samples all have an equilibrium."""
    blocks = answers.reshape(-1, width)
    whole = blocks[np.isfinite(blocks).all(axis=1)]
    if len(whole) < max(2, len(blocks) // 2):
        raise QueryError(
            f"of {len(blocks)} blocks of worlds only {len(whole)} could be solved; expected at "
            "least half: look at the ranges"
        )
    return np.asarray(whole.ravel())


def _salib() -> None:
    try:
        import SALib  # noqa: F401 - only whether it is there
    except ImportError:
        raise QueryError(
            "drivers need SALib: python -m pip install 'middlegame[analysis]'"
        ) from None
