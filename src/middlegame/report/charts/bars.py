"""Forecasts as bars: static SVG without any script."""

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from middlegame.report.text.intervals import interval
from middlegame.report.text.numbers import percent

if TYPE_CHECKING:
    from middlegame.sweeps.summaries import Outlook

WIDTH = 330
_LETTERS = 44
_LINE = 16
_ROW = 30
_GAP = 4
_BAR = 6
_WHISKER = 7
"""Room for an interval below its bar."""
_AXIS = 16
_INK = "currentColor"
_SIZE = re.compile(r'^<svg([^>]*?) width="[^"]*" height="[^"]*"')
_BACKGROUND = re.compile(r'(<svg[^>]*>)<rect width="[^"]*" height="[^"]*" fill="[^"]*"\s*/>')
_FONT = re.compile(r' font-family="[^"]*"')


def forecast_chart(
    title: str,
    labels: Sequence[str],
    chances: Sequence[float],
    colour: str,
    outlooks: "Sequence[Outlook] | None" = None,
) -> str:
    """Draw a bar for each state, its label above it and its percentage at the end.

    Over several worlds a line below the bar spans the 90% interval, with a dot at the mean.

    Args:
        title: the move or factor, for screen readers.
        labels: the labels of the states.
        chances: the probabilities of the states.
        colour: the colour of the bars.
        outlooks: how the probabilities vary over the worlds, if there are several.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    parts, y = [], 0
    numbers = [percent(chance) for chance in chances]
    found: Sequence[Outlook | None] = outlooks or [None] * len(numbers)
    said = [
        f"{label} {number}" + (f" ({interval(*outlook.ninety)})" if outlook else "")
        for label, number, outlook in zip(labels, numbers, found, strict=True)
    ]
    for label, chance, number, outlook in zip(labels, chances, numbers, found, strict=True):
        lines = wrap(label, _LETTERS) or [""]
        for line in lines:
            y += _LINE
            parts.append(f'<text x="0" y="{y - 3}" font-size="13">{escape(line)}</text>')
        parts.append(
            f'<text x="{WIDTH}" y="{y - 3}" text-anchor="end" font-size="13">'
            f'<tspan font-weight="700">{escape(number)}</tspan>'
            f"{escape(f' ({interval(*outlook.ninety)})') if outlook else ''}</text>"
        )
        bar = f'x="0" y="{y + 2}" height="{_BAR}" rx="2"'
        parts.append(f'<rect {bar} width="{WIDTH}" opacity="0.12"/>')
        parts.append(f'<rect {bar} width="{WIDTH * chance:.1f}" fill="{colour}"/>')
        if outlook:
            parts.append(_dot_and_line(chance, outlook.ninety, y + 2 + _BAR + _WHISKER / 2 + 1.5))
        y += _ROW - _LINE + _GAP + (_WHISKER if outlook else 0)
    if outlooks:
        parts.append(_axis(y - _GAP))
        y += _AXIS
    description = f"{title}: " + ", ".join(said)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(description)}" '
        f'viewBox="-1 -1 {WIDTH + 2} {max(y - _GAP, 0) + 2}" fill="{_INK}">{"".join(parts)}</svg>'
    )


def _dot_and_line(mean: float, ends: tuple[float, float], y: float) -> str:
    low, high = (WIDTH * end for end in ends)
    return (
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{_INK}" '
        'stroke-width="1.6"/>'
        f'<circle cx="{WIDTH * mean:.1f}" cy="{y}" r="3.2" fill="{_INK}"/>'
    )


def _axis(y: float) -> str:
    """Draw the axis from 0% to 100% below all bars."""
    marks = []
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        x = WIDTH * share
        marks.append(
            f'<line x1="{x:g}" x2="{x:g}" y1="{y}" y2="{y + 3}" stroke="{_INK}" opacity="0.6"/>'
            f'<text x="{x:g}" y="{y + _AXIS - 1}" text-anchor="{anchor}" font-size="12" '
            f'opacity="0.75">{share:.0%}</text>'
        )
    return (
        f'<line x1="0" x2="{WIDTH}" y1="{y}" y2="{y}" stroke="{_INK}" opacity="0.25"/>'
        + "".join(marks)
    )


def inline_svg(svg: str, label: str) -> str:
    """Make an SVG scale, take the page's colours and font, and carry a label for screen readers."""
    svg = _BACKGROUND.sub(r"\1", _SIZE.sub(r"<svg\1", svg, count=1), count=1)
    svg = _FONT.sub("", svg)
    svg = re.sub(r' aria-(?:label|roledescription|hidden)="[^"]*"| role="[^"]*"', "", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
