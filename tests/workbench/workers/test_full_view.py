import pickle

import pytest

import middlegame as mg
from middlegame.equilibrium.equilibrium import solve
from middlegame.io.examples import FOLDER
from middlegame.report.text.intervals import point_range
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.live import LiveContest
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers import solve as solving
from middlegame.workbench.workers.figures import export_figure
from middlegame.workbench.workers.texts import with_moved_ranges
from tests.workbench.contests import TIMED

TEXT = (FOLDER / "harbour-lease" / "scenario.yaml").read_text()
WORTH = "interests.tenant[0].worth"


@pytest.fixture(scope="module")
def opened(context):
    return solving.open_contest(context, TEXT)


def test_opened_contest_survives_pickling(opened):
    assert pickle.loads(pickle.dumps(opened)) == opened


def test_contest_view_has_every_range_and_node_of_the_diagram(opened):
    contest = opened.contest
    diagram = LiveContest(read_text(TEXT).scenario).diagram
    numbers = {number.name: number for group in contest.slider_groups for number in group.ranges}
    assert set(numbers) == {parameter.name for parameter in diagram.parameters}
    for number in numbers.values():
        assert number.least < number.low < number.median < number.high < number.most
        assert 0 < number.step < number.high - number.low
    assert [node.name for node in contest.nodes] == list(diagram.index)


def test_node_view_lists_judgements_and_interests(opened):
    contest = opened.contest
    lease = contest.node("lease")
    assert {actor for actor, _, _ in lease.interests} >= {"The foreign tenant", "The rival power"}
    assert lease.judgements
    assert contest.node("nothing") is None


def test_forecast_equals_a_direct_solution(context, opened):
    setting = Setting({WORTH: 71.0}, {"bid": "offer"}, {"depot": ("closes",)})
    live = LiveContest(read_text(TEXT).scenario)
    after = solve(
        live.diagram, scenario=live.scenario, theta=live.parameter_values(setting.numbers)
    )
    after = after.suppose({"bid": "offer"}).given({"depot": "closes"})
    full = solving.full_answer(context, TEXT, setting).forecast
    for view in (solving.quick_forecast(context, TEXT, setting), full):
        for name, forecast in after.forecasts.items():
            assert view.middle[name] == pytest.approx([*forecast.values()], abs=1e-8)
    moved = read_text(with_moved_ranges(context, TEXT, setting.numbers)).scenario
    over_worlds = mg.solve(moved).suppose({"bid": "offer"}).given({"depot": "closes"})
    assert full.questions == pytest.approx(over_worlds.questions)
    for name, forecast in over_worlds.forecasts.items():
        assert full.forecasts[name] == pytest.approx([*forecast.values()])
    assert full.intervals["lease.1"] == pytest.approx(over_worlds.interval("lease")["lost"])
    before = mg.solve(moved).suppose({"bid": "offer"})
    assert full.priors["question.depot-2026"] == pytest.approx(before.questions["depot-2026"])
    assert full.priors["lease.1"] == pytest.approx(before.forecasts["lease"]["lost"])


def test_preview_moves_the_forecast_by_the_change_of_the_middle_world(context, opened):
    base = opened.baseline.forecast
    setting = Setting({WORTH: 71.0})
    view = solving.quick_forecast(context, TEXT, setting)
    for name, chances in view.forecasts.items():
        for now, mean, before, after in zip(
            chances, base.forecasts[name], base.middle[name], view.middle[name], strict=True
        ):
            assert now == pytest.approx(min(max(mean + after - before, 0.0), 1.0))
    assert view.intervals == {}


def test_unchanged_setting_has_no_shifts_and_no_reasons(opened):
    full_view = opened.baseline
    assert full_view.reasons == full_view.shifts == ()
    assert "principal branch" in full_view.method


def test_changed_setting_has_shifts_and_reasons(context):
    changes = Setting({WORTH: 90.0, "interests.tenant[1].worth": 60.0}, {"lease": "lost"})
    answered = solving.full_answer(context, TEXT, changes)
    assert answered.shifts
    first, *rest = answered.reasons
    assert "before" in first
    assert any("Each change made alone" in line for line in rest)


def test_points_have_their_intervals_over_worlds(opened):
    spreads = mg.solve(read_text(TEXT).scenario).point_spreads
    found = [words for *_, words in opened.baseline.points]
    assert found == [point_range(each) for each in spreads.values()]
    assert all(" to " in words for words in found)


def test_no_steps_are_told_where_no_branch_is_followed(context):
    assert " steps" not in solving.open_contest(context, TIMED).baseline.method


def test_picture_has_a_button_for_every_node(opened):
    contest, full_view = opened
    for node in contest.nodes:
        assert f'role="button" data-node="{node.name}"' in full_view.picture


def test_contest_over_time_has_curves_of_its_forecasts(context):
    full_view = solving.open_contest(context, TIMED).baseline
    assert {curve.name for curve in full_view.curves} == {"hold", "walls"}
    (walls,) = [curve for curve in full_view.curves if curve.name == "walls"]
    assert len(walls.periods) == 3
    for place, state in enumerate(walls.chances):
        answered = [full_view.forecast.forecasts[f"walls@{k}"][place] for k in (1, 2, 3)]
        assert list(state) == pytest.approx(answered)


def test_draw_period_draws_the_nodes_of_that_period(context):
    contest, full_view = solving.open_contest(context, TIMED)
    assert contest.drawn_period == 2
    assert len(contest.periods) == 3
    assert solving.draw_period(context, TIMED, Setting(), 2) == full_view.picture
    for period in (1, 3):
        svg = solving.draw_period(context, TIMED, Setting(), period)
        assert f'data-node="walls@{period}"' in svg
        assert 'data-node="hold@2"' not in svg


def test_contest_without_periods_has_no_curves(opened):
    assert opened.baseline.curves == ()


def test_expectations_are_shown_where_actors_have_beliefs(context):
    text = (FOLDER / "july-1914" / "scenario.yaml").read_text("utf-8")
    opened = solving.open_contest(context, text)
    assert "As Berlin expects" in opened.baseline.expectations


def test_without_beliefs_no_expectations_are_shown(opened):
    assert opened.baseline.expectations == ""


def test_points_of_a_fitted_contest_have_two_digits_and_say_their_unit(context):
    text = (FOLDER / "deterrence-1816-1899" / "scenario.yaml").read_text(encoding="utf-8")
    view = solving.open_contest(context, text).baseline
    found = mg.solve(read_text(text).scenario).points
    assert view.points_scale == "in the units of the coefficients"
    assert [words for *_, words, _ in view.points] == [f"{each:+.2f}" for each in found.values()]
    svg, sentence = (
        export_figure(context, text, Setting(), "points", form).decode() for form in ("svg", "txt")
    )
    for *_, words, _ in view.points:
        assert words in svg
        assert words in sentence
