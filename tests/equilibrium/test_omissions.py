"""What a forecast leaves out."""

import pytest

import middlegame as mg
from middlegame.equilibrium.omissions import omissions
from middlegame.scenario import Scenario

CONTEST = {
    "title": "Bridge",
    "sources": {"map": {"title": "A map"}},
    "actors": {"a": "A", "b": "B", "c": "The public"},
    "factors": {
        "ferry": {"states": ["runs", "rests"], "chance": {"runs": 0}},
        "toll": {"states": ["high", "low"], "chance": {"high": "20..40%"}, "cite": "map"},
    },
    "moves": {
        "go": {
            "by": "a",
            "knows": ["ferry", "toll"],
            "options": {"bridge": {}, "wait": {}, "boat": {"if": "ferry = runs"}},
        },
        "follow": {"by": "b", "knows": ["go"], "options": ["yes", "no"]},
    },
    "interests": {
        "a": [{"when": "go = bridge", "worth": "5..9"}, {"when": "follow = yes", "worth": 4}],
        "b": [{"when": "follow = yes", "worth": 3, "cite": "map"}],
        "c": [{"when": "go = wait", "worth": 2}],
    },
    "precision": "4:1",
    "questions": {"bridge": {"will": "go = bridge"}},
}


def bridge(**changed: object) -> mg.Forecast:
    return mg.solve(Scenario.model_validate(CONTEST | changed))


def test_actors_without_moves_are_left_out():
    assert omissions(bridge()).idle_actors == ("c",)


def test_option_that_is_closed_wherever_play_can_get_is_unavailable():
    assert omissions(bridge()).unavailable == {"go": ("boat",)}
    runs = CONTEST["factors"] | {"ferry": {"states": ["runs", "rests"], "chance": {"runs": "1%"}}}
    assert omissions(bridge(factors=runs)).unavailable == {}


def test_supposition_closes_no_option():
    found = omissions(bridge().suppose({"go": "wait"}))
    assert found.unavailable == {}


def test_numbers_without_a_source_are_counted():
    """Certain chances are no judgements; the chance of a high toll and one worth cite the map."""
    found = omissions(bridge())
    assert found.numbers - found.unsourced == 2
    assert found.unsourced == pytest.approx(len(["worth", "worth", "worth", "precision"]))


def test_diagram_without_a_scenario_states_no_numbers():
    diagram = mg.solve(mg.compile_scenario(Scenario.model_validate(CONTEST)))
    found = omissions(diagram)
    assert (found.numbers, found.unsourced) == (0, 0)
