"""What is dumped loads as the same scenario."""

from hypothesis import given

from middlegame.scenario import Scenario, dumps, find_faults, read_text
from middlegame.scenario.model.walk import judgements
from tests.generators.scenarios import scenarios


def beside_numbers(scenario: Scenario) -> dict:
    return {path: (j.why or None, j.cite) for path, j, _ in judgements(scenario) if j.why or j.cite}


@given(scenarios())
def test_dumps_writes_text_that_loads_as_an_equal_scenario(scenario):
    text = dumps(scenario)
    loaded = read_text(text)
    assert loaded.errors == ()
    assert loaded.scenario == scenario
    assert list(loaded.scenario.moves) == list(scenario.moves)
    assert beside_numbers(loaded.scenario) == beside_numbers(scenario)
    assert dumps(loaded.scenario) == text


@given(scenarios())
def test_generated_scenarios_have_no_errors(scenario):
    assert [fault for fault in find_faults(scenario) if fault.severity == "error"] == []
