"""Many probabilities from one pass: forward the distribution, backward the evidence to come.

Whatever nodes are on the frontier together (`engine.frontier`), their joint probability is the
product of the two messages that meet there (Shenoy & Shafer 1990), so that all marginals of a long
diagram cost two passes, not a contraction each.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.engine.contraction import Array, Axes, fused
from middlegame.engine.frontier import Step, passage
from middlegame.engine.inference import Evidence, joint
from middlegame.engine.repetition import effort, slices
from middlegame.engine.slices import Slice
from middlegame.engine.structure import Structure

Floats = NDArray[np.float64]

WIDEST = 3e6
"""Numbers in the widest frontier above which each probability is contracted by itself."""


def marginals(
    structure: Structure,
    tables: Sequence[Array],
    wanted: Sequence[Axes],
    evidence: Evidence | None = None,
) -> list[Floats]:
    """Give P(nodes, evidence), not normalised, for many sets of nodes.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        wanted: for each the nodes that are its axes, in order.
        evidence: the likelihood of what was observed.
    """
    evidence = evidence or {}
    found = slices(structure)
    if effort(found).largest > WIDEST:
        return [np.asarray(joint(structure, tables, over, evidence)) for over in wanted]
    weighted = [
        np.asarray(table, float) * np.asarray(evidence[node]) if node in evidence
        else np.asarray(table, float)
        for node, table in enumerate(tables)
    ]  # fmt: skip
    passed = [(each, step) for each in found for step in passage(each.shape).steps]
    places = _places(structure, passed, wanted)
    forward = _forward(structure, weighted, passed)
    backward = _backward(structure, weighted, passed)
    answers = []
    for over, place in zip(wanted, places, strict=True):
        if place is None:
            answers.append(np.asarray(joint(structure, tables, over, evidence)))
            continue
        each, step = passed[place]
        node = each.nodes[step.node]
        before, after = _named(each, step.before), _named(each, step.after)
        parts = (forward[place], weighted[node], backward[place])
        axes = (before, structure.family(node), after)
        answers.append(np.asarray(fused(parts, axes, tuple(over), structure.sizes, np)))
    return answers


def _named(each: Slice, axes: Axes) -> Axes:
    return tuple(each.node(axis) for axis in axes)


def _places(
    structure: Structure, passed: Sequence[tuple[Slice, Step]], wanted: Sequence[Axes]
) -> list[int | None]:
    """For each set of nodes the narrowest frontier that holds it; None where none does."""
    joints = [_named(each, step.joint) for each, step in passed]
    holding: dict[int, list[int]] = {}
    for place, nodes in enumerate(joints):
        for node in nodes:
            holding.setdefault(node, []).append(place)
    volumes = [float(np.prod([float(structure.sizes[n]) for n in nodes])) for nodes in joints]
    found: list[int | None] = []
    for over in wanted:
        common = set(holding[over[0]]) if over else set(range(len(joints)))
        for node in over[1:]:
            common &= set(holding[node])
        found.append(min(common, key=lambda place: volumes[place], default=None))
    return found


def _forward(
    structure: Structure, tables: Sequence[Floats], passed: Sequence[tuple[Slice, Step]]
) -> list[Floats]:
    """The probability of the frontier before each step, with the evidence so far."""
    now: Floats = np.ones(())
    axes: Axes = ()
    found: list[Floats] = []
    for each, step in passed:
        before, after = _named(each, step.before), _named(each, step.after)
        now = fused((now,), (axes,), before, structure.sizes, np)
        found.append(now)
        node = each.nodes[step.node]
        operands = (before, structure.family(node))
        now, axes = fused((now, tables[node]), operands, after, structure.sizes, np), after
    return found


def _backward(
    structure: Structure, tables: Sequence[Floats], passed: Sequence[tuple[Slice, Step]]
) -> list[Floats]:
    """The probability of the evidence to come given the frontier after each step."""
    now: Floats = np.ones(())
    axes: Axes = ()
    found = []
    for each, step in reversed(passed):
        before, after = _named(each, step.before), _named(each, step.after)
        now = fused((now,), (axes,), after, structure.sizes, np)
        found.append(now)
        node = each.nodes[step.node]
        operands = (after, structure.family(node))
        now, axes = fused((now, tables[node]), operands, before, structure.sizes, np), before
    return found[::-1]
