"""Robustness against contests solved by hand, one change at a time."""

import pytest

import middlegame as mg
from middlegame.analysis.robustness import WITHIN
from middlegame.analysis.robustness_sources import judgements_by_source, without_source
from middlegame.scenario import Scenario

CONTEST = {
    "title": "Road",
    "sources": {"map": {"title": "A map"}, "brief": {"title": "A briefing"}},
    "actors": {"a": "A", "b": "B"},
    "moves": {
        "go": {"by": "a", "options": ["north", "south"]},
        "follow": {"by": "b", "knows": ["go"], "options": ["yes", "no"]},
    },
    "factors": {
        "bridge": {
            "states": ["open", "shut"],
            "headline": True,
            "rules": [
                {"if": "go = north", "then": {"open": "60..80%"}, "cite": "map#1"},
                {"then": {"open": "30%"}, "cite": "map#2"},
            ],
        }
    },
    "interests": {
        "a": [
            {"when": "go = north", "worth": "10..14", "cite": "brief#1"},
            {"when": "bridge = open", "worth": 20},
        ],
        "b": [{"when": "follow = yes and bridge = open", "worth": 15}],
    },
    "evidence": {"seen": {"saw": "bridge = open", "likelihood": "2:1", "cite": "map#3"}},
    "precision": "3:1",
    "questions": {"north": {"will": "go = north"}, "open": {"will": "bridge = open"}},
}


@pytest.fixture(scope="module")
def road() -> mg.Forecast:
    return mg.solve(Scenario.model_validate(CONTEST))


@pytest.fixture(scope="module")
def found(road) -> mg.Robustness:
    return mg.robust(road, worlds=16, starts=4)


def variant(found, kind, name):
    (one,) = [each for each in found.variants if (each.kind, each.name) == (kind, name)]
    return one


def chance(equilibrium, answer):
    yes = equilibrium.questions[answer.name]
    return yes if answer.state == "yes" else 1 - yes


def test_precision_is_that_of_the_contest_solved_so(road, found):
    for name, factor in (("half", 0.5), ("double", 2.0)):
        again = mg.solve(road.scenario, precision=3.0**factor).middle
        expected = [chance(again, answer) for answer in found.answers]
        assert variant(found, "precision", name).numbers == pytest.approx(expected)


def test_behaviour_is_that_of_the_contest_solved_so(road, found):
    again = mg.solve(road.scenario, behaviour="level=1").middle
    expected = [chance(again, answer) for answer in found.answers]
    assert variant(found, "behaviour", "level 1").numbers == pytest.approx(expected)


def test_interest_left_out_is_the_contest_without_it(found):
    without = {**CONTEST, "interests": {**CONTEST["interests"], "a": CONTEST["interests"]["a"][1:]}}
    again = mg.solve(Scenario.model_validate(without)).middle
    expected = [chance(again, answer) for answer in found.answers]
    one = variant(found, "interest", "interests.a[0].worth")
    assert one.numbers == pytest.approx(expected)


def test_answers_have_the_forecast_the_middle_world_and_the_mean(road, found):
    for answer in found.answers:
        assert answer.forecast == pytest.approx(chance(road, answer))
        assert answer.middle == pytest.approx(chance(road.middle, answer))
        assert answer.forecast != pytest.approx(answer.middle, abs=1e-6)


def test_hierarchy_is_that_of_the_file():
    contest = Scenario.model_validate({**CONTEST, "behaviour": {"hierarchy": 0.7}})
    found = mg.robust(mg.solve(contest, worlds=0), worlds=4, starts=2)
    assert variant(found, "behaviour", "hierarchy 0.7")
    assert not [each for each in found.variants if "1.5" in each.name]


def test_levels_of_single_actors_give_way_to_those_of_all_and_to_an_equilibrium():
    actors = {"a": {"name": "A", "behaviour": {"hierarchy": 0.7}}, "b": "B"}
    contest = Scenario.model_validate({**CONTEST, "actors": actors})
    found = mg.robust(mg.solve(contest, worlds=0), worlds=4, starts=2)
    for name, behaviour in {
        "equilibrium": "equilibrium",
        "level 1": "level=1",
        "hierarchy 0.7": "hierarchy=0.7",
    }.items():
        again = mg.solve(contest, behaviour=behaviour).middle
        expected = [chance(again, answer) for answer in found.answers]
        assert variant(found, "behaviour", name).numbers == pytest.approx(expected)


