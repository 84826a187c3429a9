"""Evidence becomes chance nodes whose state was seen."""

from collections.abc import Mapping, Sequence

import numpy as np

from middlegame.compiler.parameters import NumberCompiler
from middlegame.diagram import Chance, Fixed, Number, Report
from middlegame.scenario import Condition, Evidence, Move

STATES = ("seen", "unseen")
"""Of a piece of evidence: what was seen or reported, and its opposite."""


def compile_evidence(
    name: str, evidence: Evidence, states: Mapping[str, Sequence[str]], numbers: NumberCompiler
) -> Chance:
    """Turn a piece of evidence into a chance node below what it is about.

    Args:
        name: the evidence's.
        evidence: as written; it must have passed the checks.
        states: the states of every move and factor.
        numbers: takes the likelihood.
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
    """Make the node of a piece of evidence.

    Args:
        name: the node's.
        saw: what was seen, or is reported.
        odds: P(report | so) : P(report | not so); None where it was seen for certain.
        states: of every move and factor that `saw` speaks of.
        label: the node's, in words.
    """
    over = saw.variables()
    so = saw.holds(states, over)
    sure = np.stack((so, ~so), axis=-1).astype(float)
    return Chance(
        name=name,
        states=STATES,
        parents=over,
        table=Fixed(sure) if odds is None else Report(odds, so),
        label=label,
        observed=STATES[0],
    )


def evidence_known_at(
    move: Move, evidence: Mapping[str, Evidence], before: Sequence[str]
) -> tuple[str, ...]:
    """Name the evidence that a move takes in.

    What is certain is left out where the move knows all of it anyway.

    Args:
        move: as written.
        evidence: all of it.
        before: what stands before the move in the diagram.
    """
    return tuple(
        name
        for name, piece in evidence.items()
        if move.by in piece.seen_by
        and name in before
        and not (piece.likelihood is None and set(piece.saw.variables()) <= set(move.knows))
    )
