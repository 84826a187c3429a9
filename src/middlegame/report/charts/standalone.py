"""Charts by themselves: images without a page's colours and font, as SVG and as PNG."""

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap

LIGHT = {
    "ink": "#1c2128",
    "soft": "#57606a",
    "line": "#8b949e",
    "paper": "#ffffff",
    "tint": "#f5f7f9",
    "accent": "#0b5c8f",
}
"""The page's colours in light mode, for images without a page."""
_COLOUR = re.compile(r"var\(--([a-z]+)(?:, *[^)]*)?\)")
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_FAMILY = re.compile(r"font-family:[^;}]*")
_VIEW = re.compile(r'viewBox="(\S+) (\S+) (\S+) ([^"\s]+)"')
_TITLE = 26.0
"""Height of the line above a chart, in pixels."""
_LINE, _GAP, _LETTERS = 16.0, 8.0, 44
"""Height of a line and between stacked charts, in pixels, and the letters of a line."""
_SCALE = 2.0
"""Pixels of a PNG for each pixel of its chart."""


def standalone_svg(
    svg: str,
    *,
    font: str = "sans-serif",
    colours: dict[str, str] | None = None,
    paper: str = "",
    title: str = "",
) -> str:
    """Return a chart as an image that stands by itself.

    Args:
        svg: a chart, which takes its page's colours and font.
        font: the font of its text.
        colours: the page's colours by name; those of light mode unless given.
        paper: the colour of the background; none unless given.
        title: a line above the chart.
    """
    known = LIGHT | (colours or {})
    alone = _MEDIA.sub("", svg)
    alone = _COLOUR.sub(lambda found: known.get(found[1], LIGHT["ink"]), alone)
    alone = _FAMILY.sub(f"font-family:'{font}'", alone).replace("currentColor", known["ink"])
    opening, _, rest = alone.partition(">")
    if "xmlns=" not in opening:
        opening = opening.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    if title and (view := _VIEW.search(opening)):
        x, y, width, height = map(float, view.groups())
        opening = _VIEW.sub(
            f'viewBox="{x:g} {y - _TITLE:g} {width:g} {height + _TITLE:g}"', opening, count=1
        )
        rest = (
            f'<text x="{max(x, 0):g}" y="{y - 8:g}" font-size="14" font-weight="700" '
            f'fill="{known["ink"]}">{escape(title)}</text>{rest}'
        )
    view = _VIEW.search(opening)
    if view and " width=" not in opening:
        opening += f' width="{float(view[3]):g}" height="{float(view[4]):g}"'
    if view and paper:
        x, y, width, height = map(float, view.groups())
        place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
        rest = f'<rect {place} fill="{paper}"/>{rest}'
    return opening.replace("<svg", f'<svg font-family="{font}"', 1) + ">" + rest


def stacked_svg(charts: Sequence[tuple[str, str]]) -> str:
    """Return charts as one image, one below the other.

    Args:
        charts: the line above each chart, which may be empty, and the chart.
    """
    parts, y, width = [], 0.0, 0.0
    for title, svg in charts:
        view = _VIEW.search(svg)
        assert view is not None
        if title:
            lines = wrap(title, _LETTERS)
            parts += [
                f'<text x="0" y="{y + _LINE * (place + 1):g}" font-size="13" '
                f'fill="currentColor">{escape(line)}</text>'
                for place, line in enumerate(lines)
            ]
            y += _LINE * len(lines) + _GAP
        across, down = float(view[3]), float(view[4])
        place = f'x="{float(view[1]):g}" y="{y:g}" width="{across:g}" height="{down:g}"'
        parts.append(svg.replace("<svg", f"<svg {place}", 1))
        y, width = y + down + _GAP, max(width, across)
    return f'<svg viewBox="-1 0 {width:g} {y:g}">{"".join(parts)}</svg>'


def as_png(svg: str) -> bytes:
    """Return a standalone chart as a PNG of twice its size."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=_SCALE))
