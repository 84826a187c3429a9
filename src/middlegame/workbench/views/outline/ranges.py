"""A small picture of a range's distribution, on which its ends can be moved."""

import math
from collections.abc import Callable
from html import escape
from typing import NamedTuple

from nicegui import ui
from pydantic_core import PydanticCustomError

from middlegame.scenario.model.judgement import (
    FormulaJudgement,
    Judgement,
    Unit,
    format_number,
    from_scale,
    parse_judgement,
    to_scale,
)
from middlegame.scenario.yaml.nodes import core_value

_WIDTH, _HEIGHT = 84, 28
_NINETY = 1.6448536269514722
"""Standard deviations from the median to the end of a 90% interval."""
_STEPS = 48


class _Scale(NamedTuple):
    """The ends of a picture, the step of its sliders, and how a number is written."""

    low: float
    high: float
    step: float
    suffix: str


class RangePicture:
    """A picture of the distribution that a range stands for; a click opens sliders for its ends."""

    def __init__(
        self, label: str, unit: Unit, written: str, write: Callable[[str], object]
    ) -> None:
        self.unit, self._write, self._moving = unit, write, False
        opener = ui.element("button").classes("mg-distribution")
        opener.props(f'type=button aria-label="Set on a picture: {escape(label)}"')
        with opener:
            self.image = ui.html("", sanitize=False).props("aria-hidden=true")
        with (
            opener,
            ui.menu().props("no-focus role=group") as self.menu,
            ui.element("div").classes("mg-ends"),
        ):
            ui.label("90% sure that it lies between").classes("mg-soft")
            self.scale = _scale(unit, None)
            self.range = ui.range(min=0, max=1, step=0.01, on_change=lambda _: self._moved())
            self.range.props(f'label-always aria-label="{escape(label)}" aria-valuenow=0')
        self.show(written)

    def show(self, written: str) -> None:
        """Show another number or range; none where the text is not one."""
        judgement = read_range(written, self.unit)
        self.image.set_content(distribution(judgement, self.unit))
        self.scale = _scale(self.unit, judgement)
        self._moving = True
        self.range.min, self.range.max = self.scale.low, self.scale.high
        self.range.props(f"step={self.scale.step}")
        if judgement is not None:
            factor = 100.0 if self.unit == "probability" else 1.0
            ends = {"min": judgement.low * factor, "max": judgement.high * factor}
            self.range.value = ends
            # Quasar has both ends there, which is no number.
            middle = format_number(round(judgement.median * factor, 3))
            self.range.props(f'aria-valuenow={middle} aria-valuetext="{escape(written)}"')
        self._moving = False

    def _moved(self) -> None:
        ends = self.range.value
        if self._moving or not isinstance(ends, dict):
            return
        low, high = (format_number(round(float(ends[key]), 3)) for key in ("min", "max"))
        written = low if low == high else f"{low}..{high}"
        self._write(written + self.scale.suffix)


def read_range(written: str, unit: Unit) -> Judgement | None:
    """Read a number or range as it is typed; None where it is not one, or is a formula."""
    try:
        found = parse_judgement(core_value(written.strip()), unit) if written.strip() else None
    except PydanticCustomError:
        return None
    return None if isinstance(found, FormulaJudgement) else found


def distribution(judgement: Judgement | None, unit: Unit) -> str:
    """Draw the density of a range as a small SVG image; an empty frame without one."""
    base = f'<path d="M0,{_HEIGHT - 1}H{_WIDTH}" class="base"/>'
    shape = ""
    if judgement is not None:
        low, high, *_ = _scale(unit, judgement)
        factor = 100.0 if unit == "probability" else 1.0

        def x(value: float) -> float:
            return (value * factor - low) / (high - low) * _WIDTH

        if judgement.exact:
            shape = f'<path d="M{x(judgement.low):.1f},2V{_HEIGHT - 1}" class="exact"/>'
        else:
            points = [(x(value), height) for value, height in _density(judgement)]
            top = max(height for _, height in points)
            rise = (_HEIGHT - 4) / top
            line = " ".join(f"{a:.1f},{_HEIGHT - 1 - rise * b:.1f}" for a, b in points)
            first, last = points[0][0], points[-1][0]
            shape = (
                f'<path d="M{first:.1f},{_HEIGHT - 1} L{line} L{last:.1f},{_HEIGHT - 1}Z"'
                ' class="density"/>'
            )
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    return f"<svg {size}>{shape}{base}</svg>"


def _density(judgement: Judgement) -> list[tuple[float, float]]:
    """Return values and their density, up to a factor, from end to end of four deviations."""
    unit = judgement.unit
    middle = to_scale(judgement.median, unit)
    sides = [to_scale(end, unit) - middle for end in (judgement.low, judgement.high)]
    found = []
    for step in range(-_STEPS, _STEPS + 1):
        deviations = 2.6 * step / _STEPS
        side = abs(sides[0] if step < 0 else sides[1]) / _NINETY
        at = middle + deviations * side
        value, near = from_scale(at, unit), from_scale(at + 1e-4 * side, unit)
        slope = (near - value) / 1e-4 if near != value else math.inf
        found.append((value, math.exp(-(deviations**2) / 2) / slope))
    return found


def _scale(unit: Unit, judgement: Judgement | None) -> _Scale:
    ends = (0.0, 0.0) if judgement is None else (judgement.low, judgement.high)
    if unit == "probability":
        return _Scale(0.0, 100.0, 1.0, "%")
    if unit == "points":
        reach = max(100.0, *(1.2 * abs(end) for end in ends))
        return _Scale(-reach, reach, 1.0, "")
    suffix = {"odds": ":1", "years": " years"}.get(unit, "")
    return _Scale(0.0, max(10.0, 1.3 * ends[1]), 0.5 if unit != "levels" else 0.25, suffix)
