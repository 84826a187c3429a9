"""What was learnt from data, in the terminal: estimates, what they mean, how sure they are."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.estimation.result import Fit
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.words import clean, percent

if TYPE_CHECKING:
    from middlegame.estimation.bayes import Posterior
    from middlegame.estimation.validation import Validation

_WIDEST_MATRIX = 4
_MOST_CHANGES = 15


@show.register(Fit)
def show_fit(
    found: Fit,
    console: Console,
    validation: "Validation | None" = None,
    posterior: "Posterior | None" = None,
) -> None:
    """Print a fit: what keeps it from being one, estimates, outcomes, what changes them.

    Args:
        found: the fit.
        console: where to.
        validation: how it forecasts what it has not seen, if that was tried.
        posterior: what is believed after the data, if that was sampled.
    """
    page = Page(console)
    page.title(f"{clean(found.scenario.title)}: what the data teach", rows_of(found))
    for note in found.notes:
        page.paragraph(note, mark="!", style="bold")
        page.gap()
    told = "" if page.plain else "; in bold, those that leave no doubt of the sign"
    page.section("Estimates", f"with 90% intervals{told}")
    _print(page, _estimates(found, page.plain))
    page.gap()
    page.section("What comes about", "average probability, and its share of the rows")
    for share in found.shares:
        page.bar(f"{clean(str(share.outcome))} (observed {percent(share.observed)})",
                 share.predicted)  # fmt: skip
    page.gap()
    if found.differences:
        page.section("What changes it", "percentage points, with 90% intervals")
        _print(page, _differences(found, page.plain))
        page.gap()
    if posterior is not None:
        for note in posterior.notes:
            page.paragraph(note, mark="!", style="bold")
        page.section("Posterior", _priors(found, posterior))
        _print(page, _marginals(found, posterior, page.plain))
        page.gap()
    if validation is not None:
        page.section("Out of sample", _folds(validation))
        _print(page, _scores(validation))
        page.gap()
        page.section("Calibration", "forecasts out of sample, and how often they came true")
        for bin_ in validation.calibration:
            told = f"said {percent(bin_.predicted)} ({bin_.count:,} forecasts)"
            page.bar(told, bin_.observed)
        page.gap()
    page.paragraph(method(found), style="dim")


def rows_of(found: Fit) -> str:
    """Tell which rows were learnt from, and why the others were not."""
    sample = found.sample
    dropped = sum(sample.dropped.values())
    told = (
        f"{sample.rows:,} of {sample.rows + dropped:,} rows of {clean(PurePath(sample.name).name)}"
    )
    reasons = [f"{reason} in {count:,}" for reason, count in sample.dropped.items()]
    told += f" ({', '.join(reasons)})" if reasons else ""
    unseen = [f"{name} in {count:,}" for name, count in sample.unobserved.items() if count]
    return f"{told}; not observed: {', '.join(unseen)}" if unseen else told


def _table(headings: list[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("", no_wrap=False, min_width=16)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=len(heading) < 14)
    return table


def _print(page: Page, table: Table) -> None:
    from rich.padding import Padding

    page.console.print(Padding(table, (0, 0, 0, 2)), width=page.width, highlight=False)


def _estimates(found: Fit, plain: bool) -> Table:
    table = _table(["estimate", "s.e.", "z", "p", "90% interval"])
    to = " to " if plain else " … "
    for each in found.estimates:
        if each.note and each.value != each.value:
            table.add_row(clean(each.label), "", "", "", "", each.note, style="yellow")
        elif each.error != each.error:
            table.add_row(clean(each.label), number(each.value), "", "", "", each.note)
        else:
            sure = each.low > 0 or each.high < 0
            table.add_row(
                clean(each.label),
                number(each.value),
                number(each.error),
                f"{each.z:.2f}",
                f"{each.p:.3f}",
                f"{number(each.low)}{to}{number(each.high)}",
                style="bold" if sure else "",
            )
    return table


def _differences(found: Fit, plain: bool) -> Table:
    outcomes = list(dict.fromkeys(str(each.outcome) for each in found.differences))
    arrow = "->" if plain else "→"
    if len(outcomes) > _WIDEST_MATRIX:
        largest = sorted(found.differences, key=lambda each: -abs(each.change))[:_MOST_CHANGES]
        table = _table(["change", "of"])
        for each in largest:
            column = f"{each.column}: {each.before} {arrow} {each.after}"
            table.add_row(column, _change(each.change, each.error, plain), str(each.outcome))
        return table
    table = _table(outcomes)
    for place in range(0, len(found.differences), len(outcomes)):
        row = found.differences[place : place + len(outcomes)]
        cells = [_change(each.change, each.error, plain) for each in row]
        column = f"{row[0].column}: {row[0].before} {arrow} {row[0].after}"
        sure = any(abs(each.change) > HALF_WIDTH_90 * each.error for each in row)
        table.add_row(column, *cells, style="bold" if sure else "")
    return table


def _priors(found: Fit, posterior: "Posterior") -> str:
    chains, draws = posterior.draws.shape[:2]
    flat = len(posterior.flat)
    given = len(found.likelihood.names) - flat
    priors = "flat priors" if not given else "priors as written" if not flat else (
        f"{given} priors as written, {flat} flat")  # fmt: skip
    return f"{chains} chains of {draws:,} draws, {priors}"


def _marginals(found: Fit, posterior: "Posterior", plain: bool) -> Table:
    table = _table(["mean", "s.d.", "90% interval", "R-hat", "draws"])
    labels = {each.name: each.label for each in found.estimates}
    to = " to " if plain else " … "
    for each in posterior.marginals:
        table.add_row(
            clean(labels[each.name]),
            number(each.mean),
            number(each.deviation),
            f"{number(each.low)}{to}{number(each.high)}",
            f"{each.mixing:.3f}",
            f"{each.effective:,.0f}",
            style="bold" if each.low > 0 or each.high < 0 else "",
        )
    return table


def _folds(validation: "Validation") -> str:
    told = f"{validation.rows:,} rows, each forecast from the other {validation.folds - 1} of "
    told += f"{validation.folds} parts; 0 is the best score"
    if validation.left_out:
        told += f"; {validation.left_out:,} rows that do not show everything are not scored"
    if validation.failed:
        told += f"; in {validation.failed} parts the maximum was not reached"
    return told


def _scores(validation: "Validation") -> Table:
    table = _table(["log score", "Brier score"])
    for each in validation.scores:
        if each.note:
            table.add_row(each.forecast, "", each.note)
        else:
            table.add_row(each.forecast, f"{each.logarithmic:.4f}", f"{each.brier:.4f}")
    return table


def points_of(change: float) -> str:
    """Write a change of a probability in percentage points: `+12`, `-3`, `0`."""
    rounded = round(100 * change)
    return f"{rounded:+d}" if rounded else "0"


def _change(change: float, error: float, plain: bool) -> str:
    told = points_of(change)
    if error != error:
        return told
    return f"{told} {'+-' if plain else '±'} {164.5 * error:.0f}"


def method(found: Fit) -> str:
    """Tell how it was done and how well it went, in a sentence."""
    robust = f"robust to {found.clusters:,} groups" if found.clusters else "inverse Hessian"
    starts = found.maximum
    parts = [
        f"Maximum likelihood at the equilibrium of each row: {found.status.replace('_', ' ')}",
        f"log-likelihood {found.log_likelihood:.4f}",
        f"{found.parameters} coefficients",
        f"AIC {found.aic:.1f}",
        f"BIC {found.bic:.1f}",
        f"{starts.agreeing} of {len(starts.heights)} starts led here",
        f"standard errors: {robust}",
    ]
    if found.checked:
        agreeing = found.checked - len(found.disagreed)
        parts.append(f"{agreeing} of {found.checked} rows traced in full agree")
    return f"{', '.join(parts)}."


def number(value: float) -> str:
    """Write a number with about three digits that count."""
    size = abs(value)
    if size != 0 and (size < 0.001 or size >= 1e6):
        return f"{value:.2e}"
    return f"{value:.{max(0, 3 - len(str(int(size))))}f}" if size >= 10 else f"{value:.3f}"
