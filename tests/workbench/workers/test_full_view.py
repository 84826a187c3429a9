import pickle
import threading

import pytest

from middlegame.equilibrium.equilibrium import solve
from middlegame.io.examples import FOLDER
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.live import LiveContest
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers import picture as picturing
from middlegame.workbench.workers import solve as solving
from middlegame.workbench.workers.worker import WorkerContext
from tests.workbench.contests import TIMED

TEXT = (FOLDER / "harbour-lease" / "scenario.yaml").read_text()
WORTH = "interests.tenant[0].worth"


@pytest.fixture(scope="module")
def bench():
    return WorkerContext(lambda _: None, threading.Event())


@pytest.fixture(scope="module")
def opened(bench):
    return solving.open_contest(bench, TEXT)


def test_what_goes_to_the_page_is_plain_data(opened):
    assert pickle.loads(pickle.dumps(opened)) == opened


def test_the_portrait_has_every_range_and_node_of_the_diagram(opened):
    portrait = opened.portrait
    diagram = LiveContest(read_text(TEXT).scenario).diagram
    numbers = {number.name: number for group in portrait.groups for number in group.numbers}
    assert set(numbers) == {parameter.name for parameter in diagram.parameters}
    for number in numbers.values():
        assert number.least < number.low < number.median < number.high < number.most
        assert 0 < number.step < number.high - number.low
    assert [node.name for node in portrait.nodes] == list(diagram.index)


def test_a_node_tells_who_wants_what_there(opened):
    portrait = opened.portrait
    lease = portrait.node("lease")
    assert {actor for actor, _, _ in lease.wanted} >= {"The foreign tenant", "The rival power"}
    assert lease.judgements
    assert portrait.node("nothing") is None


def test_numbers_are_those_of_the_front_door(bench, opened):
    setting = Setting({WORTH: 71.0}, {"bid": "offer"}, {"depot": ("closes",)})
    live = LiveContest(read_text(TEXT).scenario)
    after = solve(live.diagram, scenario=live.scenario, theta=live.parameter_values(setting.numbers))
    after = after.suppose({"bid": "offer"}).given({"depot": "closes"})
    for glance in (
        solving.quick_forecast(bench, TEXT, setting),
        solving.full_answer(bench, TEXT, setting).forecast,
    ):
        assert glance.questions == pytest.approx(after.questions, abs=1e-8)
        for name, forecast in after.forecasts.items():
            assert glance.forecasts[name] == pytest.approx([*forecast.values()], abs=1e-8)


def test_nothing_changed_needs_no_reasons(opened):
    reading = opened.base
    assert reading.reasons == reading.shifts == reading.news == ()
    assert "principal branch" in reading.method


def test_a_change_is_explained(bench):
    changes = Setting({WORTH: 90.0, "interests.tenant[1].worth": 60.0}, {"lease": "lost"})
    told = solving.full_answer(bench, TEXT, changes)
    assert told.shifts
    assert any("lost" in line for line in told.changes)
    first, *rest = told.reasons
    assert "before" in first
    assert any("Each change made alone" in line for line in rest)


def test_the_picture_has_a_button_for_every_node(opened):
    portrait, reading, _ = opened
    for node in portrait.nodes:
        assert f'role="button" data-node="{node.name}"' in reading.picture


def test_periods_become_curves(bench):
    reading = solving.open_contest(bench, TIMED).base
    assert {curve.name for curve in reading.curves} == {"hold", "walls"}
    (walls,) = [curve for curve in reading.curves if curve.name == "walls"]
    assert len(walls.periods) == 3
    for place, state in enumerate(walls.chances):
        told = [reading.forecast.forecasts[f"walls@{k}"][place] for k in (1, 2, 3)]
        assert list(state) == pytest.approx(told)


def test_every_period_can_be_pictured(bench):
    portrait, reading, _ = solving.open_contest(bench, TIMED)
    assert portrait.drawn_period == 2
    assert len(portrait.periods) == 3
    assert picturing.draw_period(bench, TIMED, Setting(), 2) == reading.picture
    for period in (1, 3):
        svg = picturing.draw_period(bench, TIMED, Setting(), period)
        assert f'data-node="walls@{period}"' in svg
        assert 'data-node="hold@2"' not in svg


def test_without_periods_there_are_no_curves(opened):
    assert opened.base.curves == ()
