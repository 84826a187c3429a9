"""Scores of forecasters in the terminal."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.ledger.scores import RULES
from middlegame.report.terminal.columns import Page
from middlegame.report.text.grammar import join_list
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.ledger.scores import CalibrationBin, ForecasterScores, MeanScores, Scores

_FEW = 20
_COLUMN = 9


def show_scores(scores: "Scores", console: Console) -> None:
    """Print every forecaster's scores, calibration, and the comparisons that are fair."""
    page = Page(console)
    page.title("Scores", scores.summary)
    if not scores.forecasters and not scores.values:
        page.paragraph(
            "No question is resolved yet."
            if not scores.resolved + scores.valued
            else "No forecast was made in time for a question that is resolved."
        )
        page.gap()
    if scores.forecasters:
        page.section("Forecasters", "lower is better: Brier 0 to 1, log score in nats")
        width = min(max(len(clean(each.forecaster)) for each in scores.forecasters), 24)
        width = max(width, len("base rate of the others"))
        _row(page, width, "", "questions", "Brier", "over time", "log score")
        for standing in scores.forecasters:
            _standing(page, standing, width)
        page.gap()
        _comparisons(page, scores)
        _calibration(page, scores)
    _values(page, scores)
    _cautions(page, scores)
    page.paragraph(RULES, style="dim")


def _values(page: Page, scores: "Scores") -> None:
    """Print the scores of forecasts of values, beside those of uniform distributions."""
    if not scores.values:
        return
    page.section("Values on scales", "lower is better: CRPS as a share of the scale's length")
    width = max(
        len("uniform over the scale") + 2, *(len(each.forecaster) for each in scores.values)
    )
    width = min(width, 26)
    _row(page, width, "", "questions", "CRPS", "over time", "inside 90%")
    for each in scores.values:
        count = len(each.scored)
        cells = (str(count), f"{each.crps:.3f}", f"{each.crps_over_time:.3f}")
        name = clean(each.forecaster)[:width]
        _row(page, width, name, *cells, f"{each.inside} of {count}", strong=True)
        _row(page, width, "  uniform over the scale", str(count), f"{each.uniform:.3f}")
    page.gap()
    for pair in scores.value_comparisons:
        page.paragraph(
            f"{clean(pair.first)} ({pair.first_crps:.3f}) "
            f"{_verdict(pair.first_crps, pair.second_crps)} {clean(pair.second)} "
            f"({pair.second_crps:.3f}) on {pair.count} question{'' if pair.count == 1 else 's'}, "
            "by CRPS"
        )
    if scores.value_comparisons:
        page.gap()


def _verdict(one: float, other: float) -> str:
    if math.isclose(one, other, abs_tol=5e-4):
        return "as good as"
    return "better than" if one < other else "worse than"


def _standing(page: Page, standing: "ForecasterScores", width: int) -> None:
    name = clean(standing.forecaster)[:width]
    over_time = f"{standing.brier_over_time:.3f}"
    _row(page, width, name, *_score_cells(standing.mean, over_time), strong=True)
    if standing.base_rate is not None:
        _row(page, width, "  base rate of the others", *_score_cells(standing.base_rate))
    _row(page, width, "  always 50%", *_score_cells(standing.even_odds))


def _row(page: Page, width: int, name: str, *cells: str, strong: bool = False) -> None:
    line = f"{name:<{width}}" + "".join(f"  {cell:>{_COLUMN}}" for cell in cells)
    page.paragraph(line, style="bold" if strong else "")


def _score_cells(marks: "MeanScores", over_time: str = "") -> tuple[str, str, str, str]:
    log_score = "infinite" if math.isinf(marks.log_score) else f"{marks.log_score:.3f}"
    return str(marks.count), f"{marks.brier:.3f}", over_time, log_score


def _comparisons(page: Page, scores: "Scores") -> None:
    if not scores.comparisons:
        return
    page.section("Comparisons", "on the questions that both answered")
    for pair in scores.comparisons:
        one, other = pair.first_scores.brier, pair.second_scores.brier
        count = pair.first_scores.count
        page.paragraph(
            f"{clean(pair.first)} ({one:.3f}) {_verdict(one, other)} {clean(pair.second)} "
            f"({other:.3f}) on {count} question{'' if count == 1 else 's'}, by Brier"
        )
    page.gap()


def _calibration(page: Page, scores: "Scores") -> None:
    for standing in scores.forecasters:
        page.section(
            f"Calibration of {clean(standing.forecaster)}", "forecast and observed frequency"
        )
        show_calibration(page, standing.bins)
        page.gap()


def show_calibration(page: Page, bins: "Sequence[CalibrationBin]") -> None:
    """Print how often questions of similar probability resolved yes, a bin a line."""
    width = max(len(_range(each.low, each.high)) for each in bins)
    _row(page, width, "", "count", "forecast", "observed", "95% interval")
    for each in bins:
        low, high = each.wilson
        _row(
            page,
            width,
            _range(each.low, each.high),
            str(each.count),
            percent(each.forecast),
            percent(each.happened / each.count),
            f"{percent(low):>4} to {percent(high):>4}",
        )


def _cautions(page: Page, scores: "Scores") -> None:
    for standing in scores.forecasters:
        wrong = [
            f"{clean(each.question.key)} ({percent(each.probability)}, and it "
            f"{'happened' if each.happened else 'did not happen'})"
            for each in standing.called_impossible
        ]
        if wrong:
            page.paragraph(
                f"{clean(standing.forecaster)}'s log score is infinite: {join_list(wrong)}.",
                mark="!",
            )
            page.gap()
    resolved = scores.resolved + scores.valued
    if (scores.forecasters or scores.values) and resolved < _FEW:
        page.paragraph(
            f"With {resolved} resolved question{'' if resolved == 1 else 's'}, "
            "chance may explain these scores.",
            mark="!",
        )
        page.gap()
    if scores.late:
        late = join_list(
            [f"{clean(who)} on {clean(question.key)}" for who, question in scores.late]
        )
        page.paragraph(f"Not counted, because too late: {late}.", mark="!")
        page.gap()


def _range(low: float, high: float) -> str:
    return f"{round(100 * low)} to {round(100 * high)}%"
