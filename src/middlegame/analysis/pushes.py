"""A contest with one move or factor set to a state, for many of them at once.

Two kinds of setting are told apart (Hammond et al. 2023): by surprise policies stay as they were,
and announced everybody behaves anew. All of them have the diagram's own structure, so they are
solved as worlds of it; those that the ramp does not settle, or all where a sample shows that it
left the principal branch, are traced in full.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Decision, Diagram, Tables
from middlegame.engine import inference
from middlegame.engine.backend import jax
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.relevance import traced
from middlegame.engine.structure import Structure
from middlegame.engine.worlds import Ramp, marginals, solver
from middlegame.equilibrium import Equilibrium, solve_tables
from middlegame.errors import QueryError, unknown
from middlegame.game import certain, fix
from middlegame.play import Play
from middlegame.worlds import APART, TOLERANCE

Floats = NDArray[np.float64]
Told = Callable[[int, int], None]
"""Is told how many of how many pushes are done."""

_WIDTH = 32
"""Pushes at a time: what is compiled has one shape."""
_CHECKED = 3
"""Pushes that are also traced in full, to see whether the ramp kept to the principal branch."""


@dataclass(frozen=True)
class Push:
    """A move or factor set to a state from outside.

    A move takes the option wherever it is open to it, and elsewhere chooses as it does.
    """

    name: str
    state: str


@dataclass(frozen=True, eq=False)
class Pushed:
    """A contest as it was, and as each push leaves it.

    Attributes:
        equilibrium: as it was.
        pushes: what was set, each by itself.
        tables: all chance and utility tables end to end, `[cells, pushes]` (`engine.layout`).
        surprised: policies that stay as they were but for the push, `[rows, widest, pushes]`.
        adapted: policies of the equilibrium of the contest with the push, `[rows, widest, pushes]`.
        by_surprise: for each move and factor `[pushes, states]`, nobody being told.
        announced: the same, everybody knowing it before play.
        traced: how many had to be traced in full.
    """

    equilibrium: Equilibrium
    pushes: tuple[Push, ...]
    tables: Floats
    surprised: Floats
    adapted: Floats
    by_surprise: dict[str, Floats]
    announced: dict[str, Floats]
    traced: int

    @property
    def diagram(self) -> Diagram:
        """The contest's diagram."""
        return self.equilibrium.diagram

    @cached_property
    def before(self) -> dict[str, Floats]:
        """Each move's and factor's forecast without a push, `[states]`."""
        return {node.name: self.equilibrium.joint(node.name) for node in self.diagram.nodes}

    def play(self, push: Push) -> Play:
        """Give the contest as it is played with a push announced."""
        place, structure = self.number(push), self.diagram.structure
        layout = layout_of(structure)
        chances = tuple(
            self.tables[layout.chance(node), place] if owner is None else None
            for node, owner in enumerate(structure.owners)
        )
        return Play(
            self.diagram,
            replace(self.equilibrium.tables, chances=chances),
            tuple(layout.unpad(self.adapted[..., place])),
            known={},
        )

    def number(self, push: Push) -> int:
        """Give a push's place.

        Raises:
            QueryError: it is not among them.
        """
        if push not in self.pushes:
            raise QueryError(f"{push.name} = {push.state} was not pushed")
        return self.pushes.index(push)

    def open_share(self, push: Push) -> float:
        """Give the probability that the pushed option is open: 1 for a factor."""
        node = self.diagram.nodes[self.diagram.index[push.name]]
        if not isinstance(node, Decision):
            return 1.0
        place = self.diagram.decisions.index(node)
        open_ = self.equilibrium.tables.opens[place][..., node.states.index(push.state)]
        return float((self.equilibrium.reach[push.name] * open_).sum())

    def unforeseen(self, push: Push) -> list[str]:
        """Name the moves that by surprise face what could not have happened.

        Nobody reckons with what is never reached, so their policies there are even.
        """
        was, now = self.equilibrium.reach, self.reach(push, surprise=True)
        return [
            name
            for name, reach in now.items()
            if name != push.name and bool(((was[name] <= 0) & (reach > 0)).any())
        ]

    def reach(self, push: Push, *, surprise: bool = False) -> dict[str, Floats]:
        """Give for each move the probability of each information set, `[*observed]`."""
        place, structure = self.number(push), self.diagram.structure
        layout = layout_of(structure)
        flat = (self.surprised if surprise else self.adapted)[..., place].reshape(-1)
        masses = [
            self.tables[layout.chance(node), place] if owner is None else flat[layout.cells(node)]
            for node, owner in enumerate(structure.owners)
        ]
        return {
            decision.name: np.asarray(inference.joint(structure, masses, structure.parents[node]))
            for node, decision in zip(structure.decisions, self.diagram.decisions, strict=True)
        }


