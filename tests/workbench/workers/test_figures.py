"""Figures by themselves: their data against the forecast, their images, and the report's forms."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest

import middlegame as mg
from middlegame.base.errors import MiddlegameError
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.figures import draw_figure, export_figure, write_report
from tests.workbench.contests import HARBOUR, TIMED

OFFER = Setting(supposed={"bid": "offer"})


@pytest.fixture(scope="module")
def offered():
    return mg.solve(read_text(HARBOUR).scenario).suppose({"bid": "offer"})


def rows(figure):
    return list(csv.DictReader(io.StringIO(figure.csv)))


def test_data_of_the_questions_are_their_forecasts_under_the_changes(context, offered):
    found = rows(draw_figure(context, HARBOUR, OFFER, "questions"))
    for row in found:
        low, high = offered.question_outlooks[row["question"]].ninety
        assert float(row["probability"]) == pytest.approx(offered.questions[row["question"]])
        assert (float(row["low"]), float(row["high"])) == pytest.approx((low, high))
    assert {row["question"] for row in found} == set(offered.questions)


def test_data_of_a_factor_and_of_the_contest_have_a_row_for_each_state(context, offered):
    lease = rows(draw_figure(context, HARBOUR, OFFER, "lease"))
    assert {row["state"]: float(row["probability"]) for row in lease} == pytest.approx(
        offered.forecasts["lease"]
    )
    every = rows(draw_figure(context, HARBOUR, OFFER, "contest"))
    assert len(every) == sum(map(len, offered.forecasts.values()))


def test_sentence_of_a_factor_says_every_state_with_its_interval(context):
    sentence = draw_figure(context, HARBOUR, Setting(), "lease").sentence
    assert sentence.startswith("The lease is kept (75%, 90% of worlds between ")
    assert "; the lease is lost (25%" in sentence


TOLL = """title: A toll
actors: {city: The city}
factors: {harvest: {states: [good, bad], chance: {good: 30..50%}}}
moves: {toll: {by: city, scale: {from: 0, to: 100, step: 10, unit: ducats}}}
interests: {city: [{worth: 0.1 * toll}]}
questions:
  toll-2026: {label: The toll at the gate, value: toll, on: 2026-12-31}
"""


@pytest.mark.parametrize("asked", ["", "  plenty: {will: harvest=good, by: 2026-12-31}\n"])
def test_question_for_a_value_is_in_the_picture_the_data_and_the_sentence(context, asked):
    text = TOLL + asked
    (value,) = mg.solve(read_text(text).scenario).question_values.values()
    figure = draw_figure(context, text, Setting(), "questions")
    (row,) = [row for row in rows(figure) if row["question"] == "toll-2026"]
    assert float(row["mean"]) == pytest.approx(value.mean)
    assert (float(row["low"]), float(row["high"])) == value.ninety
    assert (row["probability"], row["unit"]) == ("", "ducats")
    assert "The toll at the gate" in "".join(ElementTree.fromstring(figure.svg).itertext())
    assert "The toll at the gate (on 31 December 2026): mean " in figure.sentence
    png = export_figure(context, text, Setting(), "questions", "png")
    assert png.startswith(b"\x89PNG")


def test_sentence_of_a_value_says_its_mean_and_not_every_value(context):
    sentence = draw_figure(context, TOLL, Setting(), "toll").sentence
    assert re.fullmatch(r"\S.*: mean \d+(\.\d+)? ducats.*, median \d+, 90% interval .*\.", sentence)


def test_factor_over_time_has_its_curve_and_a_row_for_each_period(context):
    walls = draw_figure(context, TIMED, Setting(), "walls")
    assert [row["period"] for row in rows(walls)] == ["1", "1", "2", "2", "3", "3"]
    second = draw_figure(context, TIMED, Setting(), "walls@2")
    assert {row["period"] for row in rows(second)} == {"2"}


@pytest.mark.parametrize("name", ["questions", "contest", "points", "lease"])
def test_images_stand_by_themselves(context, name):
    svg = export_figure(context, HARBOUR, Setting(), name, "svg").decode()
    ElementTree.fromstring(svg)
    assert "var(" not in svg
    assert "currentColor" not in svg
    assert export_figure(context, HARBOUR, Setting(), name, "png").startswith(b"\x89PNG")


def test_unknown_figures_and_forms_are_refused_with_the_nearest_name(context):
    with pytest.raises(MiddlegameError, match="did you mean 'lease'"):
        draw_figure(context, HARBOUR, Setting(), "lese")
    assert draw_figure(context, TIMED, Setting(), "contest@3").svg
    with pytest.raises(MiddlegameError, match="contest@3"):
        draw_figure(context, TIMED, Setting(), "contest@9")
    with pytest.raises(MiddlegameError, match="svg, png, csv, txt"):
        export_figure(context, HARBOUR, Setting(), "lease", "gif")
    with pytest.raises(MiddlegameError, match="html, pdf, md"):
        write_report(context, HARBOUR, Setting(), "doc")


def test_report_is_about_the_changes(context):
    page = write_report(context, HARBOUR, OFFER, "html").decode()
    assert "the rival power makes an offer" in page
    assert write_report(context, HARBOUR, OFFER, "md").decode().startswith("Harbour lease")
