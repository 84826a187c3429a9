"""A name changed where it is defined and wherever it is used."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middlegame.base.errors import MiddlegameError
from middlegame.io.examples import FOLDER
from middlegame.scenario.yaml.dump import dumps
from middlegame.scenario.yaml.load import read_text
from middlegame.scenario.yaml.renaming import rename
from middlegame.scenario.yaml.tree import parse_yaml
from tests.generators.scenarios import scenarios

HARBOUR = (FOLDER / "harbour-lease" / "scenario.yaml").read_text(encoding="utf-8")
TEXT = """
title: A bid for demand
actors: {north: North}
moves:
  demand: {by: north, options: {quiet: , demand: {costs: 2..3}}}
factors:
  valley:
    states: [kept, ceded]
    rules: [{if: demand = demand and not demand != quiet|demand, then: ceded}, {then: kept}]
  trade:
    states: [kept, stops]
    table:
      given: [valley, demand]
      rows: [{when: [kept, demand], then: {stops: 2%}}]
interests: {north: [{when: valley = kept and trade = kept, worth: 3}]}
views:
  me:
    judgements:
      moves.demand.options.demand.costs: 4
      interests.north[0].worth: 2
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("moves", "demand"), ["  new: {", "new = demand and not new != quiet|demand",
                               "given: [valley, new]", "moves.new.options.demand.costs"]),
        (("moves", "demand", "options", "demand"),
         ["quiet: , new: {", "demand = new and not demand != quiet|new", "when: [kept, new]",
          "moves.demand.options.new.costs"]),
        (("factors", "valley", "states", "kept"),
         ["states: [new, ceded]", "{then: new}", "states: [kept, stops]", "when: [new, demand]",
          "valley = new and trade = kept"]),
        (("actors", "north"), ["{new: North}", "by: new", "interests: {new:", "interests.new[0]"]),
    ],
)  # fmt: skip
def test_name_changes_where_it_is_meant_and_not_where_another_has_it(path, expected):
    renamed = rename(TEXT, path, "new")
    assert [each for each in expected if each not in renamed] == []
    assert rename(renamed, (*path[:-1], "new"), str(path[-1])) == TEXT


@settings(max_examples=8, deadline=None)
@given(scenario=scenarios(), data=st.data())
def test_renamed_move_factor_or_actor_equals_the_word_replaced_everywhere(scenario, data):
    text = dumps(scenario)
    names = [("actors", name) for name in scenario.actors]
    names += [("moves", name) for name in scenario.moves]
    names += [("factors", name) for name in scenario.factors]
    path = data.draw(st.sampled_from(names))
    everywhere = re.sub(rf"\b{path[1]}\b", "renamed", text)
    assert rename(text, path, "renamed") == everywhere


@settings(max_examples=8, deadline=None)
@given(scenario=scenarios(), data=st.data())
def test_renamed_state_leaves_no_fault_and_can_be_renamed_back(scenario, data):
    text = dumps(scenario)
    paths = [
        ("moves", name, "options", each) for name, m in scenario.moves.items() for each in m.options
    ]
    paths += [
        ("factors", name, "states", each)
        for name, f in scenario.factors.items()
        for each in f.states
    ]
    path = data.draw(st.sampled_from(paths))
    renamed = rename(text, path, "renamed")
    loaded = read_text(renamed)
    assert not loaded.errors
    part = getattr(loaded.scenario, path[0])[path[1]]
    assert "renamed" in getattr(part, path[2])
    assert rename(renamed, (*path[:-1], "renamed"), path[-1]) == text


def test_source_is_renamed_in_every_citation():
    renamed = rename(HARBOUR, ("sources", "brief"), "note")
    assert not read_text(renamed).errors
    assert "brief#" not in renamed
    assert parse_yaml(renamed).data["title"] == "Harbour lease"


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        (("moves", "bid"), "lease", "the name 'lease' is taken already"),
        (("moves", "bid"), "a b", "a b"),
        (("moves", "nothing"), "x", "there is no 'moves.nothing'"),
    ],
)
def test_name_that_is_taken_invalid_or_unknown_is_refused(path, new, message):
    with pytest.raises(MiddlegameError, match=message):
        rename(HARBOUR, path, new)
