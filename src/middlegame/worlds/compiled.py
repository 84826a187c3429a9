"""What is compiled for a diagram: from worlds to their equilibria, and what is told of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Diagram, Tables
from middlegame.engine import long, long_worlds, outcomes, worlds
from middlegame.engine.backend import jax, jnp
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.worlds import Ramp
from middlegame.game import engine_game, fix
from middlegame.worlds.asking import Ask

Floats = NDArray[np.float64]

Told = dict[str, dict[str, Any]]
"""What is told of worlds: their forecasts, asks and points, the worlds as the first axis."""


class Compiled(NamedTuple):
    """What is compiled for a diagram.

    Attributes:
        diagram: that diagram.
        fixed: applies what is supposed to a world's tables.
        still: what of its numbers is the same in every world; tables and lambdas are not.
        settle: from thetas `[worlds, parameters]` to residuals and policies.
        tell: from thetas, policies `[rows, widest, worlds]` and the weights of what is asked to
            what is told.
    """

    diagram: Diagram
    fixed: Callable[[Tables], Tables]
    still: Game
    settle: Callable[[Floats], tuple[Any, Any]]
    tell: Callable[[Floats, Any, Mapping[str, list[Floats]]], Told]


def compiled(
    diagram: Diagram,
    ramp: Ramp,
    asks: Mapping[str, Ask],
    supposed: Mapping[str, str],
    known: Mapping[str, Sequence[str]],
) -> Compiled:
    """Give what is compiled for worlds of a diagram; see `solve_worlds` for the arguments."""
    scopes = tuple(
        (name, tuple(over for over, _ in ask.tables), ask.opposite) for name, ask in asks.items()
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
        return fix(diagram, tables, supposed)

    still = engine_game(diagram, fixed(diagram.tables()))

    def one(theta: Any) -> tuple[Any, Any]:
        tables = fixed(diagram.tables(theta, jnp))
        flat = layout.flatten(tables.chances, tables.utilities, jnp)
        sharpness = diagram.sharpness(tables.lambdas, tables.scales, jnp)
        return flat, sharpness

    swept = long.serves(structure)
    settle, occurs, expectations = (
        (long_worlds.settle, long_worlds.occurs, long_worlds.expectations)
        if swept
        else (worlds.settle, outcomes.occurs, outcomes.expectations)
    )
    xp: Any = np if swept else jnp
    numbers = jax.jit(jax.vmap(one, out_axes=-1))

    def game(thetas: Any) -> Game:
        tables, lambdas = numbers(thetas)
        return Game(tables, still.opens, still.reached, lambdas)

    def settle_all(thetas: Any) -> tuple[Any, Any]:
        settled = settle(structure, game(thetas), ramp)
        return settled.residual, settled.policies

    def tell(thetas: Any, played: Any, weights: Mapping[str, Any]) -> Told:
        here = game(thetas)
        probability, nodes, gains = occurs(structure, here, played, seen)
        possible = xp.where(probability > 0, probability, xp.nan)

        def expected(functions: dict[Any, tuple[tuple[int, ...], Any]]) -> dict[Any, Any]:
            """Functions of the same nodes are expected together."""
            alike: dict[tuple[int, ...], list[Any]] = {}
            for name, (over, _) in functions.items():
                alike.setdefault(over, []).append(name)
            found: dict[Any, Any] = {}
            for over, names in alike.items():
                stacked = xp.stack([functions[name][1] for name in names])
                if len(over) == 1:
                    values = (stacked * nodes[over[0]]).sum(axis=1)
                else:
                    values = expectations(structure, here, played, over, stacked, seen)
                found |= dict(zip(names, values / possible, strict=True))
            return found

        asked: dict[str, Any] = {}
        alone: dict[Any, tuple[tuple[int, ...], Any]] = {}
        for name, scopes, opposite in asks:
            over = [tuple(diagram.index[n] for n in scope) for scope in scopes]
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
                node.name: (found / possible).T
                for node, found in zip(diagram.nodes, nodes, strict=True)
            },
            "asks": {name: asked[name] for name, _, _ in asks},
            "points": {
                owner: sum(
                    (
                        gains[k] / possible
                        for k, u in enumerate(diagram.utilities)
                        if u.owner == owner
                    ),
                    nobody,
                )
                for owner in diagram.owners
            },
            "known": {"probability": probability},
        }

    if swept:
        return Compiled(diagram, fixed, still, settle_all, tell)
    return Compiled(diagram, fixed, still, jax.jit(settle_all), jax.jit(tell))
