"""Many sets of numbers of one diagram, solved and played side by side.

Many are solved as worlds of the diagram; those that the ramp does not settle are traced in full,
and so are all of them where a sample shows that the ramp left the principal branch. A few, or those
of a long diagram, are each traced in full from the start, which takes less than compiling.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Tables
from middlegame.engine.batch.lambda_ramp import Ramp, batch_solver
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.inference.marginals import marginals
from middlegame.equilibrium.equilibrium import solve_tables
from middlegame.sweeps.solving import TOLERANCE
from middlegame.sweeps.tracing import APART

Told = Callable[[int, int], None]
"""Is told how many of how many are done."""

_WIDTH = 32
"""Sets at a time: what is compiled has one shape."""
LONG = 60
"""Nodes from which on compiling for many sets at once takes longer than one at a time."""
_FEW = 32
"""Sets up to which tracing each in full takes less than compiling for many at once."""
_CHECKED = 3
"""Sets at most that are also traced in full: whether the ramp kept to the principal branch."""


@dataclass(frozen=True)
class Solved:
    """The equilibria of many sets of numbers.

    Attributes:
        policies: `[rows, widest, sets]` (see `engine.graph.layout`).
        forecasts: for each node `[sets, states]`.
        traced: how many had to be traced in full.
    """

    policies: Floats
    forecasts: dict[str, Floats]
    traced: int


def solve_all(diagram: Diagram, sets: Sequence[Tables], told: Told | None = None) -> Solved:
    """Solve a diagram at each of several sets of numbers; options may be open in some alone.

    Args:
        diagram: what is solved.
        sets: its numbers.
        told: is told how far it is.

    Raises:
        NotConverged: one has no equilibrium that could be reached.
    """
    if len(sets) <= _FEW or len(diagram.nodes) > LONG:
        return _one_by_one(diagram, sets, told)
    structure = diagram.structure
    layout = layout_of(structure)
    solve = batch_solver(structure, Ramp())
    cells = flattened(diagram, sets)
    sharpness = np.stack([diagram.scaled_lambdas(t.lambdas, t.scales) for t in sets], axis=-1)
    policies = np.empty((layout.row_count, layout.max_options, len(sets)))
    found = {node.name: np.empty((len(sets), len(node.states))) for node in diagram.nodes}
    groups: dict[bytes, list[int]] = {}
    for number, tables in enumerate(sets):
        opens = layout.pad(tables.open_options, filling=False)
        groups.setdefault(opens.tobytes(), []).append(number)
    done, unsettled = 0, []
    for members in groups.values():
        opens = layout.pad(sets[members[0]].open_options, filling=False)
        # What cannot be reached has no mass, and so even play, without being told beforehand.
        reached = np.ones(layout.row_count, bool)
        for begin in range(0, len(members), _WIDTH):
            part = members[begin : begin + _WIDTH]
            settled, shares = solve(
                Game(_filled(cells[:, part]), opens, reached, _filled(sharpness[:, part]))
            )
            policies[..., part] = np.asarray(settled.policies)[..., : len(part)]
            for node, share in zip(diagram.nodes, shares, strict=True):
                found[node.name][part] = np.asarray(share).T[: len(part)]
            gaps = np.asarray(settled.residual)[: len(part)]
            unsettled += [n for n, gap in zip(part, gaps, strict=True) if not gap <= TOLERANCE]
            done += len(part)
            if told:
                told(done, len(sets))
    slow = _checked(diagram, sets, found, unsettled) if traced_decisions(structure) else unsettled
    if slow:
        exact = _one_by_one(diagram, [sets[number] for number in slow], None)
        policies[..., slow] = exact.policies
        for name, forecast in found.items():
            forecast[slow] = exact.forecasts[name]
    return Solved(policies, found, len(slow))


def forecasts(diagram: Diagram, cells: Floats, policies: Floats) -> dict[str, Floats]:
    """Give each node's probabilities under given numbers and policies, `[sets, states]`.

    Args:
        diagram: what is played.
        cells: all tables end to end, `[cells, sets]`.
        policies: `[rows, widest, sets]`.
    """
    every = [_shares(diagram, cells[:, k], policies[..., k]) for k in range(cells.shape[-1])]
    return {node.name: np.stack([s[node.name] for s in every]) for node in diagram.nodes}


def flattened(diagram: Diagram, sets: Sequence[Tables]) -> Floats:
    """Lay each set's chance and utility tables end to end, `[cells, sets]`."""
    layout = layout_of(diagram.structure)
    return np.stack([layout.flatten(t.chances, t.utilities, np) for t in sets], axis=-1)


def _one_by_one(diagram: Diagram, sets: Sequence[Tables], told: Told | None) -> Solved:
    """Trace each set in full."""
    layout = layout_of(diagram.structure)
    cells = flattened(diagram, sets)
    policies = np.empty((layout.row_count, layout.max_options, len(sets)))
    for number, tables in enumerate(sets):
        policies[..., number] = layout.pad(solve_tables(diagram, tables).policies)
        if told:
            told(number + 1, len(sets))
    return Solved(policies, forecasts(diagram, cells, policies), len(sets))


def _shares(diagram: Diagram, cells: Floats, policies: Floats) -> dict[str, Floats]:
    """Give each node's probabilities under one set of numbers, without compiling anything."""
    structure = diagram.structure
    layout = layout_of(structure)
    flat = policies.reshape(-1)
    masses = [
        cells[layout.chance_cells(node)] if owner is None else flat[layout.policy_cells(node)]
        for node, owner in enumerate(structure.owners)
    ]
    found = marginals(structure, masses, [(node,) for node in range(len(masses))])
    return {node.name: shares for node, shares in zip(diagram.nodes, found, strict=True)}


def _filled(part: Floats) -> Floats:
    """Fill a chunk (the last axis) up to its full width by repeating the last set."""
    more = np.repeat(part[..., -1:], _WIDTH - part.shape[-1], axis=-1)
    return np.concatenate([part, more], axis=-1)


def _checked(
    diagram: Diagram, sets: Sequence[Tables], found: dict[str, Floats], unsettled: list[int]
) -> list[int]:
    """Give the sets to trace in full: all of them if one of a sample left the branch."""
    count = min(_CHECKED, 1 + len(sets) // 8)
    spread = np.unique(np.linspace(0, len(sets) - 1, count).astype(int))
    sample = [int(number) for number in spread if number not in unsettled]
    if not sample:
        return unsettled
    exact = _one_by_one(diagram, [sets[number] for number in sample], None).forecasts
    if any(np.abs(found[name][sample] - shares).max() > APART for name, shares in exact.items()):
        return list(range(len(sets)))
    return unsettled
