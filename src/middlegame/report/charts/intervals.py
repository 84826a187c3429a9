"""Forecasts with their intervals: static SVG, drawn by Vega-Lite through Altair."""

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from middlegame.report.charts.bars import inline_svg
from middlegame.report.text.numbers import percent

if TYPE_CHECKING:
    from middlegame.report.text.sweep import OutlookRow

_WIDTH, _WIDE = 330, 640
_LETTERS = 40
_LINE, _ROW = 16, 36
_INK = "currentColor"


def interval_chart(
    title: str, lines: "Sequence[OutlookRow]", colour: str, *, wide: bool = False
) -> str:
    """Draw each forecast as its 90% interval, its 50% interval and its mean.

    Args:
        title: what is forecast, for screen readers.
        lines: the forecasts.
        colour: the colour of the lines.
        wide: whether the chart takes the page's width.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    import altair as alt
    import vl_convert

    width = _WIDE if wide else _WIDTH
    rows, height = _rows(lines, _LETTERS * width // _WIDTH)
    base = alt.Chart(alt.InlineData(values=rows))
    x, y = alt.Scale(domain=[0, 1], nice=False), alt.Y("y:Q", scale=None, axis=None)

    def rule(begin: str, end: str, axis: Any = None, **marks: Any) -> alt.Chart:
        chart: alt.Chart = base.mark_rule(strokeCap="round", **marks).encode(
            x=alt.X(f"{begin}:Q", scale=x, axis=axis), x2=f"{end}:Q", y=y
        )
        return chart

    shares = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1], format=".0%", title=None, orient="bottom", grid=False,
        labelColor=_INK, tickColor=_INK, domainColor=_INK, domainOpacity=0.3, labelFontSize=12,
        labelFlush=True,
    )  # fmt: skip

    mean = base.mark_point(
        filled=True, size=90, color=colour, stroke="var(--paper)", strokeWidth=1.5, opacity=1
    ).encode(x=alt.X("mean:Q", scale=x, axis=None), y=y)
    label = base.mark_text(
        align="left", baseline="bottom", color=_INK, fontSize=13, lineBreak="\n", lineHeight=_LINE
    ).encode(x=alt.value(0), y=alt.Y("top:Q", scale=None, axis=None), text="label:N")
    number = base.mark_text(align="right", baseline="bottom", color=_INK, fontSize=13).encode(
        x=alt.value(width), y=alt.Y("text:Q", scale=None, axis=None), text="value:N"
    )
    chart = (
        alt.layer(
            rule("start", "end", shares, color=_INK, opacity=0.15, strokeWidth=1),
            rule("low", "high", color=colour, strokeWidth=2),
            rule("lower", "upper", color=colour, strokeWidth=7, opacity=0.55),
            mean,
            label,
            number,
        )
        .properties(width=width, height=height, background="transparent", padding=6)
        .configure_view(stroke=None)
    )
    description = f"{title}: " + "; ".join(f"{line.label} {line.sentence}" for line in lines)
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), description)


def _rows(lines: "Sequence[OutlookRow]", letters: int) -> tuple[list[dict[str, Any]], int]:
    """Return the rows from the top down and their total height; long labels take several lines."""
    rows, y = [], 0
    for line in lines:
        value = f"{percent(line.outlook.mean)}  ({line.interval})"
        label = wrap(line.label, letters - len(value)) or [""]
        base = y + _LINE * len(label)
        rows.append(
            {
                "label": "\n".join(label),
                "value": value,
                "start": 0,
                "end": 1,
                "mean": line.outlook.mean,
                "low": line.outlook.ninety[0],
                "high": line.outlook.ninety[1],
                "lower": line.outlook.half[0],
                "upper": line.outlook.half[1],
                "top": base - _LINE * (len(label) - 1),
                "text": base,
                "y": base + 9,
            }
        )
        y += _ROW + _LINE * (len(label) - 1) + 4
    return rows, y - 4
