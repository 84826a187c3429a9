"""Scenario discovery: in which worlds something happens, as a box over the judgements.

PRIM (Friedman & Fisher 1999), as scenario discovery uses it (Bryant & Lempert 2010; Kwakkel &
Jaxa-Rozen 2016): worlds are peeled away slice by slice until nearly all that are left are of
interest. A first search finds the judgements that restrict the box significantly, a second one
draws the box over these alone, and what it holds is measured on worlds that it was not drawn from.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Parameter

MAX_LIMITS = 4
"""More judgements at once make no sentence."""
_HELD_OUT = 3
"""One world in so many is kept for measuring."""
_SIGNIFICANT = 0.05
_FEWEST = 25
_PEEL = 0.05


@dataclass(frozen=True)
class BoxLimit:
    """Where the box ends in one judgement.

    Attributes:
        parameter: which entry of theta.
        low: in its natural unit; None where the box is open.
        high: likewise.
        quasi_p: the chance of so dense a box had the limit been drawn at random.
    """

    parameter: int
    low: float | None
    high: float | None
    quasi_p: float


@dataclass(frozen=True)
class PeelStep:
    """A box on the way from all worlds to the densest.

    Attributes:
        coverage: the share of the worlds of interest that it holds.
        density: the share of its worlds that are of interest.
        mass: the share of all worlds that it holds.
        limits: how many judgements it restricts.
    """

    coverage: float
    density: float
    mass: float
    limits: int


@dataclass(frozen=True)
class Box:
    """The worlds in which something happens.

    Attributes:
        above: the probability from which on a world is of interest.
        share: of all worlds that are.
        limits: of the box, the most significant first.
        found: what the box holds of the worlds that it was drawn from.
        held_out: what it holds of the others: the numbers to be told.
        trajectory: the boxes among which it was chosen, the widest first.
    """

    above: float
    base_rate: float
    limits: tuple[BoxLimit, ...]
    in_sample: PeelStep
    held_out: PeelStep
    trajectory: tuple[PeelStep, ...]


def threshold(probabilities: Floats) -> float:
    """Choose from which probability on worlds are of interest.

    Likelier than not, where that parts the worlds; else their upper quarter, in whole percents.
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
    """Draw the box in which something is likely.

    Args:
        parameters: the entries of theta.
        thetas: the worlds, `[worlds, parameters]`.
        chances: how likely it is in each, `[worlds]`; nan where a world failed.
        above: the probability from which on a world is of interest; see `threshold`.

    Raises:
        QueryError: the library is not installed, nearly all worlds or hardly any are of
            interest, or no judgement parts them.
    """
    there = np.isfinite(probabilities)
    samples, probabilities = samples[there], probabilities[there]
    level = threshold(probabilities) if above is None else above
    wanted = probabilities > level
    if min(wanted.sum(), (~wanted).sum()) < _FEWEST * _HELD_OUT / (_HELD_OUT - 1):
        raise QueryError(
            f"it is likelier than {level:.0%} in {wanted.sum()} of {len(wanted)} worlds, which is "
            f"too one-sided for a box; it goes from {probabilities.min():.1%} to {probabilities.max():.1%}: "
            "choose a level between these, or take more worlds"
        )
    kept = np.arange(len(wanted)) % _HELD_OUT == 0
    telling = _significant(samples[~kept], wanted[~kept])
    if not telling:
        raise QueryError("no judgement parts the worlds of interest from the others")
    limits, trajectory, chosen = _draw_box(samples[~kept], wanted[~kept], telling)
    return Box(
        above=level,
        base_rate=float(wanted.mean()),
        limits=limits,
        in_sample=trajectory[chosen],
        held_out=_measure(limits, samples[kept], wanted[kept]),
        trajectory=tuple(trajectory),
    )


