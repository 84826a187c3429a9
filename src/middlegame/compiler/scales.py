"""Compile numbers over scales: in each case of a table, the values that formulas name."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.compiler.parameters import NumberCompiler
from middlegame.diagram import FormulaNumber, GridMass, NodeScale, Number, StateChances
from middlegame.scenario import Judgement
from middlegame.scenario.conditions import scale_values
from middlegame.scenario.faults import Path
from middlegame.scenario.formulas import Formula, Operation, Quantity
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.scale_references import scale_references
from middlegame.scenario.model.scales import Scale, ScaleValue
from middlegame.scenario.timeline import CertainState, Timeline

PREVIOUS_VALUE = "previous"
"""The name of a factor's value in the period before, in the formula of its mean."""


def node_scale(scale: Scale | None, states: tuple[str, ...]) -> NodeScale | None:
    """Return the scale of a node with these states."""
    if scale is None:
        return None
    return NodeScale(scale_values(states), scale.step, scale.unit or "")


class CaseNumbers:
    """Compiles numbers in the cases of one table, whose axes are moves and factors.

    Args:
        timeline: resolves references.
        numbers: compiles the numbers.
        period: the period in which the table stands; None outside of time.
        over: the instances that are the table's axes.
        hindsight: whether references may name later periods.
    """

    def __init__(
        self,
        timeline: Timeline,
        numbers: NumberCompiler,
        period: int | None,
        over: tuple[str, ...],
        *,
        hindsight: bool = False,
    ) -> None:
        self.timeline, self.numbers, self.period = timeline, numbers, period
        self.over, self.hindsight = over, hindsight
        self.shape = tuple(len(timeline.states[name]) for name in over)

    def compile(
        self, judgement: Judgement, path: Path, beside: Sourced | None, applies: NDArray[np.bool_]
    ) -> Number:
        """Compile a number.

        Args:
            judgement: the number as written.
            path: its path.
            beside: the part with the reason and citations, if the number itself has none.
            applies: the cases in which the number counts, `[*over]`.
        """
        return self.numbers.compile(
            judgement, path, beside, scales=self._values(judgement, applies)
        )

    def mass(
        self,
        grid: Scale,
        value: ScaleValue,
        path: Path,
        beside: Sourced | None,
        applies: NDArray[np.bool_],
    ) -> GridMass:
        """Compile a value on a scale, or a distribution around it."""
        mean = self.compile(value.mean, (*path, "mean"), beside, applies)
        spread = None
        if value.spread is not None:
            spread = self.compile(value.spread, (*path, "spread"), beside, applies)
        return GridMass(np.array(grid.values), len(self.over), mean, spread, value.shape)

    def shifted(
        self,
        grid: Scale,
        previous: Floats,
        shift: Number,
        spread: Number | None,
    ) -> GridMass:
        """Build the distribution around the previous value plus a shift.

        Args:
            grid: the factor's scale.
            previous: its value in the period before, in each case.
            shift: what is added to it.
            spread: the standard deviation; None for certainty.
        """
        total = Operation(Quantity(PREVIOUS_VALUE), (("+", Quantity("shift")),))
        mean = FormulaNumber(
            Formula(f"{PREVIOUS_VALUE} + shift", total),
            (("shift", shift),),
            scales=((PREVIOUS_VALUE, previous),),
        )
        return GridMass(np.array(grid.values), len(self.over), mean, spread)

    def chances(
        self,
        written: Mapping[str, Judgement],
        states: tuple[str, ...],
        path: Path,
        beside: Sourced | None,
        applies: NDArray[np.bool_],
    ) -> StateChances:
        """Compile a distribution over states, some of its chances being formulas over scales."""
        found: list[Number | None] = [
            self.compile(written[state], (*path, state), beside, applies)
            if state in written
            else None
            for state in states
        ]
        said = [number for number in found if number is not None]
        if None in found and any(isinstance(number, FormulaNumber) for number in said):
            self.numbers.remainder(said, states[found.index(None)], path)
        return StateChances(tuple(found), len(self.over))

    def _values(self, judgement: Judgement, applies: NDArray[np.bool_]) -> dict[str, Floats]:
        """Return the value of each scale that a formula names, `[*over]`.

        Where the number does not count, the value is that of the first case in which it counts,
        so that no formula is evaluated where it may have no value.
        """
        found = {}
        for reference in scale_references([judgement], self.timeline.scenario.scales):
            meaning = self.timeline.resolve(reference, self.period, hindsight=self.hindsight)
            if isinstance(meaning, CertainState):
                found[reference] = np.full(self.shape, float(meaning.state))
                continue
            if meaning is None:
                found[reference] = np.zeros(self.shape)
                continue
            own = [value or 0.0 for value in scale_values(self.timeline.states[meaning])]
            along = [-1 if name == meaning else 1 for name in self.over]
            values = np.broadcast_to(np.reshape(own, along), self.shape)
            first = values[applies][0] if applies.any() else 0.0
            found[reference] = np.where(applies, values, first)
        return found
