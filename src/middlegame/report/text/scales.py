"""Forecasts on scales: rows of a histogram, and a sentence."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.equilibrium.scale_forecast import ScaleForecast, scale_forecast
from middlegame.report.text.values import with_unit
from middlegame.report.text.words import Words, percent
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
    on_scale = scale_forecast(node, forecast)
    if on_scale is None:
        before = None if prior is None else tuple(prior.values())
        return ForecastRows(tuple(words.states(name)), tuple(forecast.values()), prior=before)
    labels, chances = _bins(words, on_scale)
    before_scale = None if prior is None else scale_forecast(node, prior)
    return ForecastRows(
        labels,
        chances,
        (scale_sentence(on_scale),),
        None if before_scale is None else _bins(words, before_scale)[1],
    )


def _bins(words: Words, forecast: ScaleForecast) -> tuple[tuple[str, ...], tuple[float, ...]]:
    rows = [
        (words.state(forecast.name, state), chance) for state, chance in forecast.others.items()
    ]
    rows += [(each.name, each.probability) for each in forecast.bins()]
    labels, chances = zip(*rows, strict=True)
    return labels, chances


def scale_sentence(forecast: ScaleForecast) -> str:
    """Return the mean, the median and the 90% interval in a sentence."""
    low, high = map(format_number, forecast.ninety)
    where = "" if forecast.probability > 1 - 1e-9 else "Where it is on its scale "
    where = f"{where}({percent(forecast.probability)}): " if where else ""
    digits = max(0, 1 - math.floor(math.log10(forecast.step)))
    mean = format_number(round(forecast.mean, digits))
    words = (
        f"mean {with_unit(mean, forecast.unit)}, median {format_number(forecast.median)}, "
        f"90% interval {low} to {high}."
    )
    return f"{where}{words}" if where else f"{words[0].upper()}{words[1:]}"
