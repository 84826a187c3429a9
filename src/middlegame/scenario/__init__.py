"""What an analyst writes: the typed model of a contest, its loading and its checks."""

from middlegame.scenario.conditions import All, Any, Condition, Is, Not
from middlegame.scenario.faults import Fault, ScenarioError
from middlegame.scenario.model.beliefs import Belief
from middlegame.scenario.model.factors import Cause, Causes, Factor, Rule, Table, TableRow
from middlegame.scenario.model.fields import Citation
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.moves import Move, Option
from middlegame.scenario.model.scenario import (
    Actor,
    Evidence,
    Interest,
    Question,
    Resource,
    Scenario,
    Source,
)
from middlegame.scenario.model.schema import json_schema
from middlegame.scenario.model.views import View
from middlegame.scenario.model.walk import apply_view
from middlegame.scenario.sources import Sourcing, sourcing
from middlegame.scenario.validation.checks import find_faults
from middlegame.scenario.yaml.dump import dumps
from middlegame.scenario.yaml.load import LoadedScenario, load, read, read_text

__all__ = [
    "Actor",
    "All",
    "Any",
    "Belief",
    "Cause",
    "Causes",
    "Citation",
    "Condition",
    "Evidence",
    "Factor",
    "Fault",
    "Interest",
    "Is",
    "Judgement",
    "LoadedScenario",
    "Move",
    "Not",
    "Option",
    "Question",
    "Resource",
    "Rule",
    "Scenario",
    "ScenarioError",
    "Source",
    "Sourcing",
    "Table",
    "TableRow",
    "View",
    "apply_view",
    "dumps",
    "find_faults",
    "json_schema",
    "load",
    "read",
    "read_text",
    "sourcing",
]
