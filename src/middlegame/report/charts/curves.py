"""Forecasts over time as lines: static SVG, drawn by Vega-Lite through Altair."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Literal

from middlegame.report.charts.bars import WIDTH, forecast_chart, inline_svg
from middlegame.report.text.numbers import percent, with_unit
from middlegame.report.text.over_time import Series, short_period
from middlegame.report.text.palette import PALETTE

_HEIGHT = 150
_INK = "currentColor"
_LEGEND = 17
_LETTERS = 28
_SAME_LINE = 0.012
"""Lines that are nowhere further from each other lie on each other."""
_APART = 0.022
_ENDS: tuple[tuple[str, Literal["top", "middle", "bottom"]], ...] = (
    ("mean", "middle"), ("low", "bottom"), ("high", "top"),
)  # fmt: skip
"""Numbers beside a value's line, and on which side of their own height they stand."""
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
"""States also differ by dashes, for readers who cannot tell the colours apart."""


def curve_chart(series: Series) -> str:
    """Draw a line for each state over the periods; on a scale its mean, with the 90% interval.

    Returns:
        SVG images that take the page's text colour and font.
    """
    states = _state_chart(series) if series.labels else ""
    return states + (_value_chart(series) if series.values else "")


def _value_chart(series: Series) -> str:
    """Draw the mean of a value over the periods, in a band from its 5% to its 95% point."""
    import altair as alt
    import vl_convert

    rows = [
        {"period": place, "mean": each.mean, "low": each.low, "high": each.high}
        | {"mean_text": each.text, "low_text": f"{each.low:g}", "high_text": f"{each.high:g}"}
        for place, each in enumerate(series.values)
        if each is not None
    ]
    data = alt.Chart(alt.InlineData(values=rows))
    x = _period_axis(series)
    y = alt.Y(
        "mean:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(
            tickCount=4, title=series.unit or None, titleColor=_INK, titleFontWeight="normal",
            labelColor=_INK, domain=False, ticks=False, gridColor=_INK, gridOpacity=0.15,
            labelFontSize=13,
        ),
    )  # fmt: skip
    band = data.mark_area(opacity=0.18, color=series.colour).encode(
        x=x, y=alt.Y("low:Q"), y2="high:Q"
    )
    line = data.mark_line(strokeWidth=2.4, color=series.colour).encode(x=x, y=y)
    point = data.mark_point(filled=True, size=26, opacity=1, color=series.colour).encode(x=x, y=y)
    layers = [band, line, point]
    if len(rows) == 1:  # a band and a line of one period are not seen
        layers[0] = data.mark_rule(strokeWidth=2.4, opacity=0.5, color=series.colour).encode(
            x=x, y=alt.Y("low:Q"), y2="high:Q"
        )
        layers += [
            data.mark_text(align="left", dx=8, baseline=side, color=_INK, fontSize=13).encode(
                x=x, y=f"{end}:Q", text=f"{end}_text:N"
            )
            for end, side in _ENDS
        ]
    chart = (
        alt.layer(*layers)
        .properties(width=WIDTH - 60, height=_HEIGHT, background="transparent", padding=1)
        .configure_view(stroke=None)
    )
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), _value_description(series))


def _value_description(series: Series) -> str:
    """Return a label for screen readers: the first and the last mean."""
    there = [(p, v) for p, v in zip(series.periods, series.values, strict=True) if v is not None]
    if not there:
        return series.title
    (first, begins), (last, ends) = there[0], there[-1]
    if first == last:
        mean = with_unit(begins.text, series.unit)
        return f"{series.title}: mean {mean} in {first}; the line holds 90%"
    return (
        f"{series.title}: mean {with_unit(begins.text, series.unit)} in {first}, {ends.text} in "
        f"{last}; the band holds 90%"
    )


def _period_axis(series: Series) -> Any:
    """Return the horizontal axis, with a mark for at most six periods."""
    import altair as alt

    names = [short_period(name) for name in series.periods]
    return alt.X(
        "period:Q",
        scale=alt.Scale(domain=[-0.2, len(series.periods) - 0.8], nice=False),
        axis=alt.Axis(
            values=_ticks(len(series.periods)), labelExpr=f"{names!r}[datum.value]", title=None,
            grid=False, labelColor=_INK, domainColor=_INK, tickColor=_INK, labelFontSize=13,
        ),
    )  # fmt: skip


