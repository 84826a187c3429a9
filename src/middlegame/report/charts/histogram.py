"""A forecast on a scale as a histogram: static SVG without any script."""

from html import escape

from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.report.charts.bars import WIDTH
from middlegame.report.text.numbers import percent, with_unit
from middlegame.scenario.model.judgement import format_number

_HEIGHT = 84
_AXIS = 34
_MOST_LABELS = 6


def histogram(title: str, forecast: ScaleForecast, colour: str) -> str:
    """Draw a bar for each value; the 90% interval is a line below them, the mean a mark on it.

    Args:
        title: the move or factor, for screen readers.
        forecast: the distribution.
        colour: the colour of the bars.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    count = len(forecast.values)
    cell = WIDTH / count
    tallest = max(forecast.probabilities) or 1.0

    def across(value: float) -> float:
        return cell * (0.5 + (value - forecast.values[0]) / forecast.step)

    parts = []
    for place, chance in enumerate(forecast.probabilities):
        height = _HEIGHT * chance / tallest
        parts.append(
            f'<rect x="{place * cell + cell * 0.06:.1f}" y="{_HEIGHT - height:.1f}" '
            f'width="{cell * 0.88:.1f}" height="{height:.1f}" fill="{colour}"/>'
        )
    low, high = forecast.ninety
    line = _HEIGHT + 6
    parts.append(
        f'<rect x="0" y="{_HEIGHT}" width="{WIDTH}" height="1" opacity="0.3"/>'
        f'<rect x="{across(low) - 2:.1f}" y="{line}" rx="1.5" height="3" '
        f'width="{across(high) - across(low) + 4:.1f}" opacity="0.55"/>'
        f'<circle cx="{across(forecast.mean):.1f}" cy="{line + 1.5}" r="4.5" fill="{colour}" '
        'stroke="currentColor" stroke-width="1.2"/>'
    )
    every = max(1, -(-(count - 1) // (_MOST_LABELS - 1)))
    for place in range(0, count, every):
        x = across(forecast.values[place])
        anchor = "start" if x < 12 else "end" if x > WIDTH - 12 else "middle"
        x = 0.0 if anchor == "start" else float(WIDTH) if anchor == "end" else x
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT + 26}" font-size="12" text-anchor="{anchor}">'
            f"{format_number(forecast.values[place])}</text>"
        )
    description = f"{title}: " + ", ".join(
        f"{with_unit(each.name, forecast.unit)} {percent(each.probability)}"
        for each in forecast.bins()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(description)}" '
        f'viewBox="-1 -1 {WIDTH + 2} {_HEIGHT + _AXIS}" fill="currentColor">{"".join(parts)}</svg>'
    )
