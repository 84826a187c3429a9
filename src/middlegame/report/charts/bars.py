"""Forecasts as bars: static SVG without any script."""

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap

from middlegame.report.text.words import percent

WIDTH = 330
_LETTERS = 44
_LINE = 16
_ROW = 30
_GAP = 4
_BAR = 9
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
    parts, y = [], 0
    for label, chance in zip(labels, chances, strict=True):
        lines = wrap(label, _LETTERS) or [""]
        for line in lines:
            y += _LINE
            parts.append(f'<text x="0" y="{y - 3}" font-size="13">{escape(line)}</text>')
        parts.append(
            f'<text x="{WIDTH}" y="{y - 3}" text-anchor="end" font-size="13" font-weight="700">'
            f"{escape(percent(chance))}</text>"
        )
        bar = f'x="0" y="{y + 2}" height="{_BAR}" rx="2"'
        parts.append(f'<rect {bar} width="{WIDTH}" opacity="0.12"/>')
        parts.append(f'<rect {bar} width="{WIDTH * chance:.1f}" fill="{colour}"/>')
        y += _ROW - _LINE + _GAP
    description = f"{title}: " + ", ".join(
        f"{label} {percent(chance)}" for label, chance in zip(labels, chances, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(description)}" '
        f'viewBox="-1 -1 {WIDTH + 2} {max(y - _GAP, 0) + 2}" fill="{_INK}">{"".join(parts)}</svg>'
    )


def inline_svg(svg: str, label: str) -> str:
    """Make an SVG scale, take the page's colours and font, and carry a label for screen readers."""
    svg = _BACKGROUND.sub(r"\1", _SIZE.sub(r"<svg\1", svg, count=1), count=1)
    svg = _FONT.sub("", svg)
    svg = re.sub(r' aria-(?:label|roledescription|hidden)="[^"]*"| role="[^"]*"', "", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
