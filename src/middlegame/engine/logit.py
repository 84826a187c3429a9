"""The agent logit response and the equations of its equilibrium (McKelvey & Palfrey 1998).

The unknowns are the logits: for each information set the owner's lambda times the payoff of each
option, measured from the mean over the open ones. At a share t of the target lambdas the policy
is softmax(t * logits), and the logits of an equilibrium are those that its own policies bring
about. They stay bounded and smooth from t = 0, where every policy is uniform and the solution is
unique.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from middlegame.engine.backend import QUICK, jax, jnp
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.payoffs import Group, Shape, groups, local_payoffs
from middlegame.engine.structure import Structure

Array = Any
Floats = NDArray[np.float64]


class Slopes(NamedTuple):
    """How the responses of a group of decisions change.

    Attributes:
        logits: for each relevant decision in turn, `[decisions, *response, *its logits]`.
        share: by the share of the target lambdas, `[decisions, *response]`.
    """

    logits: list[Array]
    share: Array


def policies(opens: Array, logits: Array, share: float, xp: Any = np) -> Array:
    """Give the policies `[rows, widest]` of these logits: softmax over the open options."""
    scaled = xp.where(opens, share * logits, -xp.inf)
    odds = xp.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


@lru_cache(maxsize=256)
def responder(structure: Structure, decisions: tuple[int, ...]) -> Callable[..., Array]:
    """Compile the responses of some decisions.

    Returns:
        From (logits `[rows, widest]`, share, game) to the same logits with those decisions' rows
        replaced by the logits that all others' policies bring about; 0 (so uniform play) where
        an information set cannot be reached.
    """
    return jax.jit(partial_responses(structure, decisions), compiler_options=QUICK)


def partial_responses(structure: Structure, decisions: tuple[int, ...]) -> Callable[..., Array]:
    """Give the function that `responder` compiles."""
    layout = layout_of(structure)

    def respond(logits: Array, share: Array, game: Game) -> Array:
        before = after = logits.reshape(-1)
        for group in groups(structure, decisions):
            cells = np.stack([layout.cells(decision) for decision in group.decisions])
            arguments = _arguments(structure, group, before, game)
            after = after.at[cells].set(jax.vmap(_response(group.shape), (0, None))(arguments, share))
        return after.reshape(logits.shape)

    return respond


@lru_cache(maxsize=64)
def slopes(structure: Structure, decisions: tuple[int, ...]) -> Callable[..., Any]:
    """Compile responses and their exact derivatives (forward mode) for some decisions.

    Returns:
        From (logits, share, game) to the new logits and, for each group, its `Slopes`.
    """
    respond = partial_responses(structure, decisions)

    def differentiate(logits: Array, share: Array, game: Game) -> tuple[Array, list[Slopes]]:
        flat = logits.reshape(-1)
        found = []
        for group in groups(structure, decisions):

            def response(
                relevant: list[Array], share: Array, rest: _Arguments, shape: Shape = group.shape
            ) -> Array:
                return _response(shape)(rest._replace(logits=relevant), share)

            arguments = _arguments(structure, group, flat, game)
            slope = jax.vmap(jax.jacfwd(response, (0, 1)), (0, None, 0))
            found.append(Slopes(*slope(arguments.logits, share, arguments)))
        return respond(logits, share, game), found

    return jax.jit(differentiate, compiler_options=QUICK)


@lru_cache(maxsize=64)
def payoffs_of(structure: Structure, decision: int) -> Callable[..., Array]:
    """Compile one decision's payoffs: from (policies, game) to `[*observed, options]`, points."""
    (group,) = groups(structure, (decision,))

    def faced(played: Array, game: Game) -> Array:
        arguments = _arguments(structure, group, played.reshape(-1), game)
        first = jax.tree.map(lambda stacked: stacked[0], arguments)
        points = local_payoffs(group.shape, first.logits, first.chances, first.utilities)
        return jnp.where(first.reached[..., None], points, 0.0)

    return jax.jit(faced, compiler_options=QUICK)


class _Arguments(NamedTuple):
    """What the response of one decision is computed from; with a leading axis, of a group."""

    logits: list[Array]
    logits_open: list[Array]
    chances: list[Array]
    utilities: list[Array]
    opens: Array
    reached: Array
    precision: Array


def _arguments(structure: Structure, group: Group, flat: Array, game: Game) -> _Arguments:
    layout = layout_of(structure)
    opens = game.opens.reshape(-1)
    cells = np.stack([layout.cells(decision) for decision in group.decisions])
    rows = cells[..., 0] // layout.widest
    owners = np.array([structure.owners[decision] for decision in group.decisions])
    return _Arguments(
        logits=[flat[places] for places in group.policies],
        logits_open=[opens[places] for places in group.policies],
        chances=[game.tables[places] for places in group.chances],
        utilities=[game.tables[places] for places in group.utilities],
        opens=opens[cells],
        reached=game.reached[rows],
        precision=game.lambdas[owners],
    )


def _response(shape: Shape) -> Callable[[_Arguments, Array], Array]:
    def respond(given: _Arguments, share: Array) -> Array:
        played = [
            policies(open_, logit, share, jnp)
            for open_, logit in zip(given.logits_open, given.logits, strict=True)
        ]
        points = local_payoffs(shape, played, given.chances, given.utilities)
        return _logits(points, given.opens, given.reached, given.precision)

    return respond


def _logits(points: Array, opens: Array, reached: Array, precision: Array) -> Array:
    mean = jnp.where(opens, points, 0.0).sum(axis=-1, keepdims=True)
    mean = mean / opens.sum(axis=-1, keepdims=True)
    return jnp.where(opens & reached[..., None], precision * (points - mean), 0.0)


def places(structure: Structure, decisions: Sequence[int]) -> NDArray[np.int_]:
    """Where these decisions' logits stand in the flattened `[rows, widest]`."""
    layout = layout_of(structure)
    parts = [layout.cells(decision).ravel() for decision in decisions]
    return np.concatenate(parts) if parts else np.zeros(0, int)
