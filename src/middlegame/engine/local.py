"""Responses and their slopes by one contraction for each decision (`engine.payoffs`).

Cheap where each decision depends on a part of the diagram only, however large the whole is.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

from middlegame.engine.backend import QUICK, jax, jnp
from middlegame.engine.layout import Array, Floats, Game, Indices, layout_of
from middlegame.engine.linear import Matrix
from middlegame.engine.logit import Equations, log_policies, logits_of, places, policies
from middlegame.engine.payoffs import Group, Shape, groups, local_payoffs, local_payoffs_in_logs
from middlegame.engine.structure import Structure

SMALL = 400
"""Unknowns up to which a dense Jacobian is as quick as a sparse one."""


class _Slopes(NamedTuple):
    """How the responses of a group of decisions change.

    Attributes:
        logits: for each relevant decision in turn, `[decisions, *response, *its logits]`.
        share: by the share of the target lambdas, `[decisions, *response]`.
    """

    logits: list[Array]
    share: Array


@lru_cache(maxsize=256)
def responder(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> Callable[..., Array]:
    """Compile the responses of some decisions.

    Returns:
        From (logits `[rows, widest]`, share, game) to the same logits with those decisions' rows
        replaced by the logits that all others' policies bring about; 0 (so uniform play) where
        an information set cannot be reached.
    """
    return jax.jit(partial_responses(structure, decisions, in_logs), compiler_options=QUICK)


def partial_responses(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> Callable[..., Array]:
    """Give the function that `responder` compiles."""
    layout = layout_of(structure)

    def respond(logits: Array, share: Array, game: Game) -> Array:
        before = after = logits.reshape(-1)
        for group in groups(structure, decisions):
            cells = np.stack([layout.cells(decision) for decision in group.decisions])
            arguments = _arguments(structure, group, before, game)
            answers = _each(group, _response(group.shape, in_logs), (0, None))(arguments, share)
            after = after.at[cells].set(answers)
        return after.reshape(logits.shape)

    return respond


def equations(structure: Structure, decisions: tuple[int, ...], in_logs: bool = False) -> Equations:
    """Give the equations that hold for some decisions at an equilibrium (see `Equations`).

    Args:
        structure: the diagram.
        decisions: whose.
        in_logs: whether to compute in logarithms, where reach may underflow.
    """
    assembly = _Assembly(structure, decisions)
    compiled = _slopes(structure, decisions, in_logs)

    def evaluate(logits: Floats, share: float, game: Game) -> tuple[Floats, Matrix]:
        answers, slopes = compiled(logits, share, game)
        return np.asarray(answers), assembly.jacobian(slopes)

    return evaluate


@lru_cache(maxsize=64)
def _slopes(structure: Structure, decisions: tuple[int, ...], in_logs: bool) -> Callable[..., Any]:
    """Compile responses and their exact derivatives, by forward mode."""
    layout = layout_of(structure)

    def differentiate(logits: Array, share: Array, game: Game) -> tuple[Array, list[_Slopes]]:
        flat = after = logits.reshape(-1)
        found = []
        for group in groups(structure, decisions):

            def response(
                relevant: list[Array], share: Array, rest: _Arguments, shape: Shape = group.shape
            ) -> tuple[Array, Array]:
                answer = _response(shape, in_logs)(rest._replace(logits=relevant), share)
                return answer, answer

            arguments = _arguments(structure, group, flat, game)
            differentiated = jax.jacfwd(response, (0, 1), has_aux=True)
            slope, answers = _each(group, differentiated, (0, None, 0))(
                arguments.logits, share, arguments
            )
            found.append(_Slopes(*slope))
            cells = np.stack([layout.cells(decision) for decision in group.decisions])
            after = after.at[cells].set(answers)
        return after.reshape(logits.shape), found

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


def _each(
    group: Group, function: Callable[..., Any], axes: tuple[int | None, ...]
) -> Callable[..., Any]:
    """Map a function over a group's decisions; a group of one needs no batch axis inside."""
    if len(group.decisions) > 1:
        return jax.vmap(function, axes)

    def once(*arguments: Any) -> Any:
        first = [
            argument if axis is None else jax.tree.map(lambda stacked: stacked[0], argument)
            for argument, axis in zip(arguments, axes, strict=True)
        ]
        return jax.tree.map(lambda answer: answer[None], function(*first))

    return once


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
    numbers = np.array([layout.number[decision] for decision in group.decisions])
    return _Arguments(
        logits=[flat[places] for places in group.policies],
        logits_open=[opens[places] for places in group.policies],
        chances=[game.tables[places] for places in group.chances],
        utilities=[game.tables[places] for places in group.utilities],
        opens=opens[cells],
        reached=game.reached[rows],
        precision=game.lambdas[numbers],
    )


def _response(shape: Shape, in_logs: bool) -> Callable[[_Arguments, Array], Array]:
    def respond(given: _Arguments, share: Array) -> Array:
        play = log_policies if in_logs else policies
        pairs = zip(given.logits_open, given.logits, strict=True)
        played = [play(open_, logit, share, jnp) for open_, logit in pairs]
        if in_logs:
            chances = [jnp.log(chance) for chance in given.chances]
            points = local_payoffs_in_logs(shape, played, chances, given.utilities)
        else:
            points = local_payoffs(shape, played, given.chances, given.utilities)
        return logits_of(points, given.opens, given.reached, given.precision, jnp)

    return respond


class _Assembly:
    """Lays the slopes of each decision's response into one Jacobian."""

    def __init__(self, structure: Structure, decisions: tuple[int, ...]) -> None:
        layout = layout_of(structure)
        own = places(structure, decisions)
        number = np.full(layout.height * layout.widest, -1)
        number[own] = np.arange(len(own))
        self.size = len(own)
        self.blocks: list[tuple[list[tuple[Indices, Indices]], Indices]] = []
        for group in groups(structure, decisions):
            rows = np.stack([number[layout.cells(d)].ravel() for d in group.decisions])
            pairs = [
                (rows[:, :, None], number[cells].reshape(len(rows), 1, -1))
                for cells in group.policies
            ]
            self.blocks.append((pairs, rows))
        every: list[tuple[Indices, Indices]] = [(np.arange(self.size), np.arange(self.size))]
        for pairs, rows in self.blocks:
            for row, column in pairs:
                shape = np.broadcast_shapes(row.shape, column.shape)
                every.append((np.broadcast_to(row, shape), np.broadcast_to(column, shape)))
            every.append((rows, np.full(rows.shape, self.size)))
        self.indices = tuple(np.concatenate([pair[k].ravel() for pair in every]) for k in (0, 1))
        filled = len(self.indices[0]) / (self.size * (self.size + 1))
        self.sparse = self.size > SMALL and filled < 0.2

    def jacobian(self, found: list[_Slopes]) -> Matrix:
        """Give the derivative of the residual, `[n, n + 1]`: the logits, then the share."""
        parts = [np.ones(self.size)]
        for (pairs, rows), slope in zip(self.blocks, found, strict=True):
            for (row, column), block in zip(pairs, slope.logits, strict=True):
                shape = np.broadcast_shapes(row.shape, column.shape)
                parts.append(-np.asarray(block).reshape(shape).ravel())
            parts.append(-np.asarray(slope.share).reshape(rows.shape).ravel())
        entries = (np.concatenate(parts), self.indices)
        sparse = scipy.sparse.csr_array(entries, shape=(self.size, self.size + 1))
        return sparse if self.sparse else sparse.toarray()
