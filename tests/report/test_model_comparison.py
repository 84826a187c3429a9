"""The table of rival models of choice in the terminal."""

import pytest

from middlegame.estimation.model_comparison import ComparedModel, ModelComparison
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.model_comparison import number_table, print_table
from middlegame.report.text.fit import gain_words
from tests.report.pages import plain_console, printed, show_plain


def comparison(log_likelihood: float) -> ModelComparison:
    numbers = (log_likelihood, 5, 865.3, 885.2, -1.0818, 0.0013, 0.0011, 0.37)
    models = [
        ComparedModel(name, "", "converged", *numbers)
        for name in ("as written", "private worths", "errors by actor")
    ]
    return ModelComparison(tuple(models), 10, 400)


def test_comparison_shows_the_weights_on_a_page_of_80_columns():
    lines = [line.rstrip() for line in show_plain(comparison(-427.63)).splitlines()]
    heading = next(place for place, line in enumerate(lines) if "log-lik." in line)
    assert lines[heading].endswith("weight")
    for line in lines[heading + 1 : heading + 4]:
        assert line.endswith("+0.0013 (0.0011)    37%")
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("width", [60, 80])
def test_comparison_leaves_no_number_out_however_narrow_the_page_is(width):
    text = show_plain(comparison(-123456.78), width)
    for number in ("-123456.78", "865.3", "885.2", "-1.0818", "+0.0013 (0.0011)", "37%"):
        assert text.count(number) == 3


def test_table_of_many_outcomes_shows_all_of_them():
    outcomes = [f"move {k}, hold" for k in range(8)]
    table = number_table(outcomes)
    table.add_row("distance: 0.276 -> 0.769", *[f"-{k} +- 7" for k in range(8)])
    console = plain_console()
    print_table(Page(console), table)
    text = printed(console)
    assert all(text.count(f"-{k} +- 7") == 1 for k in range(8))
    assert max(map(len, text.splitlines())) <= 80


def test_gain_of_nothing_has_no_minus():
    model = ComparedModel("level 2", "", "converged", gain=-1e-9, gain_error=1e-9)
    assert gain_words(model) == "+0.0000 (0.0000)"
