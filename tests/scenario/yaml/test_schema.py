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


def test_json_schema_is_a_valid_schema():
    VALIDATOR.check_schema(json_schema())
    assert json_schema()["title"] == "middlegame scenario"
    assert json.loads(json.dumps(json_schema())) == json_schema()
    assert json_schema()["properties"]["precision"]["default"] == "3:1"


def test_json_schema_accepts_the_harbour_scenario():
    assert VALIDATOR.is_valid(parse_yaml(HARBOUR.read_text()).data)


@given(scenarios())
def test_json_schema_accepts_generated_scenarios(scenario):
    assert VALIDATOR.is_valid(parse_yaml(dumps(scenario)).data)


@pytest.mark.parametrize(
    ("old", "new"),
    [("rules:", "rulez:"), ("{if: bid", "{if_: bid"), ("worth: 20", "worth: [20]"),
     ("by: rival", "by: [rival]")],
)  # fmt: skip
def test_json_schema_refuses_most_files_with_faults(old, new):
    text = HARBOUR.read_text()
    assert old in text
    assert not VALIDATOR.is_valid(parse_yaml(text.replace(old, new)).data)


def test_json_schema_accepts_empty_sections():
    assert VALIDATOR.is_valid(
        parse_yaml("title: x\nactors: {a: A}\nmoves:\nfactors:\nquestions:\n").data
    )
