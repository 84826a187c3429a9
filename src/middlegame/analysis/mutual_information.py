"""What is worth finding out: how much a forecast would sharpen if something were known.

The measure is the expected reduction of the forecast's entropy, which is the mutual information of
what would be known and how things turn out (Lindley 1956), in bits.

Of a judgement it is estimated from worlds drawn over all ranges, as the expected value of partial
perfect information is (Strong & Oakley 2013): the worlds are sorted by the judgement and cut into
slices of equal size, and the forecast of a slice is compared with the forecast of all. Slices
differ by chance alone, which adds to the estimate in proportion to the variance within them (the
bias of plug-in estimates: Miller 1955); this is computed and taken off, so that a judgement that
tells nothing comes out about 0, on either side of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.analysis.outcomes import QuestionOutcomes, outcomes_in_sweep
from middlegame.base.errors import QueryError
from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.diagram import Chance, Diagram
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.result import Sweep

_SLICES = 16
_FOLDS = 20


@dataclass(frozen=True)
class InformationGain:
    """What knowing something would tell about a question.

    Attributes:
        name: the judgement, or the hidden factor.
        bits: by which the forecast's entropy is expected to fall.
        error: half of the estimate's 90% interval; 0 where it is exact.
        share: of the forecast's entropy.
    """

    name: str
    bits: float
    error: float
    share: float

    @property
    def is_detectable(self) -> bool:
        """Whether it can be told from nothing."""
        return self.bits > self.error and self.bits > 1e-9


@dataclass(frozen=True)
class QuestionInformation:
    """What is worth finding out for one question.

    Attributes:
        target: the question's name.
        mean: its forecast over the worlds.
        judgements: what knowing each would tell, the most telling first.
        factors: the same of each hidden factor.
    """

    question: str
    mean: float
    judgements: tuple[InformationGain, ...]
    factors: tuple[InformationGain, ...]


def mutual_information(
    equilibrium: Equilibrium, found: Sweep, questions: Sequence[QuestionOutcomes]
) -> list[QuestionInformation]:
    """Work out what is worth finding out for each question.

    Args:
        equilibrium: the contest in its middle world.
        worlds: its worlds, in which the questions were asked.
        asked: the questions.

    Raises:
        QueryError: there are too few worlds.
    """
    names = [parameter.name for parameter in equilibrium.diagram.parameters]
    thetas, weights, factors = found.parameter_values, found.weights, hidden(equilibrium.diagram)
    found = []
    for each in questions:
        outcomes = outcomes_in_sweep(found, each)
        there = np.isfinite(outcomes).all(axis=1)
        judgements = gains_of_judgements(names, thetas, outcomes, weights)
        found.append(
            QuestionInformation(
                each.name,
                float(np.average(each.probability(outcomes[there]), weights=weights[there])),
                tuple(judgements),
                tuple(gains_of_factors(equilibrium, factors, each)),
            )
        )
    return found


def entropy(shares: Floats) -> float:
    """Give the entropy of a distribution, in bits."""
    some = np.asarray(shares, float)
    some = some[some > 0]
    return float(-(some * np.log2(some)).sum())


def gains_of_judgements(
    names: Sequence[str], samples: Floats, outcomes: Floats, weights: Floats | None = None
) -> list[InformationGain]:
    """Estimate what knowing each judgement would tell about a question.

    Args:
        names: of the judgements.
        thetas: the worlds, `[worlds, judgements]`.
        outcomes: the question's outcomes in each, `[worlds, outcomes]`; nan where a world failed.
        weights: how much each world counts, `[worlds]`; all the same unless given.

    Raises:
        QueryError: there are too few worlds.
    """
    there = np.isfinite(outcomes).all(axis=1)
    samples, outcomes = samples[there], outcomes[there]
    weight = np.ones(len(samples)) if weights is None else np.asarray(weights, float)[there]
    if len(samples) < _SLICES * _FOLDS:
        raise QueryError(
            f"{len(samples)} worlds are too few to tell what is worth knowing; expected at least "
            f"{_SLICES * _FOLDS}"
        )
    whole = entropy(np.average(outcomes, axis=0, weights=weight))
    folds = np.arange(len(samples)) % _FOLDS
    found = []
    for place, name in enumerate(names):
        values = samples[:, place]
        if not np.ptp(values) or whole == 0:
            found.append(InformationGain(name, 0.0, 0.0, 0.0))
            continue
        order = np.argsort(values, kind="stable")
        part, mass, fold = outcomes[order], weight[order, None], folds[order]
        bits = _information(part, mass)
        # What is left of a sorted sample is sorted.
        without = [_information(part[fold != k], mass[fold != k]) for k in range(_FOLDS)]
        # The jackknife (Efron & Stein 1981), a fold at a time.
        spread = np.square(np.array(without) - np.mean(without)).sum()
        deviation = np.sqrt((_FOLDS - 1) / _FOLDS * spread)
        found.append(InformationGain(name, bits, float(HALF_WIDTH_90 * deviation), bits / whole))
    return sorted(found, key=lambda worth: -round(worth.bits, 12))


def _information(part: Floats, weight: Floats) -> float:
    """Estimate the mutual information of a judgement and the outcomes, in bits.

    Args:
        part: the outcomes `[worlds, outcomes]`, sorted by the judgement.
        weight: of each world, `[worlds, 1]`.
    """
    begins = np.linspace(0, len(part), _SLICES + 1).astype(int)[:-1]
    mass = np.add.reduceat(weight, begins)
    counts = mass**2 / np.maximum(np.add.reduceat(weight**2, begins), 1e-300)
    kept = (counts > 1).ravel()
    mass, counts = mass[kept], counts[kept]
    slices = np.add.reduceat(weight * part, begins)[kept] / mass
    squares = np.add.reduceat(weight * part**2, begins)[kept] / mass
    mass = mass / mass.sum()
    mean = (mass * slices).sum(axis=0)
    there = mean > 0
    ratio = np.where(slices > 0, slices, 1.0) / np.where(there, mean, 1.0)
    total = (mass * slices * np.log2(np.where(slices > 0, ratio, 1.0))).sum()
    # How far apart slices would be by chance: the variance of their means.
    within = np.maximum(squares - slices**2, 0.0) * counts / (counts - 1)
    chance = within * (1 / counts - 1 / counts.sum()) / (2 * np.where(there, mean, 1.0))
    return float(total - (mass * chance)[:, there].sum() / np.log(2))


def hidden(diagram: Diagram) -> tuple[str, ...]:
    """Name the factors that are settled before anybody moves: what could be found out today."""
    structure = diagram.structure
    moves = set(structure.decisions)
    return tuple(
        node.name
        for node in diagram.contest_nodes
        if isinstance(node, Chance) and not moves & structure.ancestors((diagram.index[node.name],))
    )


def gains_of_factors(
    equilibrium: Equilibrium, names: Sequence[str], question: QuestionOutcomes
) -> list[InformationGain]:
    """Compute what knowing each factor would tell about a question, everybody playing as they do.

    Exact, at the middle of all ranges.

    Args:
        equilibrium: the contest.
        names: of the factors.
        asked: the question.
    """

    def left(play: Equilibrium) -> float:
        if question.node is not None:
            return entropy(play.joint(question.node))
        chance = play.probability_of_any(question.conditions)
        return entropy(np.array([chance, 1 - chance]))

    whole = left(equilibrium)
    found = []
    for name in names:
        shares = equilibrium.forecast(name).items()
        expected = sum(p * left(equilibrium.given({name: s})) for s, p in shares if p > 0)
        bits = max(whole - expected, 0.0)
        found.append(InformationGain(name, bits, 0.0, bits / whole if whole else 0.0))
    return sorted(found, key=lambda worth: -round(worth.bits, 12))
