"""Many worlds at once: the same diagram at many thetas, each solved to its own equilibrium.

Every table carries the worlds as its last axis. Decisions on no cycle need one evaluation each.
The others are brought along a ramp of lambda from 0 by Gauss-Seidel sweeps, the last mover first,
and then iterated at the target until all worlds have settled; a world whose sweeps do not shrink
there is damped more and more. A ramp may leave the principal branch where a full trace would not:
its answers are checked against the trace on a sample (`middlegame.worlds`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from middlegame.engine import long, long_worlds
from middlegame.engine.backend import jax, jnp
from middlegame.engine.contraction import Axes, contract, spread_product
from middlegame.engine.layout import Array, Game, layout_of
from middlegame.engine.logit import logits_of, policies
from middlegame.engine.occurrence import Occurrence, occurrence
from middlegame.engine.payoffs import Shape, groups, local_payoffs
from middlegame.engine.qre import levels
from middlegame.engine.relevance import traced
from middlegame.engine.structure import Structure


@dataclass(frozen=True)
class Ramp:
    """How worlds are brought to their equilibria.

    Attributes:
        rungs: steps of lambda from 0 to its target, one sweep on each.
        most: sweeps at the target at most.
        tolerance: of the largest change of a probability in a sweep.
    """

    rungs: int = 8
    most: int = 300
    tolerance: float = 1e-10


Seen = Mapping[int, Array]
"""For each observed node the likelihood of the observation in each of its states, `[states,
worlds]`; the worlds may be 1."""


class Settled(NamedTuple):
    """Where worlds ended.

    Attributes:
        logits: `[rows, widest, worlds]`.
        policies: `[rows, widest, worlds]`.
        residual: the largest gap between a probability and the logit response, `[worlds]`.
        sweeps: how many sweeps at the target the slowest world took.
    """

    logits: Array
    policies: Array
    residual: Array
    sweeps: Array


def settle(structure: Structure, game: Game, ramp: Ramp) -> Settled:
    """Solve worlds; to be compiled.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the worlds as their last axis.
        ramp: how they are brought there.
    """
    if long.serves(structure):
        found = long_worlds.settle(structure, game, ramp.rungs, ramp.most, ramp.tolerance)
        return _settled(structure, game, *found)
    layout = layout_of(structure)
    worlds = game.tables.shape[-1]
    logits = jnp.zeros((layout.height * layout.widest, worlds))
    first = traced(structure)[::-1]
    swept = jnp.zeros((), int)
    if first:
        # One loop for the ramp and for what follows at the target: it is compiled once.
        sweep = sweeper(structure, first, game)

        def unsettled(state: tuple[Array, Array, Array, Array]) -> Array:
            count, _, _, change = state
            return (count < ramp.rungs + ramp.most) & (change.max() > ramp.tolerance)

        def again(state: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
            count, before, damping, change = state
            ramping = count < ramp.rungs
            share = jnp.where(ramping, (count + 1.0) / ramp.rungs, 1.0)
            moved = sweep(before, share) - before
            size = jnp.abs(moved).max(axis=0, initial=0.0)
            # A world that moved more than before is damped more from now on.
            slower = jnp.where(size > change, 0.6 * damping, jnp.minimum(1.0, 1.05 * damping))
            damping = jnp.where(ramping, 1.0, slower)
            return count + 1, before + damping * moved, damping, jnp.where(ramping, jnp.inf, size)

        state = (jnp.zeros((), int), logits, jnp.ones(worlds), jnp.full(worlds, jnp.inf))
        count, logits, _, _ = jax.lax.while_loop(unsettled, again, state)
        swept = count - ramp.rungs
    for level in levels(structure):
        logits = sweeper(structure, level, game)(logits, 1.0)
    answers = replies(structure, structure.decisions, game, logits)
    return _settled(structure, game, logits, answers, swept)


def _settled(
    structure: Structure, game: Game, logits: Array, answers: Array, swept: Array
) -> Settled:
    layout = layout_of(structure)
    shape = (layout.height, layout.widest, logits.shape[-1])
    opens = game.opens[..., None]
    logits, answers = logits.reshape(shape), answers.reshape(shape)
    played, replied = (policies(opens, at, 1.0, jnp, axis=-2) for at in (logits, answers))
    residual = jnp.abs(played - replied).max(axis=(0, 1), initial=0.0)
    return Settled(logits, played, residual, swept)


def marginals(
    structure: Structure, game: Game, played: Array, seen: Seen | None = None
) -> list[Array]:
    """Give every node's probabilities, `[states, worlds]` each, to policies as `Settled` has them.

    Those of its states together with what was seen, not normalised. To be compiled, as is all
    that follows.
    """
    if long.serves(structure):
        return occurrence(structure, game, played, seen or {}).nodes
    worlds = len(structure.sizes)
    return [
        _summed(structure, game, played, (node,), [], (node, worlds), seen or {})
        for node in range(len(structure.sizes))
    ]


def occurs(structure: Structure, game: Game, played: Array, seen: Seen | None = None) -> Occurrence:
    """Give the probability of what was seen, every node's probabilities and all expected points.

    Of a long diagram one pass gives all of them, and is compiled once.
    """
    if not long.serves(structure):
        gains = jnp.stack([*points(structure, game, played, seen), jnp.zeros(played.shape[-1])])
        nodes = marginals(structure, game, played, seen)
        return Occurrence(likelihood(structure, game, played, seen or {}), nodes, gains[:-1])
    found = occurrence(structure, game, played, seen or {})
    return found if seen else found._replace(seen=jnp.ones_like(found.seen))


@lru_cache(maxsize=32)
def solver(structure: Structure, ramp: Ramp) -> Callable[..., tuple[Settled, list[Array]]]:
    """Compile `settle` and `marginals` for a structure: a function of game and what was seen."""

    def solve(game: Game, seen: Seen | None = None) -> tuple[Settled, list[Array]]:
        settled = settle(structure, game, ramp)
        return settled, marginals(structure, game, settled.policies, seen)

    return jax.jit(solve)


def expectations(
    structure: Structure,
    game: Game,
    played: Array,
    over: Axes,
    weights: Array,
    seen: Seen | None = None,
    times: Sequence[tuple[Axes, Array]] = (),
) -> Array:
    """Give the expectations `[functions, worlds]` of functions of some nodes' joint states.

    That is, sums over states times P(states and what was seen), not normalised.

    Args:
        structure: the diagram.
        game: its numbers.
        played: the policies, `[rows, widest, worlds]`.
        over: the nodes.
        weights: the functions, `[functions, *sizes of over, worlds]`; the worlds may be 1.
        seen: what was observed.
        times: functions of other nodes that each is multiplied by, `[*their sizes, worlds]`.
    """
    worlds = len(structure.sizes)
    functions = worlds + 1
    more = [((functions, *over, worlds), weights)]
    more += [((*axes, worlds), table) for axes, table in times]
    nodes = tuple({*over, *(node for axes, _ in times for node in axes)})
    output = (functions, worlds)
    return _summed(structure, game, played, nodes, more, output, seen or {}, len(weights))


def points(
    structure: Structure, game: Game, played: Array, seen: Seen | None = None
) -> list[Array]:
    """Give every utility's expected points times the probability of what was seen, `[worlds]`."""
    if long.serves(structure):
        return list(occurrence(structure, game, played, seen or {}).points)
    layout = layout_of(structure)
    alike: dict[Axes, list[int]] = {}
    for utility, scope in enumerate(structure.scopes):
        alike.setdefault(scope, []).append(utility)
    found: dict[int, Array] = {}
    for scope, utilities in alike.items():
        tables = jnp.stack([game.tables[layout.utility(utility)] for utility in utilities])
        values = expectations(structure, game, played, scope, tables, seen)
        found |= dict(zip(utilities, values, strict=True))
    return [found[utility] for utility in range(len(structure.scopes))]


