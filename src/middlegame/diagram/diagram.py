"""An influence diagram as a whole, and its numbers at one theta."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram.behaviour import Behaviour
from middlegame.diagram.nodes import Chance, Decision, Node, Utility
from middlegame.diagram.numbers import (
    UNDISCOUNTED,
    Array,
    FormulaNumber,
    Number,
    Parameter,
    Ref,
    along_samples,
    evaluate_numbers,
    stack_values,
)
from middlegame.diagram.private_numbers import PrivateNumber
from middlegame.engine.graph.structure import Structure
from middlegame.scenario.faults import dotted_path
from middlegame.scenario.model.references import base_name

_ROUNDING = 1e-12
"""How far a value may be outside its bounds without being clamped."""


@dataclass(frozen=True)
class Perception:
    """The contest as one actor takes it to be (first-level hypergame; Bennett 1977).

    Attributes:
        actor: who takes it so.
        diagram: the contest with the numbers that it has in mind; its nodes, and everything but
            numbers, are those of the contest as written.
        aware_of: the actors of whose errors it is aware: it expects them to choose as they do.
    """

    actor: str
    diagram: "Diagram"
    aware_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagram:
    """A whole influence diagram.

    Attributes:
        nodes: the nodes, parents before children.
        utilities: the utilities; those of an owner add up.
        parameters: the entries of theta.
        precision: for each owner a plain number, which is lambda (log-odds per point); or a `Ref`
            or `FormulaNumber`, which is in odds for 10 points.
        formulas: the numbers that formulas compute and that are clipped to bounds.
        private_numbers: the numbers that one owner alone knows.
        perceptions: the contests that actors with beliefs of their own, or who are aware of others'
            errors, take it to be; each after those of whose error it is aware.
        behaviour: how owners of decisions form their expectations; those left out play an
            equilibrium.
    """

    nodes: tuple[Node, ...]
    utilities: tuple[Utility, ...]
    parameters: tuple[Parameter, ...] = ()
    precision: Mapping[str, Number] = field(default_factory=dict)
    title: str = ""
    formulas: tuple[FormulaNumber, ...] = ()
    private_numbers: tuple[PrivateNumber, ...] = ()
    perceptions: tuple[Perception, ...] = ()
    behaviour: Mapping[str, Behaviour] = field(default_factory=dict)

    @cached_property
    def index(self) -> dict[str, int]:
        """The index of each node in `nodes`, by name."""
        return {node.name: place for place, node in enumerate(self.nodes)}

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """The decision nodes, in order."""
        return tuple(node for node in self.nodes if isinstance(node, Decision))

    @cached_property
    def evidence(self) -> dict[str, str]:
        """The observed state of each evidence node, by name."""
        return {
            node.name: node.observed
            for node in self.nodes
            if isinstance(node, Chance) and node.observed is not None
        }

    @cached_property
    def contest_nodes(self) -> tuple[Node, ...]:
        """The moves and factors: nodes that are neither evidence nor hidden."""
        return tuple(
            node
            for node in self.nodes
            if node.name not in self.evidence and not (isinstance(node, Chance) and node.hidden)
        )

    @cached_property
    def resource_nodes(self) -> tuple[Node, ...]:
        """The hidden nodes: amounts left of resources, private numbers, levels of reasoning."""
        return tuple(node for node in self.nodes if isinstance(node, Chance) and node.hidden)

    @cached_property
    def _private_nodes(self) -> tuple[Node, ...]:
        """The nodes of private numbers."""
        return tuple(self.nodes[self.index[number.node]] for number in self.private_numbers)

    def instances(self, name: str) -> tuple[Node, ...]:
        """Return the nodes of a move or factor in order of time; a single one outside of time."""
        return self._instances.get(name, ())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of moves and factors, without periods."""
        return tuple(self._instances)

    @cached_property
    def _instances(self) -> dict[str, tuple[Node, ...]]:
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.contest_nodes:
            name = base_name(node.name) if node.period is not None else node.name
            found[name] = (*found.get(name, ()), node)
        return found

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """The owners of decisions and utilities, in order of appearance."""
        names = [d.owner for d in self.decisions] + [u.owner for u in self.utilities]
        return tuple(dict.fromkeys(names))

    @cached_property
    def exogenous_factors(self) -> tuple[str, ...]:
        """The factors and private numbers that no move influences: they could be learned today."""
        decisions = set(self.structure.decisions)
        return tuple(
            node.name
            for node in (*self.contest_nodes, *self._private_nodes)
            if isinstance(node, Chance)
            and not decisions & self.structure.ancestors((self.index[node.name],))
        )

    @cached_property
    def hidden_factors(self) -> tuple[str, ...]:
        """The factors and private numbers that not every mover observes: the exogenous ones.

        Where there are none, those that some mover observes and another does not.
        """
        movers = {decision.owner for decision in self.decisions}
        observers = {
            node.name: {d.owner for d in self.decisions if node.name in d.parents}
            for node in (*self.contest_nodes, *self._private_nodes)
            if isinstance(node, Chance)
        }
        hidden = [name for name, saw in observers.items() if saw != movers]
        exogenous = [name for name in hidden if name in self.exogenous_factors]
        return tuple(exogenous or (name for name in hidden if observers[name]))

    @cached_property
    def structure(self) -> Structure:
        """The graph of the diagram for the engine: sizes, parents, owners and scopes; hashable."""
        place = self.index
        return Structure(
            sizes=tuple(len(node.states) for node in self.nodes),
            parents=tuple(tuple(place[p] for p in node.parents) for node in self.nodes),
            owners=tuple(
                self.owners.index(node.owner) if isinstance(node, Decision) else None
                for node in self.nodes
            ),
            scopes=tuple(tuple(place[v] for v in u.over) for u in self.utilities),
            utility_owners=tuple(self.owners.index(u.owner) for u in self.utilities),
        )

    @property
    def theta(self) -> Floats:
        """The medians of all parameters."""
        return np.array([p.median for p in self.parameters], float)

    def without_draws(self, samples: Floats) -> Floats:
        """Return samples `[samples, parameters]` in which no private number's value is drawn."""
        found = np.array(samples, float)
        for number in self.private_numbers:
            if number.table.parameter is not None:
                found[:, number.table.parameter] = number.table.median
        return found

    def clamped(self, theta: Floats) -> dict[str, float]:
        """Return the share of samples in which a formula's value is impossible and is clamped.

        A chance is clamped to 0..100%, odds to values above 0, a precision to at least 1:1. A
        formula over scales counts where its value is impossible in any case of its table.

        Args:
            theta: the parameters, `[parameters, samples]`.

        Returns:
            The shares by the formula's path, without formulas that are possible in all samples.
        """
        found: dict[str, float] = {}
        for number in self.formulas:
            with np.errstate(all="ignore"):
                values = np.atleast_1d(np.asarray(number.evaluate_unbounded(theta, np), float))
            least = 0.0 if number.lower_bound < 1 else number.lower_bound
            most = 1.0 if number.upper_bound <= 1 else number.upper_bound
            outside = (values < least - _ROUNDING) | (values > most + _ROUNDING)
            share = float(outside.reshape(-1, outside.shape[-1]).any(axis=0).mean())
            if share > 0:
                found[dotted_path(number.path)] = share
        return found

    def tables(self, theta: Array | None = None, xp: ModuleType = np) -> "Tables":
        """Evaluate all tables.

        Args:
            theta: the parameters, by default their medians; or `[parameters, samples]`, then the
                samples, or 1, are the last axis of every number.
            xp: NumPy or jax.numpy.
        """
        if theta is None:
            theta = self.theta
        return Tables(
            chances=tuple(
                node.table.evaluate(theta, xp) if isinstance(node, Chance) else None
                for node in self.nodes
            ),
            open_options=tuple(map(self.option_weights, self.decisions)),
            utilities=tuple(u.table.evaluate(theta, xp) for u in self.utilities),
            lambdas=self.lambdas(theta, xp),
            scales=self.scales(theta, xp),
            perceived=tuple(each.diagram.tables(theta, xp) for each in self.perceptions),
        )

    def as_played(
        self, tables: "Tables", xp: ModuleType = np, *, sharpened: bool = True
    ) -> "Tables":
        """Return the numbers from which actors choose.

        They know a private number of another actor only as a distribution, whatever it is; and
        points count as much as their owner's private precision makes them.

        Args:
            tables: the numbers as they are.
            xp: NumPy or jax.numpy.
            sharpened: whether points count by private precisions; if not, they stay points.
        """
        if not self.private_numbers:
            return tables
        chances = list(tables.chances)
        for number in self.private_numbers:
            place, expected = self.index[number.node], xp.asarray(number.table.chances)
            there: Any = chances[place]
            many = np.ndim(there) > 1
            chances[place] = expected[:, None] if many else expected
        utilities = tuple(
            table
            if utility.sharpness is None or not sharpened
            else table
            * np.expand_dims(utility.sharpness, tuple(range(len(utility.over), np.ndim(table))))
            for utility, table in zip(self.utilities, tables.utilities, strict=True)
        )
        return replace(tables, chances=tuple(chances), utilities=utilities)

    def sharpness(self, decision: Decision) -> Floats | None:
        """Return the owner's lambda at each information set, relative to its lambda.

        Returns:
            `[*parents]`; None where the owner's precision is not private.
        """
        hidden = next((u for u in self.utilities if u.owner == decision.owner), None)
        if hidden is None or hidden.sharpness is None:
            return None
        axis = decision.parents.index(hidden.over[0])
        shape = [len(self.nodes[self.index[parent]].states) for parent in decision.parents]
        own = [1] * len(shape)
        own[axis] = shape[axis]
        return np.broadcast_to(hidden.sharpness.reshape(own), shape)

    def with_lambda(self, lambda_: float) -> "Diagram":
        """Return the diagram with one lambda (log-odds per point) for every owner."""
        return replace(
            self,
            precision=dict.fromkeys(self.owners, lambda_),
            utilities=tuple(replace(utility, sharpness=None) for utility in self.utilities),
        ).map_perceptions(lambda diagram: diagram.with_lambda(lambda_))

    def map_perceptions(self, change: Callable[["Diagram"], "Diagram"]) -> "Diagram":
        """Return the diagram with a change made to the diagram of each perception."""
        if not self.perceptions:
            return self
        changed = (replace(each, diagram=change(each.diagram)) for each in self.perceptions)
        return replace(self, perceptions=tuple(changed))

    def open_options(self, decision: Decision) -> NDArray[np.bool_]:
        """Return which options of the decision are open, `[*parents, states]`."""
        if decision.open_options is not None:
            return decision.open_options
        sizes = [len(self.nodes[self.index[p]].states) for p in decision.parents]
        return np.ones((*sizes, len(decision.states)), bool)

    def option_weights(self, decision: Decision) -> NDArray[np.bool_] | Floats:
        """Return which options are open, or their weights, 0 where closed, `[*parents, states]`."""
        opens = self.open_options(decision)
        if decision.weights is None:
            return opens
        weights: Floats = opens * np.array(decision.weights)
        if decision.shared_weight is not None:
            shared = np.array(decision.shared_weight)
            left = weights[..., shared].sum(axis=-1, keepdims=True)
            whole = np.array(decision.weights)[shared].sum()
            weights[..., shared] *= whole / np.where(left > 0, left, whole)
        return weights

    def lambdas(self, theta: Array, xp: ModuleType = np) -> Array:
        """Return each owner's lambda (log-odds per point), `[owners]`."""
        numbers = [self.precision.get(owner, 1.0) for owner in self.owners]
        raw = evaluate_numbers(numbers, theta, xp)
        odds = np.array([isinstance(n, Ref | FormulaNumber) for n in numbers], bool)
        odds = along_samples(odds, theta)
        return xp.where(odds, xp.log(xp.where(odds, raw, 1.0)) / 10, raw)

    def scales(self, theta: Array, xp: ModuleType = np) -> Array:
        """Return the value of a point to the owner at each decision, `[decisions]`."""
        if all(decision.point_value == UNDISCOUNTED for decision in self.decisions):
            return along_samples(xp.ones(len(self.decisions)), theta)
        values = [decision.point_value.evaluate(theta, xp) for decision in self.decisions]
        return stack_values(values, theta, xp)

    def scaled_lambdas(self, lambdas: Array, scales: Array, xp: ModuleType = np) -> Array:
        """Return the log-odds per point of utility at each decision, `[decisions]`."""
        owners = [self.owners.index(decision.owner) for decision in self.decisions]
        return xp.asarray(lambdas)[np.array(owners, int)] * scales


@dataclass(frozen=True)
class Tables:
    """A diagram's numbers at one theta.

    Attributes:
        chances: one `[*parents, states]` for each node, None for decisions.
        open_options: one `[*parents, states]` for each decision: which options are open, as
            booleans; or the weights of its options, 0 where closed, if it has weights.
        utilities: one `[*scope]` for each utility node.
        lambdas: `[owners]`.
        scales: the value of a point at each decision, `[decisions]`.
        perceived: the numbers of each of the diagram's perceptions.
    """

    chances: tuple[Array | None, ...]
    open_options: tuple[Array, ...]
    utilities: tuple[Array, ...]
    lambdas: Array
    scales: Array
    perceived: "tuple[Tables, ...]" = ()

    @property
    def even_policies(self) -> tuple[Array, ...]:
        """One `[*parents, states]` for each decision: its options chosen evenly, by weight."""
        return tuple(each / each.sum(axis=-1, keepdims=True) for each in self.open_options)
