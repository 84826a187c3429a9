"""Scenario discovery in the terminal and in the report."""

from dataclasses import replace

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.discovery import Discovery, find_box
from middlegame.analysis.one_at_a_time import FlipPoint
from middlegame.analysis.outcomes import question_outcomes
from middlegame.report.charts.discovery import peeling_chart
from middlegame.report.html.report import html_report
from middlegame.report.html.sections import sections
from middlegame.report.text.discovery import discovery_text
from middlegame.report.text.drivers import STEPS, flip_sentence
from middlegame.report.text.narrative import words_of
from middlegame.scenario import Scenario
from tests.report.pages import (
    INJECTION,
    compare_with_golden,
    page_text,
    read_page,
    show_plain,
    texts_outside,
)


def discovery_by_construction(equilibrium: mg.Equilibrium, condition: str) -> Discovery:
    """Return a discovery whose box is known: the first two judgements above their middles."""
    parameters = equilibrium.diagram.parameters
    rng = np.random.default_rng(0)
    ends = np.array([[p.low, p.high] for p in parameters])
    samples = rng.uniform(ends[:, 0], ends[:, 1], (1500, len(parameters)))
    middle = ends.mean(axis=1)
    wanted = (samples[:, 0] > middle[0]) & (samples[:, 1] > middle[1])
    box = find_box(parameters, samples, np.where(wanted, 0.8, 0.2))
    question = question_outcomes(equilibrium.diagram, condition)
    return Discovery(equilibrium, question, box, 1500, 0)


@pytest.fixture(scope="module")
def found(harbour: mg.Equilibrium) -> Discovery:
    return discovery_by_construction(harbour, "lease = lost")


def test_discovery_prints_plain_text_in_a_pipe(found: Discovery) -> None:
    text = show_plain(found)
    compare_with_golden("harbour-discovery.txt", text)
    assert text.isascii()


def test_steps_of_a_private_number_are_told_as_steps_of_the_method() -> None:
    will = {"is": "-20..30", "private": True, "label": "Will"}
    contest = {
        "title": "Steps",
        "actors": {"a": "Alpha"},
        "moves": {"go": {"by": "a", "options": ["stay", "leave"]}},
        "interests": {
            "a": [
                {
                    "when": "go = leave",
                    "worth": will,
                },
                {"when": "go = stay", "worth": "0..10", "label": "Calm"},
            ]
        },
        "precision": "3:1",
    }
    found = discovery_by_construction(mg.solve(Scenario.model_validate(contest)), "go = leave")
    assert 'The limit in "Will" lies at a step of the method' in discovery_text(found).method
    words = words_of(found.equilibrium)
    sentences = [
        flip_sentence(
            words,
            found.question,
            found.equilibrium.diagram.parameters,
            FlipPoint("q", (place,), (-0.5,), (2.0,), "leave", "stay", jumps=True),
        )
        for place in (0, 1)
    ]
    assert [STEPS in sentence for sentence in sentences] == [True, False]


def test_a_limit_at_the_end_of_a_range_says_how_many_worlds_it_leaves_out(found) -> None:
    limits = found.box.limits
    low = found.equilibrium.diagram.parameters[limits[0].parameter].low
    box = replace(found.box, limits=(replace(limits[0], low=low), *limits[1:]))
    first, second = discovery_text(replace(found, box=box)).sides
    assert first.range_.endswith("; 5% of worlds lie below it")
    assert "worlds" not in second.range_


def test_section_draws_the_box_and_the_trade_off(found: Discovery) -> None:
    page = html_report(found.equilibrium, analyses=sections(found))
    assert "Scenario discovery The lease is lost" in page_text(page)
    assert page.count("This box has a coverage of") == 1
    assert texts_outside(peeling_chart(found.box)) == []
    (side, *_) = discovery_text(found).sides
    assert f"{side.label}{side.limits} of {side.range_}" in page_text(page)
    assert "NaN" not in page


def test_markup_in_a_scenario_stays_text(hostile: mg.Equilibrium) -> None:
    found = discovery_by_construction(hostile, "f = on")
    page = html_report(hostile, analyses=sections(found))
    read_page(page)
    assert INJECTION not in page
