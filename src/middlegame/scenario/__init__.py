"""What an analyst writes: the typed model of a contest, its loading and its checks."""

from middlegame.scenario.check import faults_of
from middlegame.scenario.conditions import All, Any, Condition, Is, Not
from middlegame.scenario.dump import dumps
from middlegame.scenario.faults import Fault, ScenarioError
from middlegame.scenario.judgement import Judgement
from middlegame.scenario.load import Loaded, load, read, read_text
from middlegame.scenario.model import (
    Actor,
    Cause,
    Causes,
    Evidence,
    Factor,
    Interest,
    Move,
    Option,
    Question,
    Resource,
    Rule,
    Scenario,
    Source,
    Table,
    TableRow,
)
from middlegame.scenario.schema import json_schema
from middlegame.scenario.sourcing import Sourcing, sourcing
from middlegame.scenario.viewing import in_view
from middlegame.scenario.views import View
from middlegame.scenario.words import Citation

__all__ = [
    "Actor",
    "All",
    "Any",
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
    "Loaded",
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
    "dumps",
    "faults_of",
    "in_view",
    "json_schema",
    "load",
    "read",
    "read_text",
    "sourcing",
]
