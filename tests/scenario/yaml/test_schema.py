"""The JSON Schema agrees with what loads."""

import json

import jsonschema
import pytest
from hypothesis import given

from middlegame.scenario import dumps, json_schema
from middlegame.scenario.yaml.tree import parse_yaml
from tests.generators.scenarios import scenarios
from tests.scenario.test_load import HARBOUR

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_it_is_a_schema():
    VALIDATOR.check_schema(json_schema())
    assert json_schema()["title"] == "middlegame scenario"
    assert json.loads(json.dumps(json_schema())) == json_schema()
    assert json_schema()["properties"]["precision"]["default"] == "3:1"


def test_the_model_scenario_is_valid():
    VALIDATOR.validate(parse_yaml(HARBOUR.read_text()).data)


@given(scenarios())
def test_what_loads_is_valid(scenario):
    VALIDATOR.validate(parse_yaml(dumps(scenario)).data)


@pytest.mark.parametrize(
    ("old", "new"),
    [("rules:", "rulez:"), ("{if: bid", "{if_: bid"), ("worth: 20", "worth: [20]"),
     ("by: rival", "by: [rival]")],
)  # fmt: skip
def test_what_does_not_load_is_mostly_invalid(old, new):
    text = HARBOUR.read_text()
    assert old in text
    assert not VALIDATOR.is_valid(parse_yaml(text.replace(old, new)).data)


def test_sections_may_be_empty():
    VALIDATOR.validate(parse_yaml("title: x\nactors: {a: A}\nmoves:\nfactors:\nquestions:\n").data)
