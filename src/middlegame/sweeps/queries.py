"""Queries: expectations of functions of the joint states of moves and factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.equilibrium.references import condition_table
from middlegame.scenario.conditions import Condition


@dataclass(frozen=True)
class Query:
    """The expectation of a function of the joint states of some moves and factors.

    Attributes:
        over: which moves and factors.
        weights: its value in each case, `[*states of over]`.
        factors: further functions that it is multiplied by, without one table over all nodes.
        complement: whether the answer is one minus the expectation.
    """

    over: tuple[str, ...]
    weights: Floats
    factors: tuple[tuple[tuple[str, ...], Floats], ...] = ()
    complement: bool = False

    @property
    def tables(self) -> tuple[tuple[tuple[str, ...], Floats], ...]:
        """All functions that are multiplied."""
        return (self.over, self.weights), *self.factors

    @classmethod
    def condition(cls, diagram: Diagram, condition: str | Condition) -> Self:
        """Ask for the probability of a condition, such as `cuba = falls and trade = none`.

        Raises:
            QueryError: the condition does not parse, or speaks of what is not there.
        """
        over, where = condition_table(diagram, condition)
        return cls(over, where)

    @classmethod
    def any_of(cls, diagram: Diagram, conditions: Sequence[str | Condition]) -> Self:
        """Ask for the probability that at least one of several conditions holds.

        Raises:
            QueryError: one does not parse, or speaks of what is not there.
        """
        first, *others = (cls.condition(diagram, condition) for condition in conditions)
        if not others:
            return first
        factors = tuple((each.over, 1 - each.weights) for each in others)
        return cls(first.over, 1 - first.weights, factors, complement=True)

    def checked_weights(self, diagram: Diagram) -> list[Floats]:
        """Return the functions' values, in the order of `tables`.

        Raises:
            QueryError: they do not fit the diagram.
        """
        found = []
        for over, table in self.tables:
            there = [name for name in over if name in diagram.index]
            sizes = [len(diagram.nodes[diagram.index[name]].states) for name in there]
            weights = np.asarray(table, float)
            if len(set(there)) < len(over) or list(weights.shape) != sizes:
                raise QueryError(
                    f"what is asked over {', '.join(over) or 'nothing'} has weights of the shape "
                    f"{list(weights.shape)}; expected an axis for each, of different moves and "
                    "factors"
                )
            found.append(weights)
        return found
