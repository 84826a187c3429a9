"""What is compiled for a diagram: from worlds to their equilibria, and what is told of them.

Only the way from thetas to tables is the diagram's own. The rest takes the tables as they are, and
is compiled once for all diagrams of a structure, such as one contest with other numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Tables
from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch import outcomes
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch, solve_long_batch
from middlegame.engine.batch.outcomes import BatchEvidence
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.temporal.long_diagrams import is_long
from middlegame.equilibrium.engine_input import engine_input, fix_states
from middlegame.sweeps.queries import Query

Told = dict[str, dict[str, Any]]
"""What is told of worlds: their forecasts, asks and points, the worlds as the first axis."""


class Compiled(NamedTuple):
    """What is compiled for a diagram.

    Attributes:
        diagram: that diagram.
        fixed: applies what is supposed to a world's tables.
        still: what of its numbers is the same in every world; tables and lambdas are not.
        game: from thetas `[worlds, parameters]` to their numbers.
        settle: from these to residuals and policies.
        tell: from these, policies `[rows, widest, worlds]` and the weights of what is asked to
            what is told.
    """

    diagram: Diagram
    fixed: Callable[[Tables], Tables]
    still: Game
    game: Callable[[Floats], Game]
    settle: Callable[[Game], tuple[Any, Any]]
    tell: Callable[[Game, Any, Mapping[str, list[Floats]]], Told]


def compiled(
    diagram: Diagram,
    ramp: Ramp,
    asks: Mapping[str, Query],
    supposed: Mapping[str, str],
    known: Mapping[str, Sequence[str]],
) -> Compiled:
    """Give what is compiled for worlds of a diagram; see `solve_worlds` for the arguments."""
    scopes = tuple(
        (name, tuple(over for over, _ in ask.tables), ask.complement) for name, ask in asks.items()
    )
    conditions = _Conditions(
        tuple(supposed.items()), tuple((name, tuple(states)) for name, states in known.items())
    )
    return _compiled(_Key(diagram), ramp, scopes, conditions)


class _Key:
    """A diagram by identity: what was compiled for it is kept as long as it is asked for."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram

    def __hash__(self) -> int:
        return id(self.diagram)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.diagram is self.diagram


_Scopes = tuple[tuple[str, tuple[tuple[str, ...], ...], bool], ...]
"""For each thing asked its name, what its functions are of, and whether one minus it is asked."""


class _Conditions(NamedTuple):
    """What is supposed and what is known in all worlds."""

    supposed: tuple[tuple[str, str], ...]
    known: tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=8)
def _compiled(key: _Key, ramp: Ramp, asks: _Scopes, conditions: _Conditions) -> Compiled:
    diagram = key.diagram
    structure = diagram.structure
    layout = layout_of(structure)
    supposed = dict(conditions.supposed)
    seen = {
        diagram.index[name]: np.isin(diagram.nodes[diagram.index[name]].states, states)[:, None]
        * 1.0
        for name, states in conditions.known
    }

    def fixed(tables: Tables) -> Tables:
        return fix_states(diagram, tables, supposed)

    still = engine_input(diagram, fixed(diagram.tables()))

    def one(theta: Any) -> tuple[Any, Any]:
        tables = fixed(diagram.tables(theta, jnp))
        flat = layout.flatten(tables.chances, tables.utilities, jnp)
        sharpness = diagram.scaled_lambdas(tables.lambdas, tables.scales, jnp)
        return flat, sharpness

    numbers = jax.jit(jax.vmap(one, out_axes=-1))
    opens = tuple(map(tuple, np.asarray(still.opens).tolist()))
    settle = _settle(structure, ramp, opens, tuple(np.asarray(still.reached).tolist()))
    tell = _tell(structure, _Names.of(diagram), asks)

    def game(thetas: Floats) -> Game:
        tables, lambdas = numbers(thetas)
        return still._replace(tables=tables, lambdas=lambdas)

    def told(here: Game, played: Any, weights: Mapping[str, Any]) -> Told:
        return tell(here, played, weights, seen)

    return Compiled(diagram, fixed, still, game, settle, told)