def likelihood(structure: Structure, game: Game, played: Array, seen: Seen) -> Array:
    """Give the probability `[worlds]` of what was seen, everything else summed out."""
    if not seen:
        return jnp.ones(played.shape[-1])
    if long.serves(structure):
        return occurrence(structure, game, played, seen).seen
    return _summed(structure, game, played, (), [], (len(structure.sizes),), seen)


def _summed(
    structure: Structure,
    game: Game,
    played: Array,
    over: Axes,
    more: Sequence[tuple[Axes, Array]],
    output: Axes,
    seen: Seen,
    functions: int = 1,
) -> Array:
    """Multiply the tables of nodes and all that they depend on with more, and sum the rest out."""
    layout = layout_of(structure)
    flat = played.reshape(-1, played.shape[-1])
    worlds = len(structure.sizes)
    given = [*more, *(((node, worlds), table) for node, table in seen.items())]
    operands, tables = [axes for axes, _ in given], [table for _, table in given]
    for node in sorted(structure.ancestors((*over, *seen))):
        chance = structure.owners[node] is None
        operands.append((*structure.family(node), worlds))
        tables.append(game.tables[layout.chance(node)] if chance else flat[layout.cells(node)])
    sizes = (*structure.sizes, played.shape[-1], functions)
    found = contract(tables, operands, output, sizes, spread_product)
    return jnp.broadcast_to(found, [sizes[axis] for axis in output])


