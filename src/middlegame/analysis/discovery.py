"""Scenario discovery: the part of the ranges in which an event is likely, as a box.

PRIM (Friedman & Fisher 1999), as scenario discovery uses it (Bryant & Lempert 2010; Kwakkel &
Jaxa-Rozen 2016): samples are peeled away slice by slice until nearly all the remaining ones are
target samples, in which the event is likely. A first search finds the judgements that restrict the
box significantly, a second one draws the box over these alone, and its coverage and density are
measured on samples that were held out.
"""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from middlegame.analysis.outcomes import (
    QuestionOutcomes,
    equilibrium_of,
    outcomes_in_sweep,
    select_questions,
    sweep_of,
)
from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Parameter
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd

MAX_LIMITS = 4
"""Most judgements that a box restricts: more do not fit into a sentence."""
_HELD_OUT = 3
"""One sample in this many is held out for measuring."""
_SIGNIFICANT = 0.05
_FEWEST = 25
_PEEL = 0.05


@dataclass(frozen=True)
class BoxLimit:
    """The limits of a box in one judgement.

    Attributes:
        parameter: the judgement's number among the parameters.
        low: the lower limit in the judgement's natural unit; None where the box is open below.
        high: the upper limit; None where the box is open above.
        quasi_p: the probability of a box as dense as this one if the limit were drawn at random.
    """

    parameter: int
    low: float | None
    high: float | None
    quasi_p: float


@dataclass(frozen=True)
class PeelStep:
    """A box on the peeling trajectory, from all samples to the densest box.

    Attributes:
        coverage: the share of the target samples that lie in the box.
        density: the share of the box's samples that are target samples.
        mass: the share of all samples that lie in the box.
        limits: how many judgements the box restricts.
    """

    coverage: float
    density: float
    mass: float
    limits: int


