"""Marginal effects in words and as a picture."""

import math
import re

import pytest

from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.estimation.fitting import fit
from middlegame.report.charts.marginal_effects import marginal_effects_chart
from middlegame.report.html.fit import fit_page
from middlegame.report.text.fit import effect_words, p_value_words
from tests.estimation.histories import crisis, simulated
from tests.report.pages import texts_outside


@pytest.mark.parametrize(
    ("change", "half", "words"),
    [
        (0.12, 0.03, ("+12", "± 3")),
        (-0.2, 0.164, ("-20", "± 16")),
        (0.0003, 0.00008, ("+0.030", "± 0.008")),
        (-0.00004, 0.0066, ("0", "± 0.7")),
        (0.1, 0.0096, ("+10", "± 1")),
        (0.0, 0.0, ("0", "± 0")),
        (0.004, math.nan, ("+0.4", "")),
    ],
)
def test_effect_words_have_the_digits_that_the_interval_needs(change, half, words):
    assert effect_words(change, half / HALF_WIDTH_90) == words


def test_marginal_effects_chart_draws_every_effect_with_its_interval():
    found = fit(crisis(), simulated(rows=200), starts=1)
    svg = marginal_effects_chart(found)
    for each in found.first_differences:
        change, half = effect_words(each.change, each.standard_error)
        assert (
            f"{each.outcome}, {each.column}: {each.before} → {each.after}: {change} {half}" in svg
        )
    assert svg.count("percentage points</text>") == 3
    assert texts_outside(svg) == []


def test_labels_are_drawn_whole_whatever_their_length():
    scenario = crisis()
    declared = scenario.fit.columns
    names = {
        name: column.model_copy(update={"label": f"{name} {'and its trade ' * 4}"})
        for name, column in declared.items()
    }
    fitted = scenario.fit.model_copy(update={"columns": names})
    found = fit(scenario.model_copy(update={"fit": fitted}), simulated(rows=200), starts=1)
    assert repr(found).count(" (s.e. ") == len(found.estimates)
    page = fit_page(found)
    assert page.count('data-head="Standard error"') == len(found.estimates)
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == 2
    assert [texts_outside(svg) for svg in charts] == [[], []]


def test_small_p_values_are_not_written_as_zero():
    assert [p_value_words(p) for p in (0.0001, 0.0009, 0.109)] == ["<0.001", "0.001", "0.109"]