def every_push(diagram: Diagram) -> tuple[Push, ...]:
    """List every state of every move and factor, but for options that are never open."""
    found = []
    for node in diagram.played:
        for place, state in enumerate(node.states):
            if isinstance(node, Decision) and not diagram.opens(node)[..., place].any():
                continue
            found.append(Push(node.name, state))
    return tuple(found)


def push_all(
    equilibrium: Equilibrium, pushes: Iterable[Push] | None = None, *, told: Told | None = None
) -> Pushed:
    """Set moves and factors one at a time and see what becomes of everything else.

    The contest's own evidence is set aside: it is news about a world in which nothing was pushed.

    Args:
        equilibrium: the contest as it is.
        pushes: what is set; every state of every move and factor unless given.
        told: is told how far it is.

    Raises:
        QueryError: an unknown name or state, an option that is never open, or an equilibrium
            that is conditional on a case or was itself taken by surprise.
        NotConverged: the contest with a push has no equilibrium that could be reached.
    """
    if equilibrium.surprise or len(equilibrium.known) > len(equilibrium.evidence):
        raise QueryError("what falls with what is asked of a contest, not of a case of it")
    equilibrium = equilibrium.prior
    diagram, structure = equilibrium.diagram, equilibrium.diagram.structure
    wanted = tuple(every_push(diagram) if pushes is None else pushes)
    layout = layout_of(structure)
    settings = [_set(equilibrium, push) for push in wanted]
    tables = np.stack(
        [layout.flatten(s.tables.chances, s.tables.utilities, np) for s in settings], axis=-1
    )
    surprised = np.stack([layout.pad(s.policies) for s in settings], axis=-1)
    adapted, announced, slow = _announced(diagram, settings, tables, told)
    return Pushed(
        equilibrium=equilibrium,
        pushes=wanted,
        tables=tables,
        surprised=surprised,
        adapted=adapted,
        by_surprise=forecasts(diagram, tables, surprised),
        announced=announced,
        traced=slow,
    )


def forecasts(diagram: Diagram, tables: Floats, policies: Floats) -> dict[str, Floats]:
    """Give each node's probabilities under given tables and policies, `[worlds, states]`.

    Args:
        diagram: what is played.
        tables: all tables end to end, `[cells, worlds]`.
        policies: `[rows, widest, worlds]`.
    """
    play = _played(diagram.structure)
    parts = [
        play(padded(tables, begin), padded(policies, begin))
        for begin in range(0, tables.shape[-1], _WIDTH)
    ]
    return {
        node.name: np.concatenate([np.asarray(part[k]).T for part in parts])[: tables.shape[-1]]
        for k, node in enumerate(diagram.nodes)
    }


def padded(worlds: Floats, begin: int) -> Floats:
    """Take one chunk of worlds (the last axis), the last one repeated up to its full width."""
    part = worlds[..., begin : begin + _WIDTH]
    more = np.repeat(part[..., -1:], _WIDTH - part.shape[-1], axis=-1)
    return np.concatenate([part, more], axis=-1)