def inside(limits: Sequence[BoxLimit], samples: Floats) -> NDArray[np.bool_]:
    """Say which worlds lie within a box, `[worlds]`."""
    found = np.ones(len(samples), bool)
    for limit in limits:
        values = samples[:, limit.parameter]
        found &= values >= (-np.inf if limit.low is None else limit.low)
        found &= values <= (np.inf if limit.high is None else limit.high)
    return found


def _significant(thetas: Floats, wanted: NDArray[np.bool_]) -> list[int]:
    """Name the judgements that restrict a first box significantly, the most telling first."""
    varies = [k for k in range(thetas.shape[1]) if np.ptp(thetas[:, k]) > 0]
    chances = _quasi_p_values(_prim(thetas, varies, wanted), -1)
    told = [place for place in chances if chances[place] < _SIGNIFICANT]
    return sorted(told, key=lambda place: chances[place])[:MAX_LIMITS]


def _prim(thetas: Floats, places: list[int], wanted: NDArray[np.bool_]) -> Any:
    """Peel worlds away, and give all boxes on the way; column `k` is the judgement `places[k]`."""
    import pandas as pd

    with warnings.catch_warnings():
        # It tells of parts of its own that are not installed, and of what pandas will drop.
        warnings.simplefilter("ignore")
        try:
            from ema_workbench.analysis import prim
        except ImportError:
            raise QueryError(
                "scenario discovery needs ema_workbench: "
                "python -m pip install 'middlegame[discovery]'"
            ) from None
        table = pd.DataFrame(thetas[:, places], columns=places)
        # A threshold near 0 accepts whatever box is found; of interest is then what is above it.
        return prim.Prim(table, wanted, threshold=1e-9, peel_alpha=_PEEL).find_box()


def _quasi_p_values(boxes: Any, number: int) -> dict[int, float]:
    """Give for each judgement that a box restricts the quasi-p-value of its better side."""
    return {
        int(place): min(chance for chance in sides if chance >= 0)  # -1 where it is open
        for place, sides in boxes.qp[number].items()
    }


def _draw_box(
    thetas: Floats, wanted: NDArray[np.bool_], telling: list[int]
) -> tuple[tuple[BoxLimit, ...], list[PeelStep], int]:
    """Draw boxes over some judgements, and choose one in which each restricts significantly."""
    while True:
        boxes = _prim(thetas, telling, wanted)
        columns = (boxes.peeling_trajectory[k] for k in ("coverage", "density", "mass", "res_dim"))
        trajectory = [
            PeelStep(float(coverage), float(density), float(mass), int(count))
            for coverage, density, mass, count in zip(*columns, strict=True)
        ]
        # The harmonic mean of coverage and density, as either alone is had for nothing.
        balance = [
            t.coverage * t.density / (t.coverage + t.density) if t.limits and t.coverage else 0.0
            for t in trajectory
        ]
        chosen = int(np.argmax(np.round(balance, 9)))
        chances = _quasi_p_values(boxes, chosen)
        left = [k for k in telling if chances.get(k, 0.0) < _SIGNIFICANT]
        if len(left) == len(telling) or not left:
            return _limits(boxes.box_lims[chosen], chances, thetas), trajectory, chosen
        telling = left


def _limits(box: Any, chances: dict[int, float], thetas: Floats) -> tuple[BoxLimit, ...]:
    found = []
    for place in sorted(chances, key=lambda place: chances[place]):
        low, high = (float(end) for end in box[place])
        values = thetas[:, place]
        found.append(
            BoxLimit(
                place,
                low if low > values.min() else None,
                high if high < values.max() else None,
                chances[place],
            )
        )
    return tuple(found)


def _measure(limits: Sequence[BoxLimit], thetas: Floats, wanted: NDArray[np.bool_]) -> PeelStep:
    held = inside(limits, thetas)
    hits = float((held & wanted).sum())
    return PeelStep(
        coverage=hits / max(float(wanted.sum()), 1.0),
        density=hits / max(float(held.sum()), 1.0),
        mass=float(held.mean()),
        limits=len(limits),
    )
