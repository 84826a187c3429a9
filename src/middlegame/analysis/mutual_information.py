"""Mutual information: how much a forecast would sharpen if a judgement or fact were known.

The measure is the expected reduction of the forecast's uncertainty. Of a probability that is its
entropy in bits, so that the reduction is the mutual information of the unknown and the outcome
(Lindley 1956). Of a value on a scale it is the expected error in the value's unit: the continuous
ranked probability score that the forecast expects of itself, half the mean distance of two draws
(Gneiting & Raftery 2007).

For a judgement it is estimated from samples of all ranges, like the expected value of partial
perfect information (Strong & Oakley 2013): the samples are sorted by the judgement and cut into
slices of equal size, and the forecast of each slice is compared with the overall forecast. Sampling
alone makes slices differ, which biases the estimate upwards in proportion to the variance within
them (for the entropy, Miller 1955). This bias is computed and subtracted, so that the estimate for
an uninformative judgement is about 0, and may be slightly negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.analysis.outcomes import QuestionOutcomes, outcomes_in_sweep
from middlegame.base.errors import QueryError
from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.diagram import NodeScale
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.result import Sweep

_SLICES = 16
_FOLDS = 20


@dataclass(frozen=True)
class InformationGain:
    """The expected fall of a forecast's uncertainty if a judgement or factor were known.

    Attributes:
        name: the judgement, or the hidden factor.
        gain: the expected fall: in bits, or in the value's unit.
        error: half the width of the estimate's 90% interval; 0 where the value is exact.
        share: the expected fall as a share of the forecast's uncertainty.
    """

    name: str
    gain: float
    error: float
    share: float

    @property
    def is_detectable(self) -> bool:
        """Whether the gain exceeds its error."""
        return self.gain > self.error and self.gain > 1e-9


@dataclass(frozen=True)
class QuestionInformation:
    """The information gains about one question.

    Attributes:
        question: the question's name.
        mean: its forecast, the mean over the samples: the probability, or the mean value.
        uncertainty: of the forecast: its entropy in bits, or the expected error in the value's
            unit.
        judgements: the gain of each judgement, the largest first.
        factors: the gain of each factor that is settled before the first move, the largest first.
    """

    question: str
    mean: float
    uncertainty: float
    judgements: tuple[InformationGain, ...]
    factors: tuple[InformationGain, ...]


def mutual_information(
    equilibrium: Equilibrium, sweep: Sweep, questions: Sequence[QuestionOutcomes]
) -> list[QuestionInformation]:
    """Compute the information gains about each question.

    Args:
        equilibrium: the contest at the middle of all ranges.
        sweep: samples of the contest in which the questions were asked.
        questions: the questions.

    Raises:
        QueryError: there are too few samples.
    """
    diagram = equilibrium.diagram
    # A private number is a hidden factor, whose gain is exact.
    private = {number.node for number in diagram.private_numbers}
    kept = [k for k, each in enumerate(diagram.parameters) if each.name not in private]
    names = [diagram.parameters[place].name for place in kept]
    samples, weights, factors = (
        sweep.parameter_values[:, kept],
        sweep.weights,
        diagram.exogenous_factors,
    )
    found = []
    for each in questions:
        outcomes = each.as_asked(outcomes_in_sweep(sweep, each))
        there = np.isfinite(outcomes).all(axis=1)
        overall = np.average(outcomes[there], axis=0, weights=weights[there])
        judgements = gains_of_judgements(names, samples, outcomes, weights, each.scale)
        found.append(
            QuestionInformation(
                each.name,
                float(overall[0] if each.scale is None else each.answer(overall)),
                uncertainty(overall, each.scale),
                tuple(judgements),
                tuple(gains_of_factors(equilibrium, factors, each)),
            )
        )
    return found


def uncertainty(shares: Floats, scale: NodeScale | None = None) -> float:
    """Return the entropy of a distribution in bits; on a scale, the expected error in its unit.

    Args:
        shares: the probability of each outcome, `[outcomes]`.
        scale: of the outcomes. States beside it are left out, and the others scaled up.
    """
    some = np.asarray(shares, float)
    if scale is not None:
        below, total = _below(some, scale)
        return float(scale.step * (below * (1 - below)).sum()) if total > 0 else 0.0
    some = some[some > 0]
    return float(-(some * np.log2(some)).sum())


def _below(shares: Floats, scale: NodeScale) -> tuple[Floats, Floats]:
    """Return the chance of each value or a lower one `[..., values - 1]`, and of any `[...]`."""
    on_scale = shares[..., scale.grid[0]]
    total = on_scale.sum(axis=-1)
    sums = np.cumsum(on_scale, axis=-1)[..., :-1]
    return sums / np.where(total > 0, total, 1.0)[..., None], total


def gains_of_judgements(
    names: Sequence[str],
    samples: Floats,
    outcomes: Floats,
    weights: Floats | None = None,
    scale: NodeScale | None = None,
) -> list[InformationGain]:
    """Estimate the information gain of each judgement about a question.

    Args:
        names: of the judgements.
        samples: values of the judgements, `[samples, judgements]`.
        outcomes: the probabilities of the question's outcomes, `[samples, outcomes]`; nan where
            there is no equilibrium.
        weights: of the samples, `[samples]`; equal without them.
        scale: of the outcomes, where a value is asked.

    Returns:
        The gains, the largest first.

    Raises:
        QueryError: there are too few samples.
    """
    there = np.isfinite(outcomes).all(axis=1)
    samples, outcomes = samples[there], outcomes[there]
    weight = np.ones(len(samples)) if weights is None else np.asarray(weights, float)[there]
    if len(samples) < _SLICES * _FOLDS:
        raise QueryError(
            f"{len(samples)} worlds are too few for information gains; expected at least "
            f"{_SLICES * _FOLDS}"
        )
    whole = uncertainty(np.average(outcomes, axis=0, weights=weight), scale)
    step = None
    if scale is not None:
        (outcomes, total), step = _below(outcomes, scale), scale.step
        weight = weight * total
    folds = np.arange(len(samples)) % _FOLDS
    mass = weight[:, None]
    moments = np.hstack([mass, mass**2, mass * outcomes, mass * outcomes**2])
    found = []
    for place, name in enumerate(names):
        values = samples[:, place]
        if not np.ptp(values) or whole == 0:
            found.append(InformationGain(name, 0.0, 0.0, 0.0))
            continue
        order = np.argsort(values, kind="stable")
        gain, *without = _information(_slice_sums(moments[order], folds[order]), step)
        # The jackknife (Efron & Stein 1981), a fold at a time.
        spread = np.square(np.array(without) - np.mean(without)).sum()
        deviation = np.sqrt((_FOLDS - 1) / _FOLDS * spread)
        found.append(
            InformationGain(
                name, float(gain), float(HALF_WIDTH_90 * deviation), float(gain / whole)
            )
        )
    return sorted(found, key=lambda each: -round(each.gain, 12))


def _slice_sums(moments: Floats, folds: NDArray[np.int_]) -> Floats:
    """Sum moments over slices of equally many samples: all samples, and all but each fold.

    All sums are differences of two cumulative ones: of all samples, and of each fold.

    Args:
        moments: `[samples, columns]`, sorted by a judgement.
        folds: the fold of each sample, `[samples]`.

    Returns:
        `[1 + folds, slices, columns]`, of all samples first.
    """
    count, places = len(moments), np.arange(_FOLDS)[:, None]
    by_fold = np.argsort(folds.astype(np.int16), kind="stable")  # a radix sort
    ends = np.cumsum(np.bincount(folds, minlength=_FOLDS))
    sizes = np.diff(ends, prepend=0)
    starts = (ends - sizes)[:, None]
    begins = np.linspace(0, count - sizes, _SLICES + 1, axis=1).astype(int)
    # How many samples before each of a fold's do not belong to it: they grow with its samples.
    others = by_fold - (np.arange(count) - np.repeat(ends - sizes, sizes))
    keys = others + (count + 1) * folds[by_fold]
    left_out = np.searchsorted(keys, begins + (count + 1) * places, side="right") - starts
    every, of_folds = (
        np.concatenate([np.zeros((1, moments.shape[1])), np.cumsum(each, axis=0)])
        for each in (moments, moments[by_fold])
    )
    whole = every[np.linspace(0, count, _SLICES + 1).astype(int)]
    before = every[begins + left_out] - (of_folds[starts + left_out] - of_folds[starts])
    return np.diff(np.concatenate([whole[None], before]), axis=1)


def _information(sums: Floats, step: float | None) -> Floats:
    """Estimate how much knowing a judgement reduces the uncertainty, in bits or in a value's unit.

    Args:
        sums: `[..., slices, 2 + 2 outcomes]`, over slices of samples sorted by the judgement: of
            the weight, its square, and the weighted probabilities of the outcomes and their
            squares; on a scale, the chances of each value or a lower one.
        step: of the scale; None without one.

    Returns:
        `[...]`.
    """
    weight, squared = sums[..., :1], sums[..., 1:2]
    counts = weight**2 / np.maximum(squared, 1e-300)
    kept = counts > 1
    mass = np.where(kept, weight, 0.0)
    mass = mass / np.maximum(mass.sum(axis=-2, keepdims=True), 1e-300)
    counts = np.where(kept, counts, 2.0)
    total_count = np.where(kept, counts, 0.0).sum(axis=-2, keepdims=True)
    outcomes = (sums.shape[-1] - 2) // 2
    each = sums[..., 2:] / np.where(kept, weight, 1.0)
    slices, squares = each[..., :outcomes], each[..., outcomes:]
    mean = (mass * slices).sum(axis=-2, keepdims=True)
    # What chance alone adds to the variance of the slices' means.
    within = np.maximum(squares - slices**2, 0.0) * counts / (counts - 1)
    chance = within * (1 / counts - 1 / np.maximum(total_count, 1.0))
    if step is not None:
        return np.asarray(step * (mass * ((slices - mean) ** 2 - chance)).sum(axis=(-2, -1)))
    there = mean > 0
    ratio = np.where(slices > 0, slices, 1.0) / np.where(there, mean, 1.0)
    total = mass * slices * np.log2(np.where(slices > 0, ratio, 1.0))
    bias = np.where(there, mass * chance / (2 * np.where(there, mean, 1.0)), 0.0)
    return np.asarray((total - bias / np.log(2)).sum(axis=(-2, -1)))


def gains_of_factors(
    equilibrium: Equilibrium, names: Sequence[str], question: QuestionOutcomes
) -> list[InformationGain]:
    """Compute the information gain of each factor about a question, with all policies as they are.

    The gains are exact, and hold at the middle of all ranges.

    Args:
        equilibrium: the contest.
        names: of the factors.
        question: the question.

    Returns:
        The gains, the largest first.
    """

    def left(play: Equilibrium) -> tuple[float, float]:
        """Return the uncertainty, and the chance of an answer: that there is a value."""
        if question.node is None:
            chance = play.probability_of_any(question.conditions)
            return uncertainty(np.array([chance, 1 - chance])), 1.0
        shares = question.as_asked(play.joint(question.node))
        total = shares[question.scale.grid[0]].sum() if question.scale else 1.0
        return uncertainty(shares, question.scale), float(total)

    whole, answered = left(equilibrium)
    found = []
    for name in names:
        expected = 0.0
        for state, share in equilibrium.forecast(name).items():
            if share > 0:
                rest, there = left(equilibrium.given({name: state}))
                expected += share * there * rest
        gain = max(whole - expected / answered, 0.0) if answered else 0.0
        found.append(InformationGain(name, gain, 0.0, gain / whole if whole else 0.0))
    return sorted(found, key=lambda each: -round(each.gain, 12))
