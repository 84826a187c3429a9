import datetime as dt
from html import unescape

import pytest

import middlegame as mg
from middlegame.analysis import value_of_information as analysis
from middlegame.analysis.evidence_weights import weigh_evidence
from middlegame.analysis.reasons import why
from middlegame.base.errors import MiddlegameError
from middlegame.equilibrium.equilibrium import solve
from middlegame.io.examples import FOLDER
from middlegame.report.text.comparison import DISAGREEMENT_TO_COME
from middlegame.report.text.intervals import interval
from middlegame.report.text.numbers import percent
from middlegame.report.text.reasons import reason_texts
from middlegame.report.text.value_of_information import commitment_rows
from middlegame.scenario import apply_view
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers import (
    comparison,
    drivers,
    hypotheses,
    reasons,
    value_of_information,
)
from middlegame.workbench.workers import (
    solve as solving,
)
from middlegame.workbench.workers import (
    sweep as sweeping,
)
from middlegame.workbench.workers.dominoes import all_dominoes
from middlegame.workbench.workers.ledger import read_ledger, record_forecast, resolve_question
from middlegame.workbench.workers.solve import open_contest
from middlegame.workbench.workers.texts import write_numbers
from middlegame.workbench.workers.worker import Partial
from tests.workbench.contests import HARBOUR, KNOWN

WORTH = "interests.tenant[0].worth"


def test_contest_view_says_whether_there_are_evidence_and_views(context):
    plain = solving.open_contest(context, HARBOUR).contest
    known = solving.open_contest(context, KNOWN).contest
    assert (plain.has_evidence, plain.has_views) == (False, False)
    assert (known.has_evidence, known.has_views) == (True, True)


def test_hypotheses_task_weighs_evidence_and_observations_as_the_analysis_does(context):
    html = hypotheses.weigh_evidence(context, KNOWN, Setting(given={"bid": ("offer",)})).html
    (found,) = weigh_evidence(solve(read_text(KNOWN).scenario).given({"bid": "offer"}))
    assert found.name == "loan"
    assert [piece.name for piece in found.pieces] == ["audit", "bid"]
    for state, chance in found.posterior.items():
        assert f"<b>{percent(chance)}</b>" in html
        assert f"prior: {percent(found.prior[state])}" in html
    assert "512 worlds" in html


def test_reasons_task_explains_moves_and_factors_as_the_analysis_does(context):
    equilibrium = mg.solve(read_text(HARBOUR).scenario)
    html = unescape(reasons.explain_choice(context, HARBOUR, Setting(), "renew", ""))
    (group,) = reason_texts(why(equilibrium, "renew"))
    assert group.sentence in html
    html = reasons.explain_choice(context, HARBOUR, Setting(), "lease", "lost")
    assert f"<b>{100 * why(equilibrium, 'lease', 'lost').influences[0].change:+.0f}</b>" in html


def test_drivers_task_shows_effects_before_what_would_change_the_outcome(context, monkeypatch):
    reported = []
    monkeypatch.setattr(context, "report", reported.append)
    whole = drivers.drivers(context, HARBOUR, Setting())
    (first,) = (each.answer for each in reported if isinstance(each, Partial))
    assert first.taken is None
    assert whole.taken.sentence
    for before, after in zip(first.tornados, whole.tornados, strict=True):
        assert before.none.endswith("is still being looked for.")
        assert before.flips == ()
        assert after.flips or after.none
        assert [(s.low, s.high) for s in before.swings] == [(s.low, s.high) for s in after.swings]


def test_sweep_task_shows_the_first_worlds_before_all_and_is_held_for_boxes(context, monkeypatch):
    reported = []
    monkeypatch.setattr(context, "report", reported.append)
    whole = sweeping.sweep_ranges(context, HARBOUR, Setting(), 2048)
    views = [each.answer for each in reported if isinstance(each, Partial)]
    assert [each.worlds for each in (*views, whole)] == [1024, 2048]
    assert views[0].sampling_error.startswith("Means over 1,024 worlds")
    reported.clear()
    boxes = sweeping.find_boxes(context, HARBOUR, Setting(), 2048).boxes
    parts = [each.answer.boxes for each in reported if isinstance(each, Partial)]
    assert parts == [boxes[: place + 1] for place in range(len(boxes))]
    assert boxes
    steps = [each[0] for each in reported if isinstance(each, tuple)]
    assert "Solving worlds" not in steps, "the sweep is not solved again"


