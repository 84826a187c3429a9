"""The engine's input: a diagram's numbers in flat arrays, and with nodes fixed at states."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import unknown_state
from middlegame.base.numbers import Floats
from middlegame.diagram import Array, Decision, Diagram, Tables
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.inference.given_policies import reachable_sets
from middlegame.equilibrium.references import node_index


def flatten_numbers(
    diagram: Diagram, tables: Tables, xp: Any = np, *, as_played: bool = True
) -> tuple[Array, Array]:
    """Flatten a diagram's numbers for the engine.

    Args:
        diagram: the diagram.
        tables: its numbers at one theta, real or complex.
        xp: `numpy` or `jax.numpy`.
        as_played: whether they are those from which actors choose, or those that are true; they
            differ in private numbers.

    Returns:
        All chance tables, then all utilities, end to end `[cells]`; and for each decision the
        log-odds a point of the utilities makes, `[decisions]`.
    """
    tables = diagram.as_played(tables, xp) if as_played else tables
    cells = layout_of(diagram.structure).flatten(tables.chances, tables.utilities, xp)
    return cells, diagram.scaled_lambdas(tables.lambdas, tables.scales, xp)


def flatten_samples(
    diagram: Diagram, tables: Tables, samples: int, *, as_played: bool = True
) -> tuple[Floats, Floats]:
    """Flatten a diagram's numbers in many samples for the engine.

    Args:
        diagram: the diagram.
        tables: its numbers; the samples, or 1, are the last axis of each array that has one axis
            more than at one sample.
        samples: how many there are.
        as_played: see `flatten_numbers`.

    Returns:
        All chance tables, then all utilities, end to end `[cells, samples]`; and for each decision
        the log-odds a point of the utilities makes, `[decisions, samples]`.
    """
    structure = diagram.structure
    shapes = [structure.shape(node) for node in range(len(structure.sizes))]
    shapes += [tuple(structure.sizes[node] for node in scope) for scope in structure.scopes]
    tables = diagram.as_played(tables) if as_played else tables
    parts = [np.zeros((0, samples))]
    for table, shape in zip((*tables.chances, *tables.utilities), shapes, strict=True):
        if table is not None:
            cells = np.asarray(table, float)
            cells = cells[..., None] if cells.ndim == len(shape) else cells
            parts.append(np.broadcast_to(cells, (*shape, samples)).reshape(-1, samples))
    lambdas = np.asarray(diagram.scaled_lambdas(tables.lambdas, tables.scales), float)
    return np.concatenate(parts), np.broadcast_to(lambdas, (len(lambdas), samples))


def engine_input(diagram: Diagram, tables: Tables) -> Game:
    """Build the engine's input from a diagram's numbers, with what can be reached at all.

    An information set counts as reachable where some strategy of all decisions reaches it.
    """
    layout = layout_of(diagram.structure)
    # Rows are as wide as the widest decision; what is beyond a decision's options is closed.
    cells, lambdas = flatten_numbers(diagram, tables)
    game = Game(
        tables=cells,
        opens=layout.pad(tables.open_options, filling=False),
        reached=np.ones(layout.row_count, bool),
        lambdas=np.asarray(lambdas, float),
    )
    return game._replace(reached=reachable_sets(diagram.structure, game))


def possible_sets(diagram: Diagram, tables: Tables) -> dict[str, NDArray[np.bool_]]:
    """Return for each decision which information sets some strategy reaches, `[*observed]`."""
    reached, layout = engine_input(diagram, tables).reached, layout_of(diagram.structure)
    shapes = [diagram.structure.shape(node)[:-1] for node in diagram.structure.decisions]
    return {
        decision.name: np.asarray(reached[layout.rows[node]]).reshape(shape)
        for decision, node, shape in zip(
            diagram.decisions, diagram.structure.decisions, shapes, strict=True
        )
    }


def fix_states(diagram: Diagram, tables: Tables, states: Mapping[str, str]) -> Tables:
    """Fix nodes at states: a factor's table becomes certain, a move's other options close.

    Raises:
        QueryError: unknown names or states.
    """
    chances, opens = list(tables.chances), list(tables.open_options)
    perceived = tuple(
        fix_states(each.diagram, numbers, states)
        for each, numbers in zip(diagram.perceptions, tables.perceived, strict=True)
    )
    for name, state in states.items():
        place = node_index(diagram, name)
        node = diagram.nodes[place]
        if state not in node.states:
            raise unknown_state(name, state, node.states)
        sure = certain_table(diagram.structure.shape(place), node.states.index(state))
        if isinstance(node, Decision):
            opens[diagram.decisions.index(node)] = sure > 0
        else:
            chances[place] = sure
    return replace(tables, chances=tuple(chances), open_options=tuple(opens), perceived=perceived)


def certain_table(shape: tuple[int, ...], state: int) -> Floats:
    """Return a table of this shape that is 1 at one state, whatever the parents' states are."""
    sure = np.zeros(shape)
    sure[..., state] = 1.0
    return sure
