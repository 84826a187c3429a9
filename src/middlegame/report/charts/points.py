"""Expected points as bars to both sides of zero: static SVG without any script."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from middlegame.report.charts.bars import WIDTH
from middlegame.report.text.numbers import points

_ROW, _BAR = 30, 7


def points_extent(values: Iterable[float], *, fine: bool) -> float:
    """Return the points at the ends of an axis that holds all values, on both sides of zero.

    Args:
        values: each actor's expected points.
        fine: whether a point is no hundredth of what is at stake; else the axis has at least 100,
            about those between an actor's worst and best outcome.
    """
    most = max((abs(value) for value in values), default=0.0)
    return max(most, 1.0) if fine else 10.0 * math.ceil(max(most, 100.0) / 10)


def points_chart(bars: Sequence[tuple[str, float, str]], *, fine: bool = False) -> str:
    """Draw a bar for each actor, to the right of the middle for gains and to the left for losses.

    Args:
        bars: the label, the expected points and the colour of each actor.
        fine: whether points are written with two digits.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    extent = points_extent((value for _, value, _ in bars), fine=fine)
    middle, parts = WIDTH / 2, []
    for place, (label, value, colour) in enumerate(bars):
        y = _ROW * place
        length = middle * abs(value) / extent
        left = middle - length if value < 0 else middle
        parts.append(
            f'<text x="0" y="{y + 13}" font-size="13">{escape(label)}</text>'
            f'<text x="{WIDTH}" y="{y + 13}" text-anchor="end" font-size="13" font-weight="700">'
            f"{escape(points(value, fine=fine))}</text>"
            f'<rect x="0" y="{y + 18}" width="{WIDTH}" height="{_BAR}" rx="2" opacity="0.12"/>'
            f'<rect x="{left:.1f}" y="{y + 18}" width="{length:.1f}" height="{_BAR}" '
            f'fill="{colour}"/>'
            f'<rect x="{middle - 0.5:g}" y="{y + 16}" width="1" height="{_BAR + 4}"/>'
        )
    said = ", ".join(f"{label} {points(value, fine=fine)}" for label, value, _ in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="Expected points: {escape(said)}" '
        f'viewBox="-1 -1 {WIDTH + 2} {_ROW * len(bars) + 2}" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
