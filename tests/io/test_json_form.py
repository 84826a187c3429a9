import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import middlegame as mg
from middlegame.io.json_form import from_json, to_json
from middlegame.report.text.over_time import factors_over_time
from middlegame.scenario.faults import ScenarioError
from tests.generators.diagrams import diagrams
from tests.paths import DATA, REFERENCE

GAMES = sorted(REFERENCE.glob("*.json"))


@given(diagrams())
def test_writing_and_reading_json_preserves_the_diagram(diagram):
    again = from_json(json.dumps(to_json(diagram)))
    assert again.structure == diagram.structure
    assert [node.states for node in again.nodes] == [node.states for node in diagram.nodes]
    assert again.lambdas(again.theta) == pytest.approx(diagram.lambdas(diagram.theta))
    first, second = diagram.tables(), again.tables()
    for a, b in zip(
        (*first.open_options, *first.utilities, *(c for c in first.chances if c is not None)),
        (*second.open_options, *second.utilities, *(c for c in second.chances if c is not None)),
        strict=True,
    ):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("path", GAMES, ids=lambda p: p.stem)
def test_to_json_has_the_form_of_the_references(path):
    written, reference = to_json(from_json(path.read_text())), json.loads(path.read_text())
    for ours, theirs in zip(written["nodes"], reference["nodes"], strict=True):
        assert {key: ours[key] for key in theirs} == theirs
    assert written["utilities"] == reference["utilities"]


def test_periods_survive_json():
    siege = mg.solve(mg.load(DATA / "siege.yaml"), worlds=0)
    again = mg.solve(from_json(json.dumps(to_json(siege.diagram))))
    for node, read in zip(siege.diagram.nodes, again.diagram.nodes, strict=True):
        assert (read.period, read.headline) == (node.period, node.headline)
    assert again.forecasts == siege.forecasts
    assert again.storylines(3) == siege.storylines(3)
    rows = [each.chances for each in factors_over_time(again)]
    assert rows == [each.chances for each in factors_over_time(siege)]


def change(path, value):
    data = json.loads(GAMES[0].read_text())
    at = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["nodes", 1, "observes"], ["rwo"], "'rwo' is not an earlier node; did you mean 'row'?"),
        (["nodes", 1, "name"], "row", "the name 'row' is used twice"),
        (["nodes", 1, "owner"], None, "a decision needs an owner"),
        (["nodes", 0, "states"], 0, "0 states; expected 1 to 100,000"),
        (["nodes", 0, "labels"], ["a", "a"], "expected 2 different labels"),
        (["nodes", 0, "closed"], [True, True], "all options are closed for some observation"),
        (["nodes", 0, "closed"], [1, 0], "expected true and false in the shape [2]"),
        (["utilities", 0, "over"], ["row", "nobody"], "unknown node 'nobody'"),
        (["utilities", 0, "table"], [[1, 2], [3]], "expected finite numbers in the shape [2, 2]"),
        (["lambda"], {"nobody": 1.0}, "'nobody' owns no decision and no utility"),
        (["lambda"], {"row": -1.0}, "expected a number of at least 0"),
        (["nodes", 1, "period"], 3, "expected a name that ends in @3"),
        (["nodes"], "none", "x.json:nodes: the text 'none' is not a list"),
        (["nodes", 0, "states"], 2.5, "x.json:nodes[0].states: the number 2.5 is not a whole num"),
        (["nodes", 0, "kind"], 3, "nodes[0].kind: the number 3 is not chance or decision"),
        (["nodes", 0], {}, "x.json:nodes[0]: the key 'name' is missing"),
        (["nodes", 0, "name"], "a\ud800", "nodes[0].name: the text holds the unprintable charac"),
        (["nodes", 0, "owner"], "\x1b[2J", "nodes[0].owner: the text holds the unprintable"),
        (["lambda"], {"row": "x"}, "x.json:lambda.row: the text 'x' is not a number"),
    ],
)
def test_from_json_reports_faults_with_their_path(path, value, message):
    with pytest.raises(ScenarioError) as caught:
        from_json(change(path, value), "x.json")
    assert message in str(caught.value)


def test_json_with_a_repeated_key_is_refused():
    with pytest.raises(ScenarioError, match="the key 'nodes' is given twice in one object"):
        from_json('{"nodes": [], "nodes": []}')


def test_json_with_too_many_states_in_all_is_refused_before_they_are_labelled():
    node = {"kind": "decision", "owner": "a", "states": 100_000}
    nodes = [{"name": f"d{k}", **node} for k in range(11)]
    with pytest.raises(ScenarioError, match="nodes: 1,100,000 states in all; expected at most"):
        from_json(json.dumps({"nodes": nodes}))


def test_rows_must_be_probabilities():
    data = json.loads((GAMES[0].parent / "beer-quiche.json").read_text())
    data["nodes"][0]["table"] = [0.5, 0.6]
    with pytest.raises(ScenarioError, match="add up to 1"):
        from_json(json.dumps(data))


@given(st.text())
def test_from_json_of_any_text_raises_only_scenario_errors(text):
    with pytest.raises(ScenarioError):
        from_json(text)
