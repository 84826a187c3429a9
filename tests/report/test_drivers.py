import pytest
from rich.cells import cell_len

import middlegame as mg
from middlegame.analysis.sensitivity_indices import rank_drivers
from middlegame.analysis.one_at_a_time import search_flip_points
from middlegame.analysis.outcomes import BatchEvaluator
from middlegame.report.html.drivers import driver_section
from middlegame.report.html.report import html_report
from middlegame.report.terminal.drivers import show_drivers
from middlegame.report.text.judgements import judgement_words, range_words, value_words
from middlegame.report.text.narrative import words_of
from tests.report.conftest import INJECTION
from tests.report.test_html import read
from tests.report.test_terminal import compare, piped, shown


@pytest.fixture(scope="module")
def found(harbour: mg.Equilibrium):
    answers = BatchEvaluator.of(harbour)
    return answers, search_flip_points(answers), rank_drivers(answers, "sobol", 32, 0)


def test_drivers_in_a_pipe(harbour: mg.Equilibrium, found) -> None:
    console = piped()
    show_drivers(harbour, *found, console)
    compare("harbour-drivers.txt", shown(console))
    assert shown(console).isascii()


def test_no_line_is_wider_than_the_console(harbour: mg.Equilibrium, found) -> None:
    console = piped(40)
    show_drivers(harbour, *found, console)
    assert max(map(cell_len, shown(console).splitlines())) <= 40


def test_the_section_draws_a_tornado_for_each_question(harbour: mg.Equilibrium, found) -> None:
    page = html_report(harbour, analyses=[driver_section(harbour, *found)])
    reader = read(page)
    assert "What would change the answer" in " ".join(reader.text)
    assert page.count("What moves the answer") == 2
    assert "NaN" not in page


def test_judgements_are_named_in_one_line(venezuela: mg.Equilibrium) -> None:
    words = words_of(venezuela)
    told = {judgement_words(words, p) for p in venezuela.diagram.parameters}
    assert "What Washington wants: Venezuela in its orbit" in told
    assert "The war in Ukraine: winds down (otherwise)" in told
    assert "How sharply they choose: Everybody else" in told
    by_name = {judgement_words(words, p): p for p in venezuela.diagram.parameters}
    wish = by_name["What Washington wants: Venezuela in its orbit"]
    assert range_words(wish) == "+16 to +28"
    assert [value_words(wish, v) for v in (22.04, -3.5, 0.01)] == ["+22", "-3.5", "0"]
    war = by_name["The war in Ukraine: winds down (otherwise)"]
    assert range_words(war) == "10 to 25%"
    assert [value_words(war, v) for v in (0.16, 0.043)] == ["16%", "4.3%"]


def test_texts_cannot_become_markup(hostile: mg.Equilibrium) -> None:
    answers = BatchEvaluator.of(hostile, ["f = on"])
    found = answers, search_flip_points(answers), rank_drivers(answers, "pawn", 256, 0)
    page = html_report(hostile, analyses=[driver_section(hostile, *found)])
    read(page)
    assert INJECTION not in page
    console = piped()
    show_drivers(hostile, *found, console)
    assert "\x1b" not in shown(console)
