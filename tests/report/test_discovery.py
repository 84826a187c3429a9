import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.discovery import Box, find_box
from middlegame.analysis.outcomes import QuestionOutcomes, question_outcomes
from middlegame.report.html.discovery import discovery_section
from middlegame.report.html.report import html_report
from middlegame.report.terminal.discovery import show_discovery
from tests.report.conftest import INJECTION
from tests.report.test_html import read
from tests.report.test_terminal import compare, piped, shown


def boxed(equilibrium: mg.Equilibrium, condition: str) -> tuple[QuestionOutcomes, Box]:
    """A box that is there by construction: the first two judgements above their middles."""
    parameters = equilibrium.diagram.parameters
    rng = np.random.default_rng(0)
    ends = np.array([[p.low, p.high] for p in parameters])
    thetas = rng.uniform(ends[:, 0], ends[:, 1], (1500, len(parameters)))
    middle = ends.mean(axis=1)
    true = (thetas[:, 0] > middle[0]) & (thetas[:, 1] > middle[1])
    box = find_box(parameters, thetas, np.where(true, 0.8, 0.2))
    return question_outcomes(equilibrium.diagram, condition), box


@pytest.fixture(scope="module")
def found(harbour: mg.Equilibrium) -> tuple[QuestionOutcomes, Box]:
    return boxed(harbour, "lease = lost")


def test_a_box_in_a_pipe(harbour: mg.Equilibrium, found: tuple[QuestionOutcomes, Box]) -> None:
    console = piped()
    show_discovery(harbour, *found, 1500, console)
    compare("harbour-box.txt", shown(console))
    assert shown(console).isascii()


def test_the_section_draws_box_and_trade(
    harbour: mg.Equilibrium, found: tuple[QuestionOutcomes, Box]
) -> None:
    page = html_report(harbour, analyses=[discovery_section(harbour, *found, 1500)])
    read(page)
    assert "In which worlds: The lease: lost" in page
    assert "NaN" not in page


def test_texts_cannot_become_markup(hostile: mg.Equilibrium) -> None:
    page = html_report(
        hostile, analyses=[discovery_section(hostile, *boxed(hostile, "f = on"), 1500)]
    )
    read(page)
    assert INJECTION not in page
