"""Rival models of choice in the terminal, and the tables of numbers that fits have too."""

from rich.console import Console
from rich.table import Table

from middlegame.estimation.model_comparison import ModelComparison
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.fit import compared_rows, gain_words
from middlegame.report.text.numbers import percent


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
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("", no_wrap=False, min_width=16)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=len(heading) < 14)
    return table


def print_table(page: Page, table: Table) -> None:
    """Print a table below a section's heading."""
    from rich.padding import Padding

    page.console.print(Padding(table, (0, 0, 0, 2)), width=page.width, highlight=False)
