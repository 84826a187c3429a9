"""Forecasts as bars: static SVG, drawn by Vega-Lite through Altair, without any script."""

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Any

from middlegame.report.text.words import percent

WIDTH = 330
_LETTERS = 44
_LINE = 16
_ROW = 30
_INK = "currentColor"
_SIZE = re.compile(r'^<svg([^>]*?) width="[^"]*" height="[^"]*"')
_BACKGROUND = re.compile(r'(<svg[^>]*>)<rect width="[^"]*" height="[^"]*" fill="[^"]*"\s*/>')
_FONT = re.compile(r' font-family="[^"]*"')


def forecast_chart(title: str, labels: Sequence[str], chances: Sequence[float], colour: str) -> str:
    """Draw a bar for each state, its label above it and its percentage at the end.

    Args:
        title: the move or factor, for screen readers.
        labels: the labels of the states.
        chances: the probabilities of the states.
        colour: the colour of the bars.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    import altair as alt
    import vl_convert

    rows, height = _rows(labels, chances)
    y = alt.Y("bar:Q", scale=None, axis=None)
    base = alt.Chart(alt.InlineData(values=rows))
    x = alt.Scale(domain=[0, 1], nice=False)
    rail = base.mark_bar(color=_INK, opacity=0.12, height=9, cornerRadius=2).encode(
        x=alt.X("start:Q", scale=x, axis=None), x2="end:Q", y=y
    )
    bar = base.mark_bar(color=colour, height=9, cornerRadius=2).encode(
        x=alt.X("start:Q", scale=x, axis=None), x2="chance:Q", y=y
    )
    label = base.mark_text(
        align="left", baseline="bottom", color=_INK, fontSize=13, lineBreak="\n", lineHeight=_LINE
    ).encode(x=alt.value(0), y=alt.Y("top:Q", scale=None, axis=None), text="label:N")
    number = base.mark_text(
        align="right", baseline="bottom", color=_INK, fontSize=13, fontWeight=700
    ).encode(x=alt.value(WIDTH), y=alt.Y("text:Q", scale=None, axis=None), text="percent:N")
    chart = (
        alt.layer(rail, bar, label, number)
        .properties(width=WIDTH, height=height, background="transparent", padding=1)
        .configure_view(stroke=None)
    )
    description = f"{title}: " + ", ".join(
        f"{label} {percent(chance)}" for label, chance in zip(labels, chances, strict=True)
    )
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), description)


def _rows(labels: Sequence[str], chances: Sequence[float]) -> tuple[list[dict[str, Any]], int]:
    """Return the rows from the top down and their total height; long labels take several lines."""
    rows, y = [], 0
    for label, chance in zip(labels, chances, strict=True):
        lines = wrap(label, _LETTERS) or [""]
        base = y + _LINE * len(lines)
        rows.append(
            {
                "label": "\n".join(lines),
                "percent": percent(chance),
                "start": 0,
                "end": 1,
                "chance": chance,
                "top": base - _LINE * (len(lines) - 1),
                "text": base,
                "bar": base + 7,
            }
        )
        y += _ROW + _LINE * (len(lines) - 1) + 4
    return rows, y - 4


def inline_svg(svg: str, label: str) -> str:
    """Make an SVG scale, take the page's colours and font, and carry a label for screen readers."""
    svg = _BACKGROUND.sub(r"\1", _SIZE.sub(r"<svg\1", svg, count=1), count=1)
    svg = _FONT.sub("", svg)
    svg = re.sub(r' aria-(?:label|roledescription|hidden)="[^"]*"| role="[^"]*"', "", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
