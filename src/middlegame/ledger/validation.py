"""What may go into a ledger; what may not is told in a sentence."""

import math
from collections.abc import Iterator
from dataclasses import replace

from middlegame.ledger.dates import today
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import OUTCOMES, Entry, Forecast, Resolution


def admit(entry: Entry) -> Entry:
    """Check an entry.

    Raises:
        LedgerError: it may not go in.
    """
    if not entry.forecaster.strip():
        raise LedgerError("the forecaster has no name")
    if not entry.forecasts:
        raise LedgerError("there is no question, so there is nothing to record")
    if entry.made_at.tzinfo is None:
        raise LedgerError("the time of the forecast has no time zone; expected one in UTC")
    if entry.made_at.date() > today():
        raise LedgerError(f"the forecast is dated {entry.made_at.date()}, which is in the future")
    keys = [forecast.question.key for forecast in entry.forecasts]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise LedgerError(f"{twice} is answered twice in one record")
    for forecast in entry.forecasts:
        _admit_forecast(forecast)
    for text in _texts(entry):
        _storable(text)
    for name, value in entry.theta.items():
        if not math.isfinite(value):
            raise LedgerError(f"the number {name} is {value}; expected a finite one")
    return replace(entry, forecaster=entry.forecaster.strip(), note=entry.note.strip())


def admit_resolution(resolution: Resolution, standing: Resolution | None) -> Resolution:
    """Check a resolution against the one that stands, if one does.

    Raises:
        LedgerError: it may not go in.
    """
    key = resolution.question.key
    if resolution.outcome not in OUTCOMES:
        raise LedgerError(f"'{resolution.outcome}' is no outcome; expected yes, no or void")
    if resolution.on > today():
        raise LedgerError(
            f"{resolution.on} is in the future; a question is resolved once it is settled"
        )
    if not resolution.source.strip():
        raise LedgerError("a resolution needs a source: who says that it turned out so?")
    if not resolution.by:
        raise LedgerError("whoever resolves has no name")
    if standing is not None and resolution.supersede is None:
        raise LedgerError(
            f"{key} is resolved: {standing.outcome} on {standing.on}, after '{standing.source}'; "
            "if that is wrong, say why with --supersede"
        )
    if resolution.supersede is not None and standing is None:
        raise LedgerError(f"{key} is not resolved yet, so there is nothing to supersede")
    if resolution.supersede is not None and not resolution.supersede.strip():
        raise LedgerError("say why the resolution that is there no longer counts")
    for text in (resolution.source, resolution.by, resolution.supersede or "", resolution.uid):
        _storable(text)
    return resolution


def _admit_forecast(forecast: Forecast) -> None:
    key, low, high = forecast.question.key, forecast.low, forecast.high
    if not 0 <= forecast.probability <= 1:  # false for NaN as well
        raise LedgerError(f"{key}: a probability of {forecast.probability} is not within 0..1")
    if (low is None) != (high is None):
        raise LedgerError(f"{key}: the interval has one end only")
    if low is not None and high is not None and not 0 <= low <= high <= 1:
        raise LedgerError(f"{key}: {low}..{high} is no interval of probabilities")
    for part in (forecast.question.scenario, forecast.question.name):
        if not part.strip():
            raise LedgerError("a question or its scenario has no name")
    if "/" in forecast.question.scenario:  # or SCENARIO/QUESTION could mean two things
        raise LedgerError(f"the scenario's name '{forecast.question.scenario}' may hold no '/'")


def _texts(entry: Entry) -> Iterator[str]:
    yield from (entry.forecaster, entry.note, entry.version or "", *entry.theta)
    if len(entry.uid) > 64:
        raise LedgerError("a uid has at most 64 characters")
    yield entry.uid
    if entry.scenario is not None:
        yield from (entry.scenario.name, entry.scenario.title, entry.scenario.text or "")
        yield entry.scenario.view or ""
    for each in entry.forecasts:
        yield from (each.question.scenario, each.question.name)
        yield from (each.label or "", each.will or "", each.resolves or "")


def _storable(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise LedgerError("a text holds half a sign (a lone surrogate), which is no text") from None
    if "\0" in text:
        raise LedgerError("a text holds the sign NUL, which databases do not keep")
