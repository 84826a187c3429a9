"""Compile evidence into chance nodes whose state is observed."""

from collections.abc import Mapping, Sequence

import numpy as np

from middlegame.compiler.parameters import NumberCompiler
from middlegame.diagram import Chance, Fixed, Number, Report
from middlegame.scenario import Condition, Evidence, Move

STATES = ("seen", "unseen")
"""States of an evidence node: the observation or report, and its opposite."""


def compile_evidence(
    name: str, evidence: Evidence, states: Mapping[str, Sequence[str]], numbers: NumberCompiler
) -> Chance:
    """Compile a piece of evidence into a chance node below the variables of its condition.

    Args:
        name: the evidence's name.
        evidence: the piece of evidence; it must have passed the checks.
        states: the states of every move and factor.
        numbers: compiles the likelihood.
    """
    odds = None
    if evidence.likelihood is not None:
        odds = numbers.compile(evidence.likelihood, ("evidence", name, "likelihood"), evidence)
    return evidence_node(name, evidence.saw, odds, states, evidence.label or name.replace("_", " "))


def evidence_node(
    name: str,
    saw: Condition,
    odds: Number | None,
    states: Mapping[str, Sequence[str]],
    label: str,
) -> Chance:
    """Build the chance node of a piece of evidence.

    Args:
        name: the node's name.
        saw: the condition that was observed or reported.
        odds: P(report | saw) : P(report | not saw); None for a certain observation.
        states: the states of every move and factor that `saw` names.
        label: the node's label.
    """
    over = saw.variables()
    truth = saw.holds(states, over)
    sure = np.stack((truth, ~truth), axis=-1).astype(float)
    return Chance(
        name=name,
        states=STATES,
        parents=over,
        table=Fixed(sure) if odds is None else Report(odds, truth),
        label=label,
        observed=STATES[0],
    )


def evidence_known_at(
    move: Move, evidence: Mapping[str, Evidence], before: Sequence[str]
) -> tuple[str, ...]:
    """List the pieces of evidence that a move observes.

    A certain observation is left out where the move knows all of its variables.

    Args:
        move: the move as written.
        evidence: all evidence, by name.
        before: the names of the nodes before the move in the diagram.
    """
    return tuple(
        name
        for name, piece in evidence.items()
        if move.by in piece.seen_by
        and name in before
        and not (piece.likelihood is None and set(piece.saw.variables()) <= set(move.knows))
    )