class _Names(NamedTuple):
    """What is told of worlds is named by these, in the structure's order.

    Attributes:
        nodes: moves and factors.
        gainers: each utility's owner.
        owners: all owners.
    """

    nodes: tuple[str, ...]
    gainers: tuple[str, ...]
    owners: tuple[str, ...]

    @classmethod
    def of(cls, diagram: Diagram) -> Self:
        """Give a diagram's names."""
        return cls(
            tuple(node.name for node in diagram.nodes),
            tuple(utility.owner for utility in diagram.utilities),
            tuple(diagram.owners),
        )


@lru_cache(maxsize=8)
def _settle(
    structure: Structure, ramp: Ramp, opens: tuple[tuple[bool, ...], ...], reached: tuple[bool, ...]
) -> Callable[[Game], tuple[Any, Any]]:
    """Compile for what is open and can be reached, which is quicker than to be told each time."""
    shape = layout_of(structure).row_count, layout_of(structure).max_options
    still = np.array(opens, bool).reshape(shape), np.array(reached, bool)
    swept = is_long(structure)
    settle = solve_long_batch if swept else solve_batch

    def settle_all(tables: Any, lambdas: Any) -> tuple[Any, Any]:
        settled = settle(structure, Game(tables, *still, lambdas), ramp)
        return settled.residual, settled.policies

    ready = settle_all if swept else jax.jit(settle_all)
    return lambda game: ready(game.tables, game.lambdas)


@lru_cache(maxsize=8)
def _tell(structure: Structure, names: _Names, asks: _Scopes) -> Callable[..., Told]:
    index = {name: node for node, name in enumerate(names.nodes)}
    swept = is_long(structure)
    occurs, expectations = (
        (outcomes.long_outcome_probabilities, outcomes.long_expectations)
        if swept
        else (outcomes.outcome_probabilities, outcomes.expectations)
    )
    xp: Any = np if swept else jnp

    def tell(here: Game, played: Any, weights: Mapping[str, Any], seen: BatchEvidence) -> Told:
        probability, nodes, gains = occurs(structure, here, played, seen)
        possible = xp.where(probability > 0, probability, xp.nan)

        def expected(functions: dict[Any, tuple[tuple[int, ...], Any]]) -> dict[Any, Any]:
            """Functions of the same nodes are expected together."""
            alike: dict[tuple[int, ...], list[Any]] = {}
            for name, (over, _) in functions.items():
                alike.setdefault(over, []).append(name)
            found: dict[Any, Any] = {}
            for over, same in alike.items():
                stacked = xp.stack([functions[name][1] for name in same])
                if len(over) == 1:
                    values = (stacked * nodes[over[0]]).sum(axis=1)
                else:
                    values = expectations(structure, here, played, over, stacked, seen)
                found |= dict(zip(same, values / possible, strict=True))
            return found

        asked: dict[str, Any] = {}
        alone: dict[Any, tuple[tuple[int, ...], Any]] = {}
        for name, scopes, opposite in asks:
            over = [tuple(index[n] for n in scope) for scope in scopes]
            tables = [table[..., None] for table in weights[name]]
            if len(over) == 1 and not opposite:
                alone[name] = over[0], tables[0]
                continue
            more = list(zip(over[1:], tables[1:], strict=True))
            value = expectations(structure, here, played, over[0], tables[0][None], seen, more)[0]
            asked[name] = 1 - value / possible if opposite else value / possible
        asked |= expected(alone)
        nobody = xp.zeros(played.shape[-1])
        return {
            "forecasts": {
                name: (found / possible).T for name, found in zip(names.nodes, nodes, strict=True)
            },
            "asks": {name: asked[name] for name, _, _ in asks},
            "points": {
                owner: sum(
                    (
                        gains[k] / possible
                        for k, gainer in enumerate(names.gainers)
                        if gainer == owner
                    ),
                    nobody,
                )
                for owner in names.owners
            },
            "known": {"probability": probability},
        }

    return tell if swept else jax.jit(tell)
