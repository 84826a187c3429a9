"""The influence diagram as plain data: nodes, and tables that are functions of theta.

A multi-agent limited-memory influence diagram (Lauritzen & Nilsson 2001; Koller & Milch 2003)
has chance nodes with conditional tables, decision nodes with what they observe, and utility
nodes that add up. Every uncertain number is one entry of the parameter vector theta, in its
natural unit (a probability, points, or odds); a table says how it follows from theta.
"""

from middlegame.base.numbers import Floats
from middlegame.diagram.behaviour import Behaviour, Hierarchy, Level
from middlegame.diagram.diagram import Diagram, Perception, Tables
from middlegame.diagram.nodes import Chance, Decision, Node, NodeScale, Utility
from middlegame.diagram.numbers import (
    UNDISCOUNTED,
    Array,
    Discount,
    FormulaNumber,
    Number,
    Parameter,
    Ref,
    evaluate_in_cases,
    evaluate_numbers,
)
from middlegame.diagram.private_numbers import PrivateNumber
from middlegame.diagram.scale_tables import Cases, GridMass, StateChances
from middlegame.diagram.tables import (
    MIN_CHANCE,
    Choice,
    Fixed,
    NoisyOr,
    Persistence,
    Report,
    Sum,
    TableFunction,
)

__all__ = [
    "MIN_CHANCE",
    "UNDISCOUNTED",
    "Array",
    "Behaviour",
    "Cases",
    "Chance",
    "Choice",
    "Decision",
    "Diagram",
    "Discount",
    "Fixed",
    "Floats",
    "FormulaNumber",
    "GridMass",
    "Hierarchy",
    "Level",
    "Node",
    "NodeScale",
    "NoisyOr",
    "Number",
    "Parameter",
    "Perception",
    "Persistence",
    "PrivateNumber",
    "Ref",
    "Report",
    "StateChances",
    "Sum",
    "TableFunction",
    "Tables",
    "Utility",
    "evaluate_in_cases",
    "evaluate_numbers",
]
