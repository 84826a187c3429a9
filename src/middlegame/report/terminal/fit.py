"""A fit in the terminal: estimates, their meaning, and their uncertainty."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.estimation.result import FitResult
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.model_comparison import number_table, print_models, print_table
from middlegame.report.terminal.show import show
from middlegame.report.text.fit import (
    effect_words,
    failed_folds,
    method,
    number,
    p_value_words,
    paired_gain,
    rows_of,
    varying_words,
)
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.estimation.cross_validation import CrossValidation
    from middlegame.estimation.model_comparison import ModelComparison
    from middlegame.estimation.posterior import MarginalPosterior, Posterior

_WIDEST_MATRIX = 4
_MOST_CHANGES = 15


@show.register(FitResult)
def show_fit(
    found: FitResult,
    console: Console,
    validation: "CrossValidation | None" = None,
    posterior: "Posterior | None" = None,
    comparison: "ModelComparison | None" = None,
) -> None:
    """Print a fit: its caveats, estimates, predicted outcomes, and marginal effects.

    Args:
        found: the fit.
        console: where to print.
        validation: the validation out of sample, if there was one.
        posterior: the posterior samples, if there are any.
        comparison: rival models of choice, if they were compared.
    """
    page = Page(console)
    page.title(f"Estimates from data: {clean(found.scenario.title)}", rows_of(found))
    for note in found.notes:
        page.paragraph(note, mark="!", style="bold")
        page.gap()
    label = "" if page.plain else "; bold where the interval excludes 0"
    page.section("Estimates", f"with 90% intervals{label}")
    print_table(page, _estimates(found, page.plain))
    page.gap()
    page.section("Outcomes", "average probability, and observed share of the rows that show it")
    for share in found.outcome_shares:
        page.bar(f"{clean(str(share.outcome))} (observed {percent(share.observed)})",
                 share.predicted)  # fmt: skip
    page.gap()
    if found.first_differences:
        page.section("Marginal effects", "in percentage points, with 90% intervals")
        print_table(page, _differences(found, page.plain))
        page.gap()
    if posterior is not None:
        for note in posterior.notes:
            page.paragraph(note, mark="!", style="bold")
        page.section("Posterior", _priors(found, posterior))
        labels = {each.name: each.label for each in found.estimates}
        print_table(page, _marginals(posterior.marginals, labels, page.plain))
        page.gap()
        for varying in posterior.varying:
            page.section(*varying_words(varying, labels[varying.name], found))
            print_table(page, _marginals(varying.groups, {}, page.plain))
            page.gap()
    if validation is not None:
        page.section("Out of sample", _folds(validation))
        print_table(page, _scores(validation))
        page.gap()
        page.section("Calibration", "of forecasts out of sample, with their observed frequency")
        for bin_ in validation.calibration:
            label = f"forecast {percent(bin_.predicted)} ({bin_.count:,} forecasts)"
            page.bar(label, bin_.observed)
        page.gap()
    if comparison is not None:
        print_models(page, comparison)
    page.paragraph(method(found), style="dim")


def _estimates(found: FitResult, plain: bool) -> Table:
    table = number_table(["estimate", "s.e.", "z", "p", "90% interval"])
    to = " to " if plain else " … "
    for each in found.estimates:
        if each.note and each.value != each.value:
            table.add_row(clean(each.label), "", "", "", "", each.note, style="yellow")
        elif each.standard_error != each.standard_error:
            table.add_row(clean(each.label), number(each.value), "", "", "", each.note)
        else:
            sure = each.low > 0 or each.high < 0
            table.add_row(
                clean(each.label),
                number(each.value),
                number(each.standard_error),
                f"{each.z:.2f}",
                p_value_words(each.p),
                f"{number(each.low)}{to}{number(each.high)}",
                style="bold" if sure else "",
            )
    return table


def _differences(found: FitResult, plain: bool) -> Table:
    outcomes = list(dict.fromkeys(str(each.outcome) for each in found.first_differences))
    arrow = "->" if plain else "→"
    if len(outcomes) > _WIDEST_MATRIX:
        largest = sorted(found.first_differences, key=lambda each: -abs(each.change))[
            :_MOST_CHANGES
        ]
        table = number_table(["change", "of"])
        for each in largest:
            column = f"{each.column}: {each.before} {arrow} {each.after}"
            table.add_row(
                column, _change(each.change, each.standard_error, plain), str(each.outcome)
            )
        return table
    table = number_table(outcomes)
    for place in range(0, len(found.first_differences), len(outcomes)):
        row = found.first_differences[place : place + len(outcomes)]
        cells = [_change(each.change, each.standard_error, plain) for each in row]
        column = f"{row[0].column}: {row[0].before} {arrow} {row[0].after}"
        sure = any(abs(each.change) > HALF_WIDTH_90 * each.standard_error for each in row)
        table.add_row(column, *cells, style="bold" if sure else "")
    return table


def _priors(found: FitResult, posterior: "Posterior") -> str:
    chains, draws = posterior.draws.shape[:2]
    flat = len(posterior.without_prior)
    given = len(found.likelihood.names) - flat
    priors = "flat priors" if not given else "priors as written" if not flat else (
        f"{given} {'prior' if given == 1 else 'priors'} as written, {flat} flat")  # fmt: skip
    return f"{chains} chains of {draws:,} draws, {priors}"


def _marginals(
    marginals: "Sequence[MarginalPosterior]", labels: Mapping[str, str], plain: bool
) -> Table:
    table = number_table(["mean", "s.d.", "90% interval", "R-hat", "draws"])
    to = " to " if plain else " … "
    for each in marginals:
        table.add_row(
            clean(labels.get(each.name, each.name)),
            number(each.mean),
            number(each.standard_deviation),
            f"{number(each.low)}{to}{number(each.high)}",
            f"{each.r_hat:.3f}",
            f"{each.effective_draws:,.0f}",
            style="bold" if each.low > 0 or each.high < 0 else "",
        )
    return table


def _folds(validation: "CrossValidation") -> str:
    text = f"{validation.forecast_rows:,} rows, each forecast from the other "
    text += f"{validation.folds - 1} of {validation.folds} parts; the best score is 0"
    if validation.incomplete_rows:
        text += f"; {validation.incomplete_rows:,} rows with unobserved outcomes are not scored"
    return text + failed_folds(validation)


def _scores(validation: "CrossValidation") -> Table:
    table = number_table(["log score", "Brier score", "this contest's log score is"])
    for each in validation.scores:
        if each.note:
            table.add_row(each.forecast, "", each.note)
        else:
            scores = f"{each.logarithmic:.4f}", f"{each.brier:.4f}"
            table.add_row(each.forecast, *scores, paired_gain(each))
    return table


def _change(change: float, error: float, plain: bool) -> str:
    return " ".join(effect_words(change, error, "+-" if plain else "±")).strip()
