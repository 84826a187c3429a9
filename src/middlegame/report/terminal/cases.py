"""Scores of historical contests in the terminal."""

import math
from statistics import fmean

from rich.console import Console

from middlegame.ledger.cases import WARNING, BaselineDifference, Hindcast, HindcastScores
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.ledger_scores import show_calibration
from middlegame.report.terminal.show import show
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import clean
from middlegame.scenario.model.judgement import format_number

_QUESTION = 52


@show.register
def show_cases(found: HindcastScores, console: Console) -> None:
    """Print how historical contests score, question by question, and their calibration."""
    page = Page(console)
    count = len(found.hindcasts) + len(found.values)
    contests = "1 contest" if len(found.cases) == 1 else f"{len(found.cases)} contests"
    page.title("Historical contests", f"{contests}, {count} questions")
    page.section("Scores", "lower is better: Brier 0 to 1, log score in nats")
    page.paragraph(_scores("", "Brier", "log score"))
    mean = found.scores
    page.paragraph(
        _scores("these hindcasts", f"{mean.brier:.3f}", _log(mean.log_score)), style="bold"
    )
    for each in found.baselines:
        scores = each.scores
        row = _scores(each.baseline, f"{scores.brier:.3f}", _log(scores.log_score))
        page.paragraph(f"{row}  {_difference(each)}")
    page.gap()
    if found.values:
        page.section("Values", "CRPS as a share of the scale, 0 to 1; lower is better")
        own = fmean(each.crps for each in found.values)
        uniform = fmean(each.uniform for each in found.values)
        page.paragraph(f"{'these hindcasts':<26}  {own:>6.3f}", style="bold")
        page.paragraph(f"{'a uniform distribution':<26}  {uniform:>6.3f}")
        page.gap()
    for case in found.cases:
        page.section(case.name, clean(case.title))
        for hindcast in (each for each in found.hindcasts if each.case == case.name):
            outcome = "yes" if hindcast.happened else "no"
            page.paragraph(
                _row(hindcast.label, percent(hindcast.probability), _interval(hindcast), outcome)
            )
        for value in (each for each in found.values if each.case == case.name):
            median, low, high, outcome = map(
                format_number, (value.forecast.median, *value.forecast.ninety, value.value)
            )
            page.paragraph(_row(value.label, median, f"{low} to {high}", outcome))
        page.gap()
    page.section("Calibration", "forecast and observed frequency")
    show_calibration(page, found.bins)
    page.gap()
    page.notes([WARNING])


def _row(label: str, forecast: str, interval: str, outcome: str) -> str:
    label = clean(label)
    label = label if len(label) <= _QUESTION else label[: _QUESTION - 3] + "..."
    return f"{label:<{_QUESTION}} {forecast:>5}  {interval:<12}  {outcome}"


def _interval(hindcast: Hindcast) -> str:
    if hindcast.interval is None:
        return ""
    low, high = hindcast.interval
    return f"{percent(low)} to {percent(high)}"


def _scores(name: str, brier: str, log_score: str) -> str:
    return f"{name:<26}  {brier:>6}  {log_score:>9}"


def _log(score: float) -> str:
    return "infinite" if math.isinf(score) else f"{score:.3f}"


def _difference(each: BaselineDifference) -> str:
    """Say whether the hindcasts score better, beyond two standard errors or not."""
    gain, error = each.difference, each.standard_error
    if math.isnan(error):
        return ""
    word = "better" if gain > 0 else "worse"
    clear = "" if abs(gain) > 2 * error else ", within two standard errors"
    return f"hindcasts {word} by {abs(gain):.3f} (standard error {error:.3f}){clear}"