def test_comparison_task_shows_forecasts_before_what_makes_the_difference(context, monkeypatch):
    reported = []
    monkeypatch.setattr(context, "report", reported.append)
    whole = comparison.compare_views(context, KNOWN, Setting())
    (first,) = (each.answer for each in reported if isinstance(each, Partial))
    assert DISAGREEMENT_TO_COME in first.html
    assert DISAGREEMENT_TO_COME not in whole.html
    assert (first.taken, bool(whole.taken)) == (None, True)


def test_comparison_task_shows_the_forecast_of_every_view(context):
    html = comparison.compare_views(context, KNOWN, Setting()).html
    contest = read_text(KNOWN).scenario
    for view in (contest.model_copy(update={"views": {}}), apply_view(contest, "doubter")):
        for asked in mg.solve(view).question_outlooks.values():
            cell = f"{percent(asked.mean)}<br><small>{interval(*asked.ninety)}</small>"
            assert f' class="number">{cell}</td>' in html
    assert "The doubter" in html


def test_value_of_information_task_follows_changed_numbers_and_reports_progress(
    context, monkeypatch
):
    reports = []
    monkeypatch.setattr(context, "report", reports.append)
    monkeypatch.setattr(value_of_information, "WORLDS", 512)
    found = value_of_information.value_of_information(context, HARBOUR, Setting({WORTH: 60.0}))
    html = found.html
    moved = read_text(write_numbers(context, HARBOUR, {WORTH: 60.0}, True)).scenario
    expected = analysis.value_of_information(solve(moved), n=512)
    (first, *_) = commitment_rows(expected)
    assert first.value in unescape(html)
    assert "512 worlds" in html
    assert found.taken.sentence.startswith('For "The tenant loses the berth"')
    assert found.taken.csv.startswith("question,")
    shares = [each[1] for each in reports if isinstance(each, tuple) and each[1] is not None]
    assert shares[-1] == 1.0


def test_hypotheses_task_refuses_contest_without_evidence(context):
    with pytest.raises(MiddlegameError, match="no evidence"):
        hypotheses.weigh_evidence(context, HARBOUR, Setting())


def test_dominoes_say_from_which_numbers_they_start(context):
    text = (FOLDER / "harbour-lease" / "scenario.yaml").read_text()
    forecast = open_contest(context, text).baseline.forecast
    (note,) = all_dominoes(context, text, Setting()).notes
    lost = [f"{each['lease'][1]:.0%}" for each in (forecast.middle, forecast.forecasts)]
    assert f"the lease is lost, {' instead of '.join(lost)}" in note


def test_forecast_that_cannot_be_recorded_is_refused_before_anything_is_solved(
    context, monkeypatch, tmp_path
):
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(tmp_path / "ledger.db"))
    reported = []
    monkeypatch.setattr(context, "report", reported.append)
    known = (FOLDER / "opec-2020" / "scenario.yaml").read_text(encoding="utf-8")
    for text, reason in ((known, "hindcasts"), (HARBOUR.split("questions:")[0], "no questions")):
        with pytest.raises(MiddlegameError, match=reason):
            record_forecast(context, text, "known", "ada", "")
    assert reported == []


def test_forecasts_made_too_late_are_marked_as_not_scored(context, monkeypatch, tmp_path):
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(tmp_path / "ledger.db"))
    today = dt.datetime.now(dt.UTC).date()
    due = {"before": dt.date(2026, 1, 2), "after": today + dt.timedelta(days=400)}
    asked = "".join(f"  {name}: {{will: depot = closes, by: {day}}}\n" for name, day in due.items())
    text = f"{HARBOUR.split('questions:')[0]}questions:\n{asked}"
    record_forecast(context, text, "harbour", "ada", "")
    found = {each.key.split("/")[-1]: each for each in read_ledger(context, "harbour").questions}
    late = {name: question.forecasts[0][-1] for name, question in found.items()}
    assert late == {"before": "not scored, as made after the question's day", "after": ""}
    assert found["before"].due == "by 2 January 2026"
    resolve_question(context, found["after"].key, "yes", str(today), "a paper", "ada", "")
    questions = read_ledger(context, "harbour").questions
    (why,) = [each.forecasts[0][-1] for each in questions if each.outcome]
    assert why == "not scored, as made on the day of the resolution or later"
