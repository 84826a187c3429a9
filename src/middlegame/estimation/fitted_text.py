"""Write fitted coefficients into the scenario's own text."""

import math
import textwrap

import numpy as np

from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.estimation.posterior import Posterior
from middlegame.estimation.result import FitResult
from middlegame.scenario.model.correlations import WRITTEN_DIGITS
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.yaml.data_edits import as_written
from middlegame.scenario.yaml.dump import Plain
from middlegame.scenario.yaml.structure import remove_entry, set_value
from middlegame.scenario.yaml.tree import parse_yaml

_DIGITS = 4
_WIDTH = 98


def write_fitted_text(text: str, found: FitResult, posterior: Posterior | None = None) -> str:
    """Return a scenario's text with the fitted 90% intervals, and columns at their middles.

    How the coefficients' errors correlate goes along, so that what is drawn from the intervals
    later on comes from the estimates' common normal distribution.

    An interval may reach beyond a coefficient's bounds, from which draws are held back; where the
    estimate is at a bound it has no interval, and stands as a number.

    Numbers of the data stand at their means, categories at the most frequent one. Coefficients
    that the data do not tell are left as they are. Comments and layout stay.

    Args:
        text: of the scenario.
        found: the fit by maximum likelihood.
        posterior: if there is one, its intervals are written; of what varies by group, those of a
            group that the data do not know.

    Raises:
        MiddlegameError: a coefficient or column is written in a form that cannot be added to.
    """
    scenario_fit = found.scenario.fit
    assert scenario_fit is not None
    # Of the normal distribution itself, that its middle stays the estimate: what a bound cuts off
    # is cut off where worlds are drawn.
    ends = {
        e.name: (
            e.value - HALF_WIDTH_90 * e.standard_error,
            e.value + HALF_WIDTH_90 * e.standard_error,
        )
        for e in found.estimates
    }
    if posterior is not None:
        low, high = np.quantile(posterior.new_group, [0.05, 0.95], axis=(0, 1))
        ends = {n: (float(low[k]), float(high[k])) for k, n in enumerate(found.likelihood.names)}
    for estimate in found.estimates:
        low, high = ends[estimate.name]
        path = ("fit", "coefficients", estimate.name)
        written = scenario_fit.coefficients[estimate.name]
        if math.isnan(estimate.value) and math.isnan(low):
            continue
        exact = math.isnan(low) or not low < high
        value = _short(estimate.value) if exact else f"{_short(low)}..{_short(high)}"
        text = _set(text, path, "fitted", value, "prior" if written.prior else "")
    text = _with_correlations(text, found, posterior)
    for name, values in found.data.covariates.items():
        column = scenario_fit.columns[name]
        path = ("fit", "columns", name)
        if column.categories:
            codes, counts = np.unique(values, return_counts=True)
            middle = column.categories[int(codes[counts.argmax()])]
            text = _set(text, path, "at", middle, "categories")
        else:
            for key in reversed(column.standards):
                if (number := found.data.standards.get(f"{name}.{key}")) is not None:
                    text = _set(text, path, key, _to_share(number, float(values.std())), "")
            text = _set(text, path, "at", _short(float(values.mean())), "")
    return text


def _with_correlations(text: str, found: FitResult, posterior: Posterior | None) -> str:
    names, covariance = found.likelihood.names, found.covariance
    if posterior is not None:
        covariance = np.cov(posterior.new_group.reshape(-1, len(names)).T).reshape(len(names), -1)
    sizes = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(sizes, sizes)
    identified = [k for k, size in enumerate(sizes) if size > 0]
    entries = {}
    for one in identified:
        pairs = {
            names[other]: format_number(round(float(correlations[one, other]), WRITTEN_DIGITS))
            for other in identified
            if other < one
        }
        if written := [f"{name}: {value}" for name, value in pairs.items() if float(value)]:
            entries[names[one]] = Plain(f"{{{_broken(written, len(names[one]) + 7)}}}")
    if entries:
        return set_value(text, ("fit", "correlations"), entries)
    written_before = parse_yaml(text).data["fit"].get("correlations")
    return text if written_before is None else remove_entry(text, ("fit", "correlations"))


def _broken(pairs: list[str], taken: int) -> str:
    """Join pairs of keys and values in lines of moderate length; of the first, some is taken."""
    whole = ", ".join(pair.replace(" ", "\0") for pair in pairs)  # a pair stays in one line
    lines = textwrap.wrap(whole, _WIDTH, initial_indent=" " * taken, subsequent_indent=" " * 8,
                          break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return "\n".join(lines)[taken:].replace("\0", " ")


def _set(text: str, path: tuple[str, ...], key: str, value: str, kept: str) -> str:
    """Set a key of an entry; a short form is kept under another key, or dropped (no key)."""
    now = parse_yaml(text).data
    for step in path:
        now = now[step]
    if isinstance(now, dict):
        return set_value(text, (*path, key), Plain(value))
    before = {kept: as_written(now)} if kept and now is not None else {}
    return set_value(text, path, {**before, key: Plain(value)})


def _to_share(value: float, unit: float) -> str:
    """Write a number to the millionth part of a unit."""
    return format_number(round(value, 6 - math.floor(math.log10(unit))))


def _short(value: float) -> str:
    """Write a number with a few digits that count."""
    if value == 0:
        return "0"
    digits = _DIGITS - 1 - math.floor(math.log10(abs(value)))
    return format_number(round(value, digits))
