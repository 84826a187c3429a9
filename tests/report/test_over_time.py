"""Contests over time in the terminal, the report and charts."""

import json
import re
from dataclasses import replace

import pytest

import middlegame as mg
from middlegame.report.charts.curves import curve_chart, parted
from middlegame.report.charts.layout import layout
from middlegame.report.html.report import html_report, result_html
from middlegame.report.terminal.equilibrium import show_change
from middlegame.report.terminal.over_time import _band
from middlegame.report.text.over_time import (
    Series,
    factors_over_time,
    first_passage_notes,
    moves_over_time,
    select_periods,
    short_period,
    sweep_over_time,
)
from middlegame.scenario import read_text
from tests.paths import DATA
from tests.report.pages import compare_with_golden, plain_console, printed, show_plain, unwrap

SIEGE = DATA / "siege.yaml"


@pytest.fixture(scope="module")
def siege() -> mg.Equilibrium:
    return mg.solve(mg.load(SIEGE))


def test_forecast_over_time_has_a_row_per_state_and_a_column_per_period(siege):
    compare_with_golden("siege.txt", show_plain(siege))


def test_supposition_for_every_period_is_one_clause(siege):
    console = plain_console()
    show_change(siege, siege.suppose({"sortie": "stays_in"}), console)
    text = unwrap(printed(console))
    assert "the besieged stays in (in every period)" in text
    assert "The fort falls (Apr 2026)" in text


def test_report_draws_a_line_for_each_state_and_no_bookkeeping_nodes(siege):
    page = html_report(siege)
    assert "holds 85% in Jan 2026, 55% in Apr 2026" in page
    assert "of cases, on average in Feb 2026; later or never" in page
    assert "The contest <small>Feb 2026</small>" in page
    assert "shells after" not in page


def test_storylines_have_exact_probabilities(siege):
    lines = siege.storylines(5)
    assert sum(line.probability for line in lines) == pytest.approx(1)  # a fort falls once
    for line in lines:
        condition = " and ".join(f"{name} = {state}" for name, state in line.states.items())
        assert line.probability == pytest.approx(siege.probability(condition))


def test_json_and_table_contain_the_curves(siege):
    answer = json.loads(json.dumps(siege.to_dict()))
    assert answer["curves"]["periods"] == ["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026"]
    falls = [siege.forecast(f"fort@{k}")["falls"] for k in (1, 2, 3, 4)]
    assert answer["curves"]["fort"]["falls"] == pytest.approx(falls)
    frame = siege.to_dataframe()
    rows = frame[(frame.name == "fort") & (frame.state == "falls")]
    assert list(rows.period) == [1, 2, 3, 4]
    assert rows.probability.to_numpy() == pytest.approx(falls)


def test_selected_periods_are_evenly_spaced():
    assert select_periods(["p"] * 3, 8) == [0, 1, 2]
    picked = select_periods(["p"] * 20, 8)
    assert len(picked) == 8
    assert (picked[0], picked[-1]) == (0, 19)
    assert [short_period(name) for name in ("Jan-Mar 2026", "2026", "period 3")] == [
        "Jan 26",
        "2026",
        "3",
    ]


def test_notes_leave_out_states_that_hold_from_the_beginning(siege):
    weather, fort = factors_over_time(siege)
    assert len(fort.notes) == 1
    assert weather.notes == ()


@pytest.fixture(scope="module")
def swept() -> mg.Sweep:
    return mg.sweep(mg.load(SIEGE), 16)


def test_sweep_prints_a_column_per_period_and_intervals_beneath(swept):
    text = show_plain(swept)
    rows = text.split("The fort\n")[1].splitlines()
    outlooks = [swept.outlooks[f"fort@{k}"]["falls"] for k in (1, 2, 3, 4)]
    assert rows[2].split() == ["falls", *(f"{100 * each.mean:.0f}%" for each in outlooks)]
    ends = [[f"{100 * end:.0f}" for end in each.ninety] for each in outlooks]
    assert rows[3].split() == [f"{low}..{high}" for low, high in ends]
    assert text.count("The fort (") <= 1  # one sentence, not one in each period
    assert "undecided in 1 of 4 periods" in text


def test_sweep_draws_bands_around_its_means(swept):
    found = swept
    moves, (fort,) = sweep_over_time(found)
    assert [each.name for each in moves] == ["bombard", "sortie"]
    outlook = found.outlooks["fort@3"]["falls"]
    assert fort.chances[1][2] == outlook.mean
    assert fort.bands[1][2] == outlook.ninety
    assert curve_chart(fort).count("mark-area") > curve_chart(replace(fort, bands=())).count(
        "mark-area"
    )


def test_long_labels_take_several_lines_in_a_legend(siege):
    fort = factors_over_time(siege)[1]
    name = "accepts a transition under foreign supervision"
    drawn = curve_chart(replace(fort, labels=(name, "falls")))
    assert ">accepts a transition under<" in drawn
    assert f">{name}<" not in drawn


