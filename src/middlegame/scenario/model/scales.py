"""Scales: moves and factors whose states are the numbers of a grid."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidatorFunctionWrapHandler, model_validator

from middlegame.base.spelling import nearest
from middlegame.scenario.conditions import ConditionText
from middlegame.scenario.model.fields import Part, Sourced, Weight, check_name, one_of
from middlegame.scenario.model.judgement import Judgement, Points, format_number
from middlegame.scenario.syntax import TextFormat, quote, syntax_error

MAX_VALUES = 101
_EXPECTED = "a number such as 0, 2.5 or -10"
_LARGEST = 1e9
_SHARE = 1e-6
"""How far the length may be from a whole number of steps, in steps."""


def _read_number(value: object) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not abs(number) <= _LARGEST:
        raise syntax_error(f"{quote(value)} is not a number", _EXPECTED)
    return number


Number = Annotated[float, TextFormat(_read_number, {"type": "number"}, as_text=False)]


class Scale(Sourced):
    """A grid of numbers, both ends included.

    Attributes:
        from_: the lowest value.
        to: the highest value.
        step: the distance between neighbouring values.
        unit: what the numbers count, in words: `percent`, `dollars a barrel`.
    """

    from_: Number = Field(alias="from")
    to: Number
    step: Number
    unit: str | None = None

    @model_validator(mode="after")
    def _is_grid(self) -> "Scale":
        length = self.to - self.from_
        example = "a scale such as {from: 0, to: 100, step: 10}"
        if self.step <= 0:
            raise syntax_error(f"the step {format_number(self.step)} is not above 0", example)
        if length <= 0:
            raise syntax_error("the scale ends where it begins, or before", example)
        steps = length / self.step
        if steps > MAX_VALUES - 1 + _SHARE:
            least = format_number(float(f"{length / (MAX_VALUES - 1):.6g}"))
            raise syntax_error(
                f"the scale has {math.floor(steps) + 1} values",
                f"at most {MAX_VALUES}: a step of {least} or more",
            )
        if abs(steps - round(steps)) > _SHARE:
            raise syntax_error(
                f"the step {format_number(self.step)} does not divide the length "
                f"{format_number(length)}",
                f"a step such as {format_number(min(_steps(length), key=self._gap))}",
            )
        return self

    def _gap(self, step: float) -> float:
        """Return the ratio of a step to the scale's own, on the scale of logarithms."""
        return abs(math.log(step / self.step))

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The values, ascending."""
        count = round((self.to - self.from_) / self.step)
        return tuple(round(self.from_ + k * self.step, 10) for k in range(count + 1))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values as the names of states: `40`, `0.5`."""
        return tuple(format_number(value) for value in self.values)

    @property
    def cells(self) -> tuple[float, ...]:
        """The share of the scale's length that each value stands for; half a step at the ends."""
        inner = 1 / (len(self.values) - 1)
        return (inner / 2, *(inner,) * (len(self.values) - 2), inner / 2)


def _steps(length: float) -> list[float]:
    """List steps that divide a length."""
    return [float(f"{length / parts:.6g}") for parts in (1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100)]


class MoveScale(Scale):
    """The scale of a move: its values are options, beside those under `options`.

    Attributes:
        if_: the condition under which a value is available; it may name the move itself.
        costs: points that a value costs the actor; a formula may name the move itself.
        weight: the weight of all values together; 1 if left out.
    """

    if_: ConditionText | None = Field(default=None, alias="if")
    costs: Points | None = None
    weight: Weight | None = None


Shape = Annotated[
    Literal["normal", "lognormal", "triangular", "uniform"],
    BeforeValidator(one_of("normal", "lognormal", "triangular", "uniform")),
]


class ScaleValue(Part):
    """A value on a scale, or with a spread a distribution around it.

    Attributes:
        mean: the mean; a formula may name scales that the factor depends on.
        spread: the standard deviation, before the ends cut anything off.
        shape: the distribution's shape; normal if left out.
    """

    mean: Points
    spread: Points | None = None
    shape: Shape = "normal"


def read_scale_value(value: object, read_value: ValidatorFunctionWrapHandler) -> object:
    """Read `40`, `60 - 0.2 * cut` or `{mean: 50, spread: 8}` as a value on a scale.

    Names and other mappings are returned as they are: they name states. A mapping with a spread
    and a misspelt mean is a value.
    """
    if isinstance(value, ScaleValue) or (isinstance(value, dict) and _has_mean(value)):
        return read_value(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str | Judgement):
        return value
    return value if _is_name(value) else read_value({"mean": value})


def _has_mean(value: Mapping[Any, Any]) -> bool:
    misspelt = "spread" in value and any(nearest(str(key), ("mean",)) for key in value)
    return "mean" in value or misspelt


def _is_name(value: Any) -> bool:
    try:
        check_name(value)
    except ValueError:
        return False
    return True
