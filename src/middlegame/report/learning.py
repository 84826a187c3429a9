"""What was learnt from data, in the terminal: estimates, what they mean, how sure they are."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from middlegame.report.page import Page
from middlegame.report.words import clean, percent

if TYPE_CHECKING:
    from middlegame.estimation.fitting import Fit

_WIDEST_MATRIX = 4
_MOST_CHANGES = 15


def show_fit(found: "Fit", console: Console) -> None:
    """Print a fit: what keeps it from being one, estimates, outcomes, what changes them."""
    page = Page(console)
    page.title(f"{clean(found.scenario.title)}: what the data teach", _rows(found))
    for note in found.notes:
        page.paragraph(note, mark="!", style="bold")
        page.gap()
    page.section("Estimates", "with 90% intervals")
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
    page.paragraph(_method(found), style="dim")


def _rows(found: "Fit") -> str:
    sample = found.sample
    dropped = sum(sample.dropped.values())
    told = f"{sample.rows:,} of {sample.rows + dropped:,} rows of {sample.name}"
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


def _estimates(found: "Fit", plain: bool) -> Table:
    table = _table(["estimate", "s.e.", "z", "p", "90% interval"])
    to = " to " if plain else " … "
    for each in found.estimates:
        if each.note and each.value != each.value:
            table.add_row(clean(each.label), "", "", "", "", each.note, style="yellow")
        elif each.error != each.error:
            table.add_row(clean(each.label), _number(each.value), "", "", "", each.note)
        else:
            sure = each.low > 0 or each.high < 0
            table.add_row(
                clean(each.label),
                _number(each.value),
                _number(each.error),
                f"{each.z:.2f}",
                f"{each.p:.3f}",
                f"{_number(each.low)}{to}{_number(each.high)}",
                style="bold" if sure else "",
            )
    return table


def _differences(found: "Fit", plain: bool) -> Table:
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
        sure = any(abs(each.change) > 1.645 * each.error for each in row)
        table.add_row(column, *cells, style="bold" if sure else "")
    return table


def _change(change: float, error: float, plain: bool) -> str:
    told = f"{100 * change:+.0f}".replace("+0", "0").replace("-0", "0")
    if error != error:
        return told
    return f"{told} {'+-' if plain else '±'} {164.5 * error:.0f}"


def _method(found: "Fit") -> str:
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
    return f"{', '.join(parts)}."


def _number(value: float) -> str:
    """Write a number with about three digits that count."""
    size = abs(value)
    if size != 0 and (size < 0.001 or size >= 1e6):
        return f"{value:.2e}"
    return f"{value:.{max(0, 3 - len(str(int(size))))}f}" if size >= 10 else f"{value:.3f}"
