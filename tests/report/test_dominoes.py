import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

import middlegame as mg
from middlegame.analysis.dominoes import Dominoes, dominoes
from middlegame.analysis.interventions import Intervention
from middlegame.report.html.dominoes import domino_section
from middlegame.report.html.report import html_report
from middlegame.report.terminal.dominoes import show_cascade, show_dominoes
from middlegame.report.text.dominoes import outcome_columns
from tests.report.conftest import INJECTION
from tests.report.test_html import read
from tests.report.test_terminal import compare, piped, shown


@pytest.fixture(scope="module")
def found(harbour: mg.Equilibrium) -> Dominoes:
    return dominoes(harbour)


def test_dominoes_in_a_pipe(found: Dominoes) -> None:
    console = piped()
    show_dominoes(found, console)
    compare("harbour-dominoes.txt", shown(console))


def test_a_cascade_in_a_pipe(found: Dominoes) -> None:
    console = piped()
    show_cascade(found, Intervention("renew", "switch"), console)
    show_cascade(found, Intervention("jobs", "holds"), console)
    compare("harbour-cascade.txt", shown(console))


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_console(found: Dominoes, width: int) -> None:
    console = piped(width)
    show_dominoes(found, console)
    show_cascade(found, Intervention("lease", "lost"), console)
    assert max(map(cell_len, shown(console).splitlines())) <= width
    assert shown(console).isascii()


def test_the_matrix_shows_outcomes_that_still_stand(found: Dominoes) -> None:
    assert outcome_columns(found) == [("lease", "lost"), ("depot", "closes")]


def test_the_section_draws_matrix_and_cascades(found: Dominoes) -> None:
    page = html_report(found.results.equilibrium, analyses=[domino_section(found)])
    reader = read(page)
    text = " ".join(reader.text)
    assert "What falls with what" in text
    assert page.count('class="mg-fall"') >= 5
    assert "NaN" not in page
    total = round(100 * found.effect(Intervention("lease", "lost"), "depot", "closes").total)
    matrix = page[page.index('class="matrix"') : page.index("What follows from each")]
    assert f"{total:+d}" in re.findall(r">([+−]\d+)<", matrix)


def test_evidence_that_is_set_aside_is_told(found: Dominoes) -> None:
    diagram = replace(found.results.diagram)
    vars(diagram)["evidence"] = {"leak": "seen"}
    equilibrium = replace(found.results.equilibrium, diagram=diagram)
    seen = Dominoes(replace(found.results, equilibrium=equilibrium))
    console = piped()
    show_dominoes(seen, console)
    assert "The contest's evidence is set aside here" in shown(console)
    page = html_report(equilibrium, analyses=[domino_section(seen)])
    assert "evidence is set aside" in " ".join(read(page).text)


def test_texts_cannot_become_markup(hostile: mg.Equilibrium) -> None:
    found = dominoes(hostile)
    page = html_report(hostile, analyses=[domino_section(found)])
    read(page)
    assert INJECTION not in page
    console = piped()
    show_dominoes(found, console)
    assert "\x1b" not in shown(console)
