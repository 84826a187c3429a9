"""Marginal effects of a fit with their intervals: static SVG, drawn by Vega-Lite through Altair."""

import math
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.report.charts.bars import inline_svg
from middlegame.report.charts.layout import axis_room
from middlegame.report.text.fit import effect_words
from middlegame.report.text.palette import PALETTE
from middlegame.report.text.words import clean, name_as_words

if TYPE_CHECKING:
    from middlegame.estimation.result import FitResult

_WIDTH, _ROW, _LINE, _LETTERS = 320, 24, 16, 44
_INK = "currentColor"
_SURE, _UNSURE = PALETTE[0], "#8A8F98"


def marginal_effects_chart(found: "FitResult") -> str:
    """Draw each column's effect on each outcome, in percentage points, with its 90% interval.

    Returns:
        An SVG image, one panel an outcome, below each other; empty where no column has an effect.
        Effects whose interval excludes 0 are coloured.
    """
    import altair as alt
    import vl_convert

    declared = found.scenario.fit.columns if found.scenario.fit else {}
    rows: list[dict[str, Any]] = []
    for each in found.first_differences:
        half = HALF_WIDTH_90 * each.standard_error
        half = half if math.isfinite(half) else 0.0
        name = clean(declared[each.column].label or name_as_words(each.column))
        rows.append(
            {
                "change": "\n".join(wrap(f"{name}: {each.before} → {each.after}", _LETTERS)),
                "outcome": clean(str(each.outcome)),
                "middle": 100 * each.change,
                "low": 100 * (each.change - half),
                "high": 100 * (each.change + half),
                "colour": _SURE if abs(each.change) > half else _UNSURE,
                "words": " ".join(effect_words(each.change, each.standard_error)),
            }
        )
    if not rows:
        return ""
    changes = list(dict.fromkeys(row["change"] for row in rows))
    axis = alt.Axis(labelColor=_INK, titleColor=_INK, grid=False, domainColor=_INK, tickColor=_INK,
                    labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
                    tickCount=6)  # fmt: skip
    height = (_ROW + _LINE * max(change.count("\n") for change in changes)) * len(changes)
    lines = [line for change in changes for line in change.split("\n")]
    room = axis_room(lines)
    panels = []
    for outcome in dict.fromkeys(row["outcome"] for row in rows):
        mine = alt.Chart(alt.InlineData(values=[row for row in rows if row["outcome"] == outcome]))
        labels = alt.Axis(
            labelLimit=420, labelExpr="split(datum.value, '\\n')", labelLineHeight=_LINE,
            minExtent=room,
            ticks=False, domain=False, labelColor=_INK, labelFontSize=13, labelPadding=10,
        )  # fmt: skip
        y = alt.Y("change:N", sort=changes, title=None, axis=labels)
        x = alt.X("low:Q", title="percentage points", axis=axis)
        colour = alt.Color("colour:N", scale=None)
        line = mine.mark_rule(strokeWidth=3, strokeCap="round").encode(
            x=x, x2="high:Q", y=y, color=colour
        )
        dot = mine.mark_point(filled=True, size=80, opacity=1).encode(
            x="middle:Q", y=y, color=colour
        )
        nought = alt.Chart(alt.InlineData(values=[{"x": 0}])).mark_rule(
            color=_INK, opacity=0.5, strokeDash=[3, 3]
        ).encode(x="x:Q")  # fmt: skip
        title = alt.Title(outcome, anchor="start", color=_INK, fontSize=13)
        panels.append(
            alt.layer(nought, line, dot).properties(width=_WIDTH, height=height, title=title)
        )
    # Outcomes differ in how rare they are, so each has a scale of its own.
    chart = alt.vconcat(*panels, background="transparent", padding=2).configure_view(stroke=None)
    label = "Marginal effects in percentage points: " + "; ".join(
        f"{row['outcome']}, {' '.join(row['change'].split())}: {row['words']}" for row in rows
    )
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), label)
