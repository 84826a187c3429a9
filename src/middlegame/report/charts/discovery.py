"""Scenario discovery drawn: a box as bars over ranges, and the boxes on the way to it."""

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from middlegame.report.charts.bars import inline_svg
from middlegame.report.text.discovery import BoxSide
from middlegame.report.text.numbers import percent
from middlegame.report.text.palette import FALLS, RISES

if TYPE_CHECKING:
    from middlegame.analysis.discovery import Box

_LABEL, _BARS, _SIDE, _LINE = 430, 330, 190, 15
_LETTERS = 62
_INK = "currentColor"


def box_chart(sides: Sequence[BoxSide]) -> str:
    """Draw the part of each judgement's range that is inside a box.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    import altair as alt
    import vl_convert

    rails, bars, texts, y = [], [], [], 4.0
    for side in sides:
        lines = wrap(side.label, _LETTERS)[:3]
        for place, line in enumerate(lines):
            texts.append({"x": 0, "y": y + 12 + place * _LINE, "text": line})
        rails.append({"x": _LABEL, "right": _LABEL + _BARS, "y": y + 9, "bottom": y + 15})
        begin, end = _LABEL + _BARS * side.low, _LABEL + _BARS * side.high
        end = max(end, begin + 3)
        bars.append({"x": begin, "right": end, "y": y + 4, "bottom": y + 20})
        texts.append({"x": _LABEL + _BARS + 16, "y": y + 12, "text": side.limits})
        texts.append({"x": _LABEL + _BARS + 16, "y": y + 12 + _LINE, "text": f"of {side.range_}"})
        y += max(24 + _LINE * (len(lines) - 1), 24 + _LINE) + 8
    position = {"x": alt.X("x:Q", scale=None, axis=None), "y": alt.Y("y:Q", scale=None, axis=None)}
    ends = {"x2": "right:Q", "y2": "bottom:Q"}
    chart = (
        alt.layer(
            alt.Chart(alt.InlineData(values=rails))
            .mark_rect(color=_INK, opacity=0.14, cornerRadius=2)
            .encode(**position, **ends),
            alt.Chart(alt.InlineData(values=bars))
            .mark_rect(color=RISES, cornerRadius=2)
            .encode(**position, **ends),
            alt.Chart(alt.InlineData(values=texts))
            .mark_text(color=_INK, fontSize=12.5, align="left", baseline="middle")
            .encode(**position, text="text:N"),
        )
        .properties(width=_LABEL + _BARS + _SIDE, height=y, background="transparent", padding=2)
        .configure_view(stroke=None)
    )
    description = "; ".join(f"{side.label} {side.limits}" for side in sides)
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), f"The box: {description}")


def peeling_chart(box: "Box") -> str:
    """Draw coverage against density, from the widest box to the densest; a ring marks the box.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    import altair as alt
    import vl_convert

    steps = [{"coverage": t.coverage, "density": t.density} for t in box.trajectory]
    chosen = [{"coverage": box.in_sample.coverage, "density": box.in_sample.density}]
    style: dict[str, Any] = {
        "labelColor": _INK, "titleColor": _INK, "domainColor": _INK, "tickColor": _INK,
        "gridColor": _INK, "gridOpacity": 0.1, "labelFontSize": 12, "titleFontSize": 12.5,
        "titleFontWeight": 600, "tickCount": 5,
    }  # fmt: skip
    x = alt.X(
        "coverage:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(title="coverage: target worlds that are in the box", format="%", **style),
    )
    y = alt.Y(
        "density:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(title=["density: worlds in the box", "that are target"], format="%", **style),
    )
    chart = (
        alt.layer(
            alt.Chart(alt.InlineData(values=steps))
            .mark_line(color=RISES, point=True)
            .encode(x=x, y=y),
            alt.Chart(alt.InlineData(values=chosen))
            .mark_point(color=FALLS, size=170, strokeWidth=3)
            .encode(x=x, y=y),
        )
        .properties(width=380, height=230, background="transparent", padding=4)
        .configure_view(stroke=None)
    )
    held = percent(box.in_sample.coverage), percent(box.in_sample.density)
    description = f"This box has a coverage of {held[0]} and a density of {held[1]}"
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), description)