@lru_cache(maxsize=32)
def _played(structure: Structure) -> Callable[[Floats, Floats], list[Any]]:
    def play(tables: Any, policies: Any) -> list[Any]:
        return marginals(structure, Game(tables, None, None, None), policies)

    return jax.jit(play)


@dataclass(frozen=True)
class _Setting:
    tables: Tables
    policies: tuple[Floats, ...]


def _set(equilibrium: Equilibrium, push: Push) -> _Setting:
    diagram, tables = equilibrium.diagram, equilibrium.tables
    node = diagram.nodes[diagram.index[push.name]] if push.name in diagram.index else None
    if not isinstance(node, Decision):
        return _Setting(fix(diagram, tables, {push.name: push.state}), equilibrium.policies)
    if push.state not in node.states:
        raise unknown(f"state of {push.name}", push.state, node.states)
    place, option = diagram.decisions.index(node), node.states.index(push.state)
    open_ = tables.opens[place]
    where = open_[..., option : option + 1]
    if not where.any():
        raise QueryError(f"{push.name} = {push.state} cannot be set: it is never open")
    sure = certain(open_.shape, option)
    opens, policies = list(tables.opens), list(equilibrium.policies)
    opens[place] = np.where(where, sure > 0, open_)
    policies[place] = np.where(where, sure, policies[place])
    return _Setting(replace(tables, opens=tuple(opens)), tuple(policies))


def _announced(
    diagram: Diagram, settings: Sequence[_Setting], tables: Floats, told: Told | None
) -> tuple[Floats, dict[str, Floats], int]:
    """Solve the contest with each setting: policies, forecasts, how many were traced in full."""
    structure = diagram.structure
    layout = layout_of(structure)
    solve = solver(structure, Ramp())
    policies = np.empty((layout.height, layout.widest, len(settings)))
    found = {node.name: np.empty((len(settings), len(node.states))) for node in diagram.nodes}
    lambdas = np.stack(
        [diagram.sharpness(s.tables.lambdas, s.tables.scales) for s in settings], axis=-1
    )
    groups: dict[bytes, list[int]] = {}
    for number, setting in enumerate(settings):
        opens = layout.pad(setting.tables.opens, filling=False)
        groups.setdefault(opens.tobytes(), []).append(number)
    done, unsettled = 0, []
    for members in groups.values():
        opens = layout.pad(settings[members[0]].tables.opens, filling=False)
        # What cannot be reached has no mass, and so even play, without being told beforehand.
        reached = np.ones(layout.height, bool)
        for begin in range(0, len(members), _WIDTH):
            part = members[begin : begin + _WIDTH]
            settled, shares = solve(
                Game(padded(tables[:, part], 0), opens, reached, padded(lambdas[:, part], 0))
            )
            policies[..., part] = np.asarray(settled.policies)[..., : len(part)]
            for node, share in zip(diagram.nodes, shares, strict=True):
                found[node.name][part] = np.asarray(share).T[: len(part)]
            gaps = np.asarray(settled.residual)[: len(part)]
            unsettled += [n for n, gap in zip(part, gaps, strict=True) if not gap <= TOLERANCE]
            done += len(part)
            if told:
                told(done, len(settings))
    slow = _checked(diagram, settings, found, unsettled) if traced(structure) else unsettled
    for number in slow:
        exact = solve_tables(diagram, settings[number].tables)
        policies[..., number] = layout.pad(exact.policies)
        for name, forecast in found.items():
            forecast[number] = exact.joint(name)
    return policies, found, len(slow)


def _checked(
    diagram: Diagram,
    settings: Sequence[_Setting],
    found: dict[str, Floats],
    unsettled: list[int],
) -> list[int]:
    """Give the settings to trace in full: all of them if one of a sample left the branch."""
    for number in np.unique(np.linspace(0, len(settings) - 1, _CHECKED).astype(int)):
        if number in unsettled:
            continue
        exact = solve_tables(diagram, settings[number].tables)
        if max(np.abs(found[n][number] - exact.joint(n)).max() for n in found) > APART:
            return list(range(len(settings)))
    return unsettled
