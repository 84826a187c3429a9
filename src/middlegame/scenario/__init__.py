"""What an analyst writes: the typed model of a contest, its loading and its checks."""

from middlegame.scenario.conditions import All, Any, Condition, Is, Not
from middlegame.scenario.judgement import Judgement
from middlegame.scenario.model import (
    Actor,
    Cause,
    Causes,
    Citation,
    Factor,
    Interest,
    Move,
    Option,
    Question,
    Rule,
    Scenario,
    Source,
    Table,
    TableRow,
)

__all__ = [
    "Actor",
    "All",
    "Any",
    "Cause",
    "Causes",
    "Citation",
    "Condition",
    "Factor",
    "Interest",
    "Is",
    "Judgement",
    "Move",
    "Not",
    "Option",
    "Question",
    "Rule",
    "Scenario",
    "Source",
    "Table",
    "TableRow",
]