def sweeper(
    structure: Structure, decisions: tuple[int, ...], game: Game
) -> Callable[[Array, Array | float], Array]:
    """Let each decision in turn respond to the policies as they then are.

    Returns:
        From logits `[rows * widest, worlds]` and a share of the target lambdas to logits.
    """
    layout = layout_of(structure)

    def sweep(logits: Array, share: Array | float) -> Array:
        for decision in decisions:
            answer = _response(structure, decision, game, logits, share)
            rows = layout.cells(decision).reshape(-1)
            logits = logits.at[rows].set(answer.reshape(len(rows), -1))
        return logits

    return sweep


def replies(structure: Structure, decisions: tuple[int, ...], game: Game, logits: Array) -> Array:
    """Let decisions respond to the same policies; logits are `[rows * widest, worlds]`."""
    layout = layout_of(structure)
    replied = logits
    for decision in decisions:
        answer = _response(structure, decision, game, logits, 1.0)
        rows = layout.cells(decision).reshape(-1)
        replied = replied.at[rows].set(answer.reshape(len(rows), -1))
    return replied


def _response(
    structure: Structure, decision: int, game: Game, logits: Array, share: Array | float
) -> Array:
    layout = layout_of(structure)
    (group,) = groups(structure, (decision,))
    opens = game.opens.reshape(-1)
    played = [
        policies(opens[cells[0]][..., None], logits[cells[0]], share, jnp, axis=-2)
        for cells in group.policies
    ]
    points = local_payoffs(
        _over_worlds(group.shape, logits.shape[-1]),
        played,
        [game.tables[cells[0]] for cells in group.chances],
        [game.tables[cells[0]] for cells in group.utilities],
        spread_product,
    )
    cells = layout.cells(decision)
    reached = game.reached[cells[..., 0] // layout.widest]
    precision = game.lambdas[layout.number[decision]]
    return logits_of(points, opens[cells][..., None], reached[..., None], precision, jnp, axis=-2)


@lru_cache(maxsize=1024)
def _over_worlds(shape: Shape, worlds: int) -> Shape:
    """The same shape with the worlds as one more axis of everything."""
    axis = len(shape.sizes)
    return replace(
        shape,
        sizes=(*shape.sizes, worlds),
        families=tuple((*family, axis) for family in shape.families),
        scopes=tuple((*scope, axis) for scope in shape.scopes),
        family=(*shape.family, axis),
    )