@dataclass(frozen=True)
class Box:
    """A box over the judgements in which an event is likely.

    Attributes:
        above: the probability of the event above which a sample is a target sample.
        base_rate: the share of all samples that are target samples.
        limits: the limits of the box, the most significant first.
        in_sample: coverage and density among the samples that the box was drawn from.
        held_out: coverage and density among the samples held out: the figures to report.
        trajectory: the boxes among which this one was chosen, the widest first.
    """

    above: float
    base_rate: float
    limits: tuple[BoxLimit, ...]
    in_sample: PeelStep
    held_out: PeelStep
    trajectory: tuple[PeelStep, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Discovery(AnalysisResult):
    """The worlds in which a question is likely to be answered with yes.

    Attributes:
        equilibrium: the contest at the middle of all ranges.
        question: the question.
        box: the part of the ranges in which yes is likely.
        worlds: how many samples were drawn.
        seed: of the draws.
    """

    equilibrium: Equilibrium
    question: QuestionOutcomes
    box: Box
    worlds: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return the box, its coverage and density, and the trajectory."""
        diagram, box = self.equilibrium.diagram, self.box
        return {
            "title": diagram.title,
            **self.equilibrium.conditions(),
            "question": self.question.name,
            "seed": self.seed,
            "worlds": self.worlds,
            "above": box.above,
            "base_rate": box.base_rate,
            "limits": {
                diagram.parameters[limit.parameter].name: {
                    "low": limit.low,
                    "high": limit.high,
                    "quasi_p": limit.quasi_p,
                }
                for limit in box.limits
            },
            "held_out": asdict(box.held_out),
            "in_sample": asdict(box.in_sample),
            "trajectory": [asdict(step) for step in box.trajectory],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each judgement that the box restricts."""
        import pandas as pd

        found = self.to_dict()
        return pd.DataFrame(
            [{"judgement": name, **limit} for name, limit in found["limits"].items()]
        )

    def summary(self) -> list[str]:
        """Return the limits of the box, with its coverage and density."""
        box, names = self.box, [p.name for p in self.equilibrium.diagram.parameters]
        found = [
            f"Discovery of {self.question.name!r}: density {box.held_out.density:.0%}, coverage "
            f"{box.held_out.coverage:.0%}, base rate {box.base_rate:.0%}"
        ]
        for limit in box.limits:
            ends = [f"above {limit.low:.3g}"] if limit.low is not None else []
            ends += [f"below {limit.high:.3g}"] if limit.high is not None else []
            found.append(f"{names[limit.parameter]}: {' and '.join(ends)}")
        return found


def discover(
    subject: Equilibrium | Sweep,
    question: str,
    *,
    above: float | None = None,
    n: int = 4096,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> Discovery:
    """Find the worlds in which a question is likely to be answered with yes.

    Args:
        subject: an equilibrium, whose ranges are then sampled, or a sweep that asked the question.
        question: the name of a question, or a condition such as `cuba = falls`.
        above: the probability of yes above which a world counts; 0.5 where this separates the
            worlds, otherwise their upper quartile.
        n: how many samples to draw.
        seed: of the draws.
        progress: called with how many samples are solved, and how many there are.

    Raises:
        QueryError: ema_workbench is not installed, the question is unknown, the contest has no
            ranges, or no box separates the worlds.
    """
    equilibrium = equilibrium_of(subject)
    (asked,) = select_questions(equilibrium, [question], values=False)
    found = sweep_of(subject, [asked], n, seed, progress)
    box = find_box(
        equilibrium.diagram.parameters,
        found.parameter_values,
        asked.answer(outcomes_in_sweep(found, asked)),
        above,
    )
    return Discovery(equilibrium, asked, box, found.count, found.plan.seed)


def threshold(probabilities: Floats) -> float:
    """Return the probability above which samples are target samples.

    It is 0.5 where at least one sample in twenty lies on either side; otherwise the upper quartile
    in whole percents.
    """
    there = probabilities[np.isfinite(probabilities)]
    if 0.05 <= (there > 0.5).mean() <= 0.95:
        return 0.5
    return float(np.round(np.quantile(there, 0.75), 2))


def find_box(
    parameters: Sequence[Parameter],
    samples: Floats,
    probabilities: Floats,
    above: float | None = None,
) -> Box:
    """Draw the box in which an event is likely.

    Args:
        parameters: the parameters.
        samples: values of the parameters, `[samples, parameters]`.
        probabilities: of the event in each sample, `[samples]`; nan where there is no equilibrium.
        above: the probability above which a sample is a target sample; chosen by `threshold`
            without it.

    Raises:
        QueryError: ema_workbench is not installed, nearly all samples or hardly any are target
            samples, or no judgement distinguishes them.
    """
    there = np.isfinite(probabilities)
    samples, probabilities = samples[there], probabilities[there]
    level = threshold(probabilities) if above is None else above
    wanted = probabilities > level
    if np.ptp(probabilities) < 1e-9:
        raise QueryError(
            "no judgement in this file moves this answer: it is "
            f"{probabilities[0]:.0%} in every world"
        )
    if min(wanted.sum(), (~wanted).sum()) < _FEWEST * _HELD_OUT / (_HELD_OUT - 1):
        raise QueryError(
            f"{wanted.sum()} of {len(wanted)} worlds lie above {level:.0%}, too few or too many "
            f"for a box; the probability ranges from {probabilities.min():.1%} to "
            f"{probabilities.max():.1%}: choose a level between these, or draw more worlds"
        )
    kept = np.arange(len(wanted)) % _HELD_OUT == 0
    significant = _significant(samples[~kept], wanted[~kept])
    if not significant:
        raise QueryError(
            "no judgement distinguishes the worlds in which this is likely from the others"
        )
    limits, trajectory, chosen = _draw_box(samples[~kept], wanted[~kept], significant)
    return Box(
        above=level,
        base_rate=float(wanted.mean()),
        limits=limits,
        in_sample=trajectory[chosen],
        held_out=_measure(limits, samples[kept], wanted[kept]),
        trajectory=tuple(trajectory),
    )


def inside(limits: Sequence[BoxLimit], samples: Floats) -> NDArray[np.bool_]:
    """Return which samples lie within a box, `[samples]`."""
    found = np.ones(len(samples), bool)
    for limit in limits:
        values = samples[:, limit.parameter]
        found &= values >= (-np.inf if limit.low is None else limit.low)
        found &= values <= (np.inf if limit.high is None else limit.high)
    return found


def _significant(samples: Floats, wanted: NDArray[np.bool_]) -> list[int]:
    """Return the judgements that restrict a first box significantly, the most significant first."""
    varies = [k for k in range(samples.shape[1]) if np.ptp(samples[:, k]) > 0]
    chances = _quasi_p_values(_prim(samples, varies, wanted), -1)
    significant = [place for place in chances if chances[place] < _SIGNIFICANT]
    return sorted(significant, key=lambda place: chances[place])[:MAX_LIMITS]


def _prim(samples: Floats, places: list[int], wanted: NDArray[np.bool_]) -> Any:
    """Run PRIM over the judgements at `places`, and return the boxes on its trajectory."""
    import pandas as pd

    with warnings.catch_warnings():
        # The library warns of optional parts that are not installed and of pandas deprecations.
        warnings.simplefilter("ignore")
        try:
            from ema_workbench.analysis import prim
        except ImportError:
            raise QueryError(
                "scenario discovery needs ema_workbench: "
                "python -m pip install 'middlegame[discovery]'"
            ) from None
        table = pd.DataFrame(samples[:, places], columns=places)
        # A threshold near 0 makes PRIM accept every box that it finds.
        return prim.Prim(table, wanted, threshold=1e-9, peel_alpha=_PEEL).find_box()


def _quasi_p_values(boxes: Any, number: int) -> dict[int, float]:
    """Return the smaller quasi-p-value of the two sides of each judgement that a box restricts."""
    return {
        int(place): min(chance for chance in sides if chance >= 0)  # -1 where it is open
        for place, sides in boxes.qp[number].items()
    }


def _draw_box(
    samples: Floats, wanted: NDArray[np.bool_], significant: list[int]
) -> tuple[tuple[BoxLimit, ...], list[PeelStep], int]:
    """Draw boxes over some judgements until each of them restricts the chosen box significantly."""
    while True:
        boxes = _prim(samples, significant, wanted)
        columns = (boxes.peeling_trajectory[k] for k in ("coverage", "density", "mass", "res_dim"))
        trajectory = [
            PeelStep(float(coverage), float(density), float(mass), int(count))
            for coverage, density, mass, count in zip(*columns, strict=True)
        ]
        # The harmonic mean of coverage and density, since either alone is trivially 1.
        balance = [
            t.coverage * t.density / (t.coverage + t.density) if t.limits and t.coverage else 0.0
            for t in trajectory
        ]
        chosen = int(np.argmax(np.round(balance, 9)))
        chances = _quasi_p_values(boxes, chosen)
        left = [k for k in significant if chances.get(k, 0.0) < _SIGNIFICANT]
        if len(left) == len(significant) or not left:
            return _limits(boxes.box_lims[chosen], chances, samples), trajectory, chosen
        significant = left


def _limits(box: Any, chances: dict[int, float], samples: Floats) -> tuple[BoxLimit, ...]:
    found = []
    for place in sorted(chances, key=lambda place: chances[place]):
        low, high = (float(end) for end in box[place])
        values = samples[:, place]
        found.append(
            BoxLimit(
                place,
                low if low > values.min() else None,
                high if high < values.max() else None,
                chances[place],
            )
        )
    return tuple(found)


def _measure(limits: Sequence[BoxLimit], samples: Floats, wanted: NDArray[np.bool_]) -> PeelStep:
    held = inside(limits, samples)
    hits = float((held & wanted).sum())
    return PeelStep(
        coverage=hits / max(float(wanted.sum()), 1.0),
        density=hits / max(float(held.sum()), 1.0),
        mass=float(held.mean()),
        limits=len(limits),
    )