def test_work_that_is_stopped_returns_the_variants_that_are_done(road, found):
    def stop(done: int, total: int | None) -> None:
        if done == 5:
            raise KeyboardInterrupt

    some = mg.robust(road, worlds=4, starts=2, progress=stop)
    assert len(some.variants) == 5
    assert some.missing == len(found.variants) - 5 + 1
    assert some.to_dict()["missing"] == some.missing


def test_full_precision_is_the_nash_limit(road, found):
    limit = mg.nash(road.scenario).equilibrium.given(dict(road.known))
    expected = [chance(limit, answer) for answer in found.answers]
    assert variant(found, "nash", "full precision").numbers == pytest.approx(expected)


def test_source_widens_what_cites_it_alone_and_drops_its_evidence(road):
    cited = judgements_by_source(road.scenario)
    assert len(cited["brief"]) == 1
    changed = without_source(road.scenario, "map")
    assert changed.evidence == {}
    wide, bare = (rule.then["open"] for rule in changed.factors["bridge"].rules)
    written = road.scenario.factors["bridge"].rules[0].then["open"]
    assert wide.median == pytest.approx(written.median)
    assert wide.low < written.low
    assert wide.high > written.high
    assert (bare.low, bare.high) == pytest.approx((3 / 17, 6 / 13))  # odds of 3:7 halved, doubled
    interest = without_source(road.scenario, "brief").interests["a"][0].worth
    assert (interest.low, interest.high) == pytest.approx((6, 18))


def test_number_of_a_view_goes_with_the_evidence_that_it_replaces(road):
    views = {"other": {"judgements": {"evidence.seen.likelihood": "3:1"}}}
    both = {"judgements": {"evidence.seen.likelihood": "3:1", "precision": "2:1"}}
    contest = Scenario.model_validate({**CONTEST, "views": views | {"both": both}})
    changed = without_source(contest, "map")
    assert {name: [*view.judgements] for name, view in changed.views.items()} == {
        "both": ["precision"]
    }
    assert mg.solve(changed).middle.questions


def test_sources_are_means_over_worlds(road, found):
    again = mg.solve(without_source(road.scenario, "map"), worlds=16)
    expected = [chance(again, answer) for answer in found.answers]
    one = variant(found, "source", "map")
    assert one.numbers == pytest.approx(expected)
    mean = mg.solve(road.scenario, worlds=16)
    assert [found.before(one, k) for k in range(2)] == pytest.approx(
        [chance(mean, answer) for answer in found.answers]
    )


def test_answer_holds_within_ten_points_and_with_the_same_state(found):
    for one in found.variants:
        for place in range(len(found.answers)):
            if one.refusal:
                assert found.holds(one, place) is None
                continue
            near = abs(one.numbers[place] - found.before(one, place)) <= WITHIN
            assert found.holds(one, place) == (near and one.numbers[place] >= 0.5)
    table = found.to_dataframe()
    assert len(table) == len(found.answers) * sum(not one.refusal for one in found.variants)
    assert (table.holds == False).sum() == sum(  # noqa: E712
        len(found.breaking(place)) for place in range(len(found.answers))
    )


def test_contest_without_questions_tests_its_likeliest_states():
    asked = mg.robust(
        mg.solve(Scenario.model_validate({**CONTEST, "questions": {}})), worlds=8, starts=2
    )
    assert {"bridge", "go", "follow"} == {answer.name for answer in asked.answers}
    assert not any(answer.is_question for answer in asked.answers)


def test_surprise_is_refused(road):
    with pytest.raises(mg.QueryError, match="surprise"):
        mg.robust(road.suppose({"go": "north"}, fixed_policies=True))


def test_variants_with_beliefs_change_what_actors_believe_too():
    believed = CONTEST | {
        "interests": {
            "a": [
                {"when": "go = north", "worth": 3},
                {"when": "go = north and follow = yes", "worth": 20},
            ],
            "b": [{"when": "follow = yes", "worth": 15}],
        },
        "beliefs": {"a": {"judgements": {"interests.b[0].worth": -15}}},
    }
    found = mg.robust(mg.solve(Scenario.model_validate(believed)), worlds=4, starts=1)

    def solved(contest):
        middle = mg.solve(Scenario.model_validate(contest)).middle
        return [chance(middle, answer) for answer in found.answers]

    sharper = solved(believed | {"precision": "9:1"})
    assert variant(found, "precision", "double").numbers == pytest.approx(sharper)
    nothing = {"b": [{"when": "follow = yes", "worth": 0}]}
    without = {key: value for key, value in believed.items() if key != "beliefs"}
    without["interests"] = believed["interests"] | nothing
    assert variant(found, "interest", "interests.b[0].worth").numbers == pytest.approx(
        solved(without)
    )