def test_lines_that_lie_on_each_other_are_parted() -> None:
    rows = [(0.5, 0.25, None), (0.5, 0.245, None), (0.9, 0.25, 0.1), (0.505, 0.25, None)]
    offsets = parted(rows)
    assert offsets[0] == offsets[2] == 0
    assert 0 < offsets[1] < offsets[3] < 0.06


def test_series_of_one_period_is_drawn_as_bars_with_labels() -> None:
    series = Series(
        "x",
        "X",
        "#0072B2",
        True,
        ("Jan 2026", "Feb 2026"),
        ("yes", "no"),
        ((None, 0.3), (None, 0.7)),
    )
    drawn = curve_chart(series)
    assert 'aria-label="X, Feb 2026: yes 30%, no 70%"' in drawn


def test_boxes_of_a_timed_contest_stand_in_the_frame_of_their_period(siege: mg.Equilibrium) -> None:
    placed = layout(siege)
    frames = {frame.period: frame for frame in placed.frames}
    assert len(frames) == 2
    for box in placed.boxes:
        period = siege.diagram.nodes[siege.diagram.index[box.name]].period
        for each, frame in frames.items():
            within = (
                frame.x <= box.x - box.width / 2
                and box.x + box.width / 2 <= frame.x + frame.width
                and frame.y <= box.y - box.height / 2
                and box.y + box.height / 2 <= frame.y + frame.height
            )
            assert within == (each == period)


PRICES = """
title: Prices over time
actors: {firm: The firm}
periods: {every: month, for: 3, from: 2026-01-01}
moves:
  offer:
    by: firm
    scale: {from: 0, to: 40, step: 10, unit: dollars}
    options: {leave: {costs: 4}}
factors:
  price:
    scale: {from: 0, to: 40, step: 10, unit: dollars}
    start: 20
    rules: [{from: previous, shift: 2..4}]
    headline: yes
interests: {firm: [{worth: 0.3 * price}, {worth: 0.1 * offer}]}
"""


@pytest.fixture(scope="module")
def prices() -> mg.Forecast:
    return mg.solve(read_text(PRICES).scenario, worlds=32)


def test_a_scale_over_time_has_a_mean_and_an_interval_in_each_period(prices):
    (price,) = factors_over_time(prices)
    assert (price.labels, price.unit, len(price.values)) == ((), "dollars", 3)
    for period, value in enumerate(price.values, start=1):
        found = prices.scale_forecast(f"price@{period}")
        assert (value.mean, value.low, value.high) == (found.mean, *found.ninety)
    (offer,) = moves_over_time(prices)
    assert offer.labels == ("leave",)
    assert [row[0] for row in offer.bands] == [prices.interval("offer@1")["leave"]]
    text = show_plain(prices)
    assert re.search(r"mean, dollars +23 +26 +29", text)
    assert re.search(r"5% point +20 +20 +20", text)
    assert "Most likely" not in text
    assert "Price (Jan 2026): mean 23 dollars" in unwrap(text)
    chart = curve_chart(price)
    assert "Price: mean 23 dollars in Jan 2026, 29 in Mar 2026; the band holds 90%" in chart
    sweep = mg.sweep(read_text(PRICES).scenario, 16)
    assert "bands hold 90%" in result_html(sweep)
    swept, _ = sweep_over_time(sweep)
    assert swept[0].values[0].mean == pytest.approx(offer.values[0].mean, rel=1e-3)


@pytest.mark.parametrize(
    ("ends", "text"),
    [((0.412, 0.507), "41..51"), ((0.004, 0.02), "<1..2"), ((0.97, 0.998), "97..99"), (None, "")],
)
def test_intervals_beneath_columns_leave_a_space_between_them(ends, text) -> None:
    assert _band(ends) == text
    assert len(text) < len("97..>99")


def test_value_of_a_single_period_is_a_point_with_its_numbers(prices):
    (price,) = factors_over_time(prices)
    alone = replace(price, values=(None, price.values[1], None))
    chart = curve_chart(alone)
    assert f"mean {price.values[1].text} dollars in Feb 2026; the line holds 90%" in chart
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", chart)
    assert {price.values[1].text, f"{price.values[1].low:g}", f"{price.values[1].high:g}"} <= {
        *texts
    }


def test_state_before_the_first_period_has_no_first_time():
    contest = """
title: A mine
periods: {every: month, for: 2, from: 2026-01-01}
actors: {owner: The owner}
moves: {pump: {by: owner, options: [pump, wait]}}
factors:
  mine:
    states: {works: the mine works, drowns: the mine drowns}
    start: works
    rules: [{if: mine@previous = drowns, then: drowns}, {then: {drowns: 80%}}]
    headline: yes
interests:
  owner: [{when: mine = works and pump = pump, worth: 40}]
"""
    (note,) = first_passage_notes(mg.solve(read_text(contest).scenario), "mine")
    assert note.startswith("The mine drowns by the end of Feb 2026 in 96% of cases")
