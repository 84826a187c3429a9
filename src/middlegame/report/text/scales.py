"""Forecasts on scales: rows of a histogram, and a sentence."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.equilibrium.scale_forecast import ScaleForecast, scale_forecast
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.numbers import percent, with_unit
from middlegame.report.text.words import Words
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium


@dataclass(frozen=True)
class ForecastRows:
    """A forecast as rows of bars.

    Attributes:
        labels: of the states, or on a scale of the bins.
        chances: the probability of each row.
        notes: on a scale a sentence with mean, median and interval.
        prior: the prior probability of each row; None without evidence.
    """

    labels: tuple[str, ...]
    chances: tuple[float, ...]
    notes: tuple[str, ...] = ()
    prior: tuple[float, ...] | None = None


def forecast_rows(equilibrium: "Equilibrium", words: Words, name: str) -> ForecastRows:
    """Return the rows of a forecast; on a scale the other options, then the histogram's bins."""
    node = words.node(name)
    forecast = equilibrium.forecasts[name]
    prior = equilibrium.prior.forecasts[name] if equilibrium.known else None
    on_scale = equilibrium.scale_forecasts.get(name)
    if on_scale is None:
        before = None if prior is None else tuple(prior.values())
        return ForecastRows(tuple(words.states(name)), tuple(forecast.values()), prior=before)
    labels, chances = _bins(words, on_scale)
    before_scale = None if prior is None else scale_forecast(node, prior)
    return ForecastRows(
        labels,
        chances,
        (scale_sentence(on_scale, words),),
        None if before_scale is None else _bins(words, before_scale)[1],
    )


def _bins(words: Words, forecast: ScaleForecast) -> tuple[tuple[str, ...], tuple[float, ...]]:
    rows = [
        (words.state(forecast.name, state), chance) for state, chance in forecast.others.items()
    ]
    rows += [(each.name, each.probability) for each in forecast.bins()]
    labels, chances = zip(*rows, strict=True)
    return labels, chances


def scale_sentence(forecast: ScaleForecast, words: Words | None = None) -> str:
    """Return the mean, the median and the 90% interval in a sentence (see `scale_clause`)."""
    return capitalize_first(scale_clause(forecast, words))


def scale_clause(
    forecast: ScaleForecast, words: Words | None = None, *, brief: bool = False
) -> str:
    """Return the mean, the median and the 90% interval, to stand behind a colon.

    Args:
        forecast: the forecast.
        words: of its contest, which name the options beside the scale; without them only the
            probability of the scale is told.
        brief: whether the median and how the mean varies over the worlds are left out.
    """
    low, high = map(format_number, forecast.ninety)
    where = _beside_scale(forecast, words)
    mean = rounded_value(forecast.mean, forecast.step)
    if brief:
        return f"{where}mean {with_unit(mean, forecast.unit)}, 90% interval {low} to {high}."
    return (
        f"{where}mean {with_unit(mean, forecast.unit)}{_mean_range(forecast)}, "
        f"median {format_number(forecast.median)}, 90% interval {low} to {high}."
    )


def _beside_scale(forecast: ScaleForecast, words: Words | None) -> str:
    """Return how likely what is beside the scale is, and where the numbers hold then."""
    if forecast.probability > 1 - 1e-9:
        return ""
    others = {state: chance for state, chance in forecast.others.items() if chance > 0}
    if words is None or not others:
        return f"in the {percent(forecast.probability)} of cases with a value, "
    named = [
        f'"{words.state(forecast.name, state)}" in {percent(chance)} of cases'
        for state, chance in others.items()
    ]
    return f"{join_list(named)}, otherwise "


def rounded_value(value: float, step: float) -> str:
    """Return a number on a scale, with a digit more than the scale's step has."""
    return format_number(round(float(value), max(0, 1 - math.floor(math.log10(step)))))


def _mean_range(forecast: ScaleForecast) -> str:
    """Return ` (37 to 43 in 90% of worlds)`; nothing where the mean hardly varies."""
    if forecast.mean_interval is None:
        return ""
    low, high = (rounded_value(end, forecast.step) for end in forecast.mean_interval)
    return f" ({low} to {high} in 90% of worlds)" if low != high else ""