def _state_chart(series: Series) -> str:
    """Draw a line for each state, from 0% to 100% over the periods; bars where there is one."""
    only = series.only_period
    if only is not None:
        chances = [row[only] or 0.0 for row in series.chances]
        title = f"{series.title}, {series.periods[only]}"
        return forecast_chart(title, series.labels, chances, series.colour)
    import altair as alt
    import vl_convert

    parting = parted(series.chances)
    rows = [
        {"period": place, "chance": chance + apart, "state": label}
        | ({"low": bands[place][0], "high": bands[place][1]} if bands else {})
        for label, row, bands, apart in zip(
            series.labels, series.chances, _bands(series), parting, strict=True
        )
        for place, chance in enumerate(row)
        if chance is not None
    ]
    data = alt.Chart(alt.InlineData(values=rows))
    colours = alt.Scale(domain=list(series.labels), range=_colours(len(series.labels)))
    dashes = alt.Scale(
        domain=list(series.labels),
        range=[list(_DASHES[k % len(_DASHES)]) for k in range(len(series.labels))],
    )
    x = _period_axis(series)
    y = alt.Y(
        "chance:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(
            values=[0, 0.5, 1], format=".0%", title=None, labelColor=_INK, domain=False,
            ticks=False, gridColor=_INK, gridOpacity=0.15, labelFontSize=13,
        ),
    )  # fmt: skip
    colour = alt.Color("state:N", scale=colours, legend=None)
    line = data.mark_line(strokeWidth=2.4).encode(
        x=x, y=y, color=colour, strokeDash=alt.StrokeDash("state:N", scale=dashes, legend=None)
    )
    point = data.mark_point(filled=True, size=26, opacity=1).encode(x=x, y=y, color=colour)
    layers = [line, point]
    if series.bands:
        layers.insert(0, data.mark_area(opacity=0.18).encode(x=x, y=alt.Y("low:Q"), y2="high:Q",
                                                             color=colour))  # fmt: skip
    plot = alt.layer(*layers).properties(width=WIDTH - 40, height=_HEIGHT)
    chart = (
        alt.vconcat(_legend(series, colours, dashes), plot, spacing=6)
        .properties(background="transparent", padding=1)
        .configure_view(stroke=None)
    )
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), _description(series))


def parted(chances: Sequence[Sequence[float | None]]) -> list[float]:
    """Return by how much each line is drawn higher, so that lines on each other can be told apart.

    Args:
        chances: the probability of each state in each period; None where it is absent.

    Returns:
        A small probability for each state; 0 where no earlier line runs in the same place.
    """
    offsets: list[float] = []
    for place, row in enumerate(chances):
        below = sum(
            all(
                one is None or other is None or abs(one - other) < _SAME_LINE
                for one, other in zip(row, earlier, strict=True)
            )
            for earlier in chances[:place]
        )
        offsets.append(below * _APART)
    return offsets


def _legend(series: Series, colours: Any, dashes: Any) -> Any:
    """Return the legend: a line for each state with its label and its last probability."""
    import altair as alt

    last = [next((c for c in reversed(row) if c is not None), 0.0) for row in series.chances]
    rows: list[dict[str, Any]] = []
    top = 8
    for label, chance in zip(series.labels, last, strict=True):
        lines = wrap(label, _LETTERS) or [""]
        name_lines = "\n".join(lines)
        rows.append(
            {
                "state": label,
                "name_lines": name_lines,
                "y": top,
                "x": 0,
                "x2": 26,
                "percent": percent(chance),
            }
        )
        top += _LEGEND * len(lines)
    data = alt.Chart(alt.InlineData(values=rows))
    y = alt.Y("y:Q", scale=None, axis=None)
    swatch = data.mark_rule(strokeWidth=2.4).encode(
        x=alt.X("x:Q", scale=None, axis=None), x2="x2:Q", y=y,
        color=alt.Color("state:N", scale=colours, legend=None),
        strokeDash=alt.StrokeDash("state:N", scale=dashes, legend=None),
    )  # fmt: skip
    name = data.mark_text(
        align="left", baseline="middle", color=_INK, fontSize=13, lineBreak="\n", lineHeight=_LEGEND
    ).encode(x=alt.value(34), y=y, text="name_lines:N")
    number = data.mark_text(
        align="right", baseline="middle", color=_INK, fontSize=13, fontWeight=700
    ).encode(x=alt.value(WIDTH - 40), y=y, text="percent:N")
    return alt.layer(swatch, name, number).properties(width=WIDTH - 40, height=top - 8 + 4)


def _bands(series: Series) -> list[Any]:
    return list(series.bands) or [()] * len(series.labels)


def _colours(count: int) -> list[str]:
    return [PALETTE[place % len(PALETTE)] for place in range(count)]


def _ticks(count: int) -> list[int]:
    """Return the periods with a mark on the axis, at most six."""
    step = max(1, -(-count // 6))
    return list(range(0, count, step))


def _description(series: Series) -> str:
    """Return a label for screen readers: the first and last probability of each state."""
    parts = []
    for label, row in zip(series.labels, series.chances, strict=True):
        there = [(p, c) for p, c in zip(series.periods, row, strict=True) if c is not None]
        (first, begins), (last, ends) = there[0], there[-1]
        parts.append(f"{label} {percent(begins)} in {first}, {percent(ends)} in {last}")
    return f"{series.title}: {'; '.join(parts)}"
