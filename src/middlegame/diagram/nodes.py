"""The nodes of an influence diagram: chance, decisions and utilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram.numbers import UNDISCOUNTED, Discount
from middlegame.diagram.tables import TableFunction


@dataclass(frozen=True)
class NodeScale:
    """The scale that a node's states are on.

    Attributes:
        values: the value of each state; None for a move's options beside its scale.
        step: the distance between neighbouring values.
        unit: what the numbers count, in words; may be empty.
    """

    values: tuple[float | None, ...]
    step: float
    unit: str = ""

    @property
    def grid(self) -> tuple[NDArray[np.bool_], Floats]:
        """Which states are values `[states]`, and these values `[values]`."""
        values = np.array([np.nan if value is None else value for value in self.values])
        there = np.isfinite(values)
        return there, values[there]


@dataclass(frozen=True)
class Chance:
    """A chance node; `table` has shape `[*parents, states]`.

    Attributes:
        observed: for evidence the observed state, on which all answers are conditioned.
        period: its period, 0 for the state before the first; None outside of time.
        hidden: whether it is not shown: it tracks a resource, or holds a private number.
        scale: the scale that its states are on, if they are.
    """

    name: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    table: TableFunction
    label: str = ""
    headline: bool = False
    observed: str | None = None
    period: int | None = None
    hidden: bool = False
    scale: NodeScale | None = None


@dataclass(frozen=True)
class Decision:
    """A decision node of `owner`, who observes `parents`.

    Attributes:
        open_options: which options are open, `[*parents, states]`; None where all always are.
        weights: the weight of each option in the policy (a base measure), `[states]`; None where
            all weigh alike.
        shared_weight: options that together keep the sum of their weights in every case in which
            one of them is open, such as the values of a scale, `[states]`; None for none.
        point_value: the value of a point to the owner when it decides, relative to its value at
            the beginning.
        period: its period; None outside of time.
        scale: the scale that its states are on, if they are.
    """

    name: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    owner: str
    open_options: NDArray[np.bool_] | None = None
    label: str = ""
    headline: bool = True
    point_value: Discount = UNDISCOUNTED
    period: int | None = None
    weights: tuple[float, ...] | None = None
    shared_weight: tuple[bool, ...] | None = None
    scale: NodeScale | None = None


Node = Chance | Decision


@dataclass(frozen=True)
class Utility:
    """Points of `owner` over the states of `over`; `table` has shape `[*over]`.

    Attributes:
        paths: for a `Sum` the place in the scenario of each of its numbers; else empty.
        sharpness: the owner's lambda, which it alone knows, relative to its median, in each state
            of the first node of `over`, `[states, 1, ..., 1]`; None where it is not private.
    """

    owner: str
    over: tuple[str, ...]
    table: TableFunction
    paths: tuple[tuple[str | int, ...], ...] = ()
    sharpness: Floats | None = None
