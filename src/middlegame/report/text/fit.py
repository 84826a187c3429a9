"""A fit in words: the rows it was estimated from, its method, and numbers."""

import math
from pathlib import PurePath
from typing import TYPE_CHECKING

from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.estimation.cross_validation import CrossValidation, ForecastScore
    from middlegame.estimation.model_comparison import ComparedModel, ModelComparison
    from middlegame.estimation.posterior import VaryingCoefficient
    from middlegame.estimation.result import FitResult

_ROUNDS_UP = 1 - math.log10(9.5)
"""By how much the logarithm of 0.95 is below that of 1: it is written as 1."""


def rows_of(found: "FitResult") -> str:
    """Return the number of rows used, and the reasons why others were left out."""
    sample = found.data
    dropped = sum(sample.dropped_rows.values())
    name = clean(PurePath(sample.name).name)
    count = len(set(sample.lines.tolist()))
    sentence = f"{count:,} of {count + dropped:,} rows of {name}"
    reasons = [f"{reason} in {count:,}" for reason, count in sample.dropped_rows.items()]
    sentence += f" ({', '.join(reasons)})" if reasons else ""
    if sample.weighted:
        sentence += f", which stand for {sample.play_count:,.10g} plays"
    unseen = [f"{column} in {count:,}" for column, count in sample.unobserved_rows.items() if count]
    return f"{sentence}; not observed: {', '.join(unseen)}" if unseen else sentence


def paired_gain(score: "ForecastScore") -> str:
    """Say whether the scenario forecasts better than another forecast, and how surely.

    A difference within two standard errors is called that.
    """
    if score.gain_error != score.gain_error:
        return ""
    word = "better" if score.gain > 0 else "worse"
    clear = "" if abs(score.gain) > 2 * score.gain_error else ", within two standard errors"
    return f"{word} by {abs(score.gain):.4f} (s.e. {score.gain_error:.4f}){clear}"


def varying_words(varying: "VaryingCoefficient", label: str, found: "FitResult") -> tuple[str, str]:
    """Return the heading of a coefficient's groups, and what stands below it."""
    spread = varying.spread
    count = len(found.data.group_names[varying.name])
    return (
        f"{clean(label)}, by {clean(varying.column)}",
        f"deviation of each of {count:,} groups from their mean; standard deviation of the groups "
        f"{number(spread.median)} (90% interval {number(spread.low)} to {number(spread.high)})",
    )


def failed_folds(validation: "CrossValidation") -> str:
    """Say in how many folds the maximum was not reached, and which coefficients ran off there."""
    if not validation.failed_folds:
        return ""
    names = [clean(name) for name in validation.runaways]
    where = f", where {', '.join(names)} ran off without end" if names else ""
    return f"; the maximum was not reached in {validation.failed_folds} parts{where}"


def compared_rows(found: "ModelComparison") -> str:
    """Say on what rival models of choice are compared."""
    return (
        f"fitted to the same rows; log score of {found.rows:,} rows, each forecast from the other "
        f"{found.folds - 1} of {found.folds} parts; gain over the contest as written; weight in "
        "the mixture that forecasts best"
    )


def gain_words(model: "ComparedModel") -> str:
    """Write by how much a model's log score is above that of the contest as written."""
    if model.gain_error != model.gain_error:
        return ""
    return f"{round(model.gain, 4) + 0.0:+.4f} ({model.gain_error:.4f})"


def p_value_words(p: float) -> str:
    """Write a p value with three digits; one that would round to 0 as `<0.001`."""
    return f"{p:.3f}" if not p < 0.0005 else "<0.001"


def effect_words(change: float, error: float, sign: str = "±") -> tuple[str, str]:
    """Write a change of a probability and its 90% interval, in percentage points.

    Both have as many digits as the interval needs to show one, so that a rare outcome's effect is
    never "0 ± 0": `+12` and `± 3`, `-0.031` and `± 0.008`.

    Args:
        change: of the probability, from -1 to 1.
        error: its standard error; NaN where there is none.
        sign: for the interval.

    Returns:
        The change, and its interval; the second is empty where there is no error.
    """
    points, half = 100 * change, 100 * HALF_WIDTH_90 * error
    sizes = [size for size in (half, abs(points)) if size == size and size > 1e-9]
    digits = max(0, -math.floor(math.log10(sizes[0]) + _ROUNDS_UP)) if sizes else 0
    written = f"{points:+.{digits}f}"
    if not float(written):
        written = "0"
    return written, "" if half != half else f"{sign} {half:.{digits}f}"


def method(found: "FitResult") -> str:
    """Return a sentence about the method, its convergence and its goodness of fit."""
    robust = (
        f"robust to {found.cluster_count:,} groups" if found.cluster_count else "inverse Hessian"
    )
    starts, kind = found.maximum, "Penalised" if found.penalty else "Maximum"
    parts = [
        f"{kind} likelihood at the equilibrium of each row: {found.status.replace('_', ' ')}",
        f"log-likelihood {found.log_likelihood:.4f}",
        f"{found.identified_count} coefficients{penalty_words(found)}",
        f"AIC {found.aic:.1f}",
        f"BIC {found.bic:.1f}",
        f"{starts.agreeing_starts} of {len(starts.log_likelihoods)} starts led here",
        f"standard errors: {robust}",
    ]
    if found.compared_count:
        agreeing = found.compared_count - len(found.disagreeing_rows)
        parts.append(f"{agreeing} of {found.compared_count} rows traced in full agree")
    return f"{', '.join(parts)}."


def penalty_words(found: "FitResult") -> str:
    """Say how a penalty draws coefficients towards 0; nothing where there is none."""
    if (penalty := found.penalty) is None:
        return ""
    chosen = ", chosen by cross-validation" if penalty.chosen else ""
    return (
        f" ({found.effective_count:.1f} effective, {penalty.kind} of strength "
        f"{number(penalty.strength)}{chosen})"
    )


def number(value: float) -> str:
    """Write a number with about three significant digits."""
    size = abs(value)
    if size != 0 and (size < 0.001 or size >= 1e6):
        return f"{value:.2e}"
    return f"{value:.{max(0, 3 - len(str(int(size))))}f}" if size >= 10 else f"{value:.3f}"
