"""Payoffs of decisions' options in parts, such as interest by interest, in many samples at once.

A payoff is linear in the utilities: one backward pass over the elimination order carries the
expectation of each part beside the others, as the pass of `message_passing` does that of each
owner's utility. A decision's parts are carried no further back than to the decision.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.elimination_order import EliminationStep, elimination_order
from middlegame.engine.graph.slices import Slice
from middlegame.engine.graph.slicing_cost import cheapest_slices
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.message_passing import (
    expect_over_node,
    forward_messages,
    interface_messages,
)
from middlegame.engine.inference.products import align, fused_product

Part = Mapping[int, Floats]
"""Utility tables by utility, `[*scope, samples]`, where the samples may be 1."""


def payoff_parts(
    structure: Structure, tables: Sequence[Floats], wanted: Mapping[int, Sequence[Part]]
) -> dict[int, Floats]:
    """Return what each part of some decisions' utilities gives their options.

    Args:
        structure: the diagram.
        tables: each node's table or policy, `[*parents, states, samples]`.
        wanted: by decision its parts.

    Returns:
        By decision `[parts, *observed, options, samples]`, given what it observes and chooses; 0
        at information sets that are never reached.
    """
    slices = cheapest_slices(structure)
    ones = np.ones(tables[0].shape[-1])
    starts = interface_messages(slices, tables, ones, np)
    decisions = list(wanted)
    carried = _Carried(
        parts=[part for decision in decisions for part in wanted[decision]],
        decision_of=np.array([d for d in decisions for _ in wanted[d]], int),
        expected=np.zeros((sum(map(len, wanted.values())), len(ones))),
    )
    found: dict[int, Floats] = {}
    for each, reach in zip(reversed(slices), starts[-2::-1], strict=True):
        if len(found) < len(wanted):
            _pass_back(each, tables, carried, reach, decisions, found)
    return found


class _Carried:
    """The parts that are still carried back, with their expectation given the frontier.

    Attributes:
        parts: their tables.
        decision_of: the decision that each belongs to, `[parts]`.
        expected: `[parts, *frontier, samples]`.
    """

    def __init__(self, parts: list[Part], decision_of: np.ndarray, expected: Floats) -> None:
        self.parts, self.decision_of, self.expected = parts, decision_of, expected

    def drop(self, decision: int) -> None:
        """Drop the parts of a decision that is passed."""
        left = self.decision_of != decision
        self.parts = [part for part, kept in zip(self.parts, left, strict=True) if kept]
        self.decision_of, self.expected = self.decision_of[left], self.expected[left]


def _pass_back(
    each: Slice,
    tables: Sequence[Floats],
    carried: _Carried,
    reach: Floats,
    decisions: Sequence[int],
    found: dict[int, Floats],
) -> None:
    """Carry the parts back over a slice; write the payoffs of its decisions into `found`."""
    shape, order = each.shape, elimination_order(each.shape)
    own = [tables[node] for node in each.nodes]
    reaches = forward_messages(shape, own, reach, np)
    rows, sizes = (len(shape.sizes),), (*shape.sizes, len(carried.parts))
    last = rows + order.last_frontier
    carried.expected = fused_product(
        (carried.expected,), (rows + shape.next_interface,), last, sizes, np
    )
    for step, before in reversed(list(zip(order.steps, reaches, strict=False))):
        node = each.nodes[step.node]
        if node in decisions:
            found[node] = _payoffs(each, step, before, carried, node)
            carried.drop(node)
        if not carried.parts:
            return
        family = shape.families[step.node]
        sizes = (*shape.sizes, len(carried.parts))
        carried.expected = expect_over_node(
            carried.expected,
            rows + step.next_frontier,
            tables[node],
            family,
            rows + step.frontier,
            sizes,
            np,
        )
        for place in step.utilities:
            scope = shape.scopes[place]
            axes = {*scope, *(family if family[-1] in scope else ())}
            small_axes = tuple(axis for axis in step.frontier if axis in axes)
            for row, part in enumerate(carried.parts):
                table = part.get(each.utilities[place])
                if table is None:
                    continue
                small = expect_over_node(table, scope, tables[node], family, small_axes, sizes, np)
                if not carried.expected.flags.writeable:
                    carried.expected = carried.expected.copy()
                carried.expected[row] += align(small, small_axes, step.frontier)


def _payoffs(
    each: Slice, step: EliminationStep, before: Floats, carried: _Carried, decision: int
) -> Floats:
    """Return a decision's payoffs by part, `[parts, *observed, options, samples]`."""
    shape = each.shape
    family = shape.families[step.node]
    own = np.flatnonzero(carried.decision_of == decision)
    rows, sizes = (len(shape.sizes),), (*shape.sizes, len(own))
    weight = fused_product((before,), (step.frontier,), family[:-1], sizes, np)
    weight = np.expand_dims(weight, len(family) - 1)
    later = carried.expected[own]
    total = np.array(
        fused_product(
            (before, later), (step.frontier, rows + step.next_frontier), rows + family, sizes, np
        )
    )
    for place in step.utilities:
        for row, number in enumerate(own):
            table = carried.parts[number].get(each.utilities[place])
            if table is not None:
                total[row] += fused_product(
                    (before, table), (step.frontier, shape.scopes[place]), family, sizes, np
                )
    return np.asarray(np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), 0.0))
