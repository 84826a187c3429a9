"""Expected points as bars to both sides of zero: static SVG without any script."""

from collections.abc import Sequence
from html import escape

from middlegame.report.charts.bars import WIDTH
from middlegame.report.text.words import points

_ROW, _BAR = 30, 7
_LEAST_EXTENT = 100.0
"""Points at the ends of the axis at least: about those between an actor's worst and best."""


def points_chart(bars: Sequence[tuple[str, float, str]]) -> str:
    """Draw a bar for each actor, to the right of the middle for gains and to the left for losses.

    Args:
        bars: the label, the expected points and the colour of each actor.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    extent = max([_LEAST_EXTENT, *(abs(value) for _, value, _ in bars)])
    middle, parts = WIDTH / 2, []
    for place, (label, value, colour) in enumerate(bars):
        y = _ROW * place
        length = middle * abs(value) / extent
        left = middle - length if value < 0 else middle
        parts.append(
            f'<text x="0" y="{y + 13}" font-size="13">{escape(label)}</text>'
            f'<text x="{WIDTH}" y="{y + 13}" text-anchor="end" font-size="13" font-weight="700">'
            f"{escape(points(value))}</text>"
            f'<rect x="0" y="{y + 18}" width="{WIDTH}" height="{_BAR}" rx="2" opacity="0.12"/>'
            f'<rect x="{left:.1f}" y="{y + 18}" width="{length:.1f}" height="{_BAR}" '
            f'fill="{colour}"/>'
            f'<rect x="{middle - 0.5:g}" y="{y + 16}" width="1" height="{_BAR + 4}"/>'
        )
    said = ", ".join(f"{label} {points(value)}" for label, value, _ in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="Expected points: {escape(said)}" '
        f'viewBox="-1 -1 {WIDTH + 2} {_ROW * len(bars) + 2}" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
