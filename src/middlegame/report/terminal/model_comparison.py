"""Rival models of choice in the terminal, and the tables of numbers that fits have too."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table

from middlegame.estimation.model_comparison import ModelComparison
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.fit import compared_rows, gain_words
from middlegame.report.text.numbers import percent

_NARROWEST_LABEL = 16
"""Columns that a table's labels take at least."""


@show.register(ModelComparison)
def show_model_comparison(found: ModelComparison, console: Console) -> None:
    """Print rival models of choice in one table."""
    print_models(Page(console), found)


def print_models(page: Page, found: ModelComparison) -> None:
    """Print the table of rival models, and what is to be said of each."""
    page.section("Models of choice", compared_rows(found))
    table = number_table(["log-lik.", "coef.", "AIC", "BIC", "log score", "gain (s.e.)", "weight"])
    for each in found.models:
        if each.status == "refused":
            table.add_row(each.name)
            continue
        table.add_row(
            each.name,
            f"{each.log_likelihood:.2f}",
            f"{each.coefficients}",
            f"{each.aic:.1f}",
            f"{each.bic:.1f}",
            f"{each.score:.4f}",
            gain_words(each),
            percent(each.weight),
        )
    print_table(page, table)
    for each in found.models:
        if each.note:
            page.paragraph(f"{each.name}: {each.note}", mark="!")
    page.gap()


def number_table(headings: list[str]) -> Table:
    """Return a table of labels and columns of numbers."""
    table = _empty_table(2)
    table.add_column("", no_wrap=False, min_width=_NARROWEST_LABEL)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=len(heading) < 14)
    return table


def print_table(page: Page, table: Table) -> None:
    """Print a table below a section's heading, in several parts where it is wider than the page."""
    from rich.measure import Measurement
    from rich.padding import Padding

    wide = page.console.options.update(width=10**4)

    def width(of: Table) -> int:
        return Measurement.get(page.console, wide, of).maximum

    room = page.width - 2
    parts = [table]
    if width(table) > room:
        labels, *columns = table.columns
        widths = [width(_with_columns([column])) for column in columns]
        left = room - max(_NARROWEST_LABEL + 1, min(width(_with_columns([labels])), room // 3))
        groups: list[list[Column]] = [[]]
        used = 0
        for column, each in zip(columns, widths, strict=True):
            if groups[-1] and used + each > left:
                groups.append([])
                used = 0
            groups[-1].append(column)
            used += each
        parts = [_with_columns([labels, *group]) for group in groups]
    for part in parts:
        page.console.print(Padding(part, (0, 0, 0, 2)), width=page.width, highlight=False)


def _empty_table(gap: int) -> Table:
    """Return a table without frame and columns."""
    return Table(box=None, padding=(0, gap, 0, 0), show_edge=False, header_style="dim")


def _with_columns(columns: Sequence[Column]) -> Table:
    """Return a table of some columns of another, closer together."""
    table = _empty_table(1)
    for each in columns:
        table.add_column(
            each.header, justify=each.justify, no_wrap=each.no_wrap, min_width=each.min_width
        )
    for cells in zip(*(each.cells for each in columns), strict=True):
        table.add_row(*cells)
    return table
