"""A cascade drawn as a graph: the push on top, each fall below what carries most of it."""

from html import escape
from typing import TYPE_CHECKING

from middlegame.report.charts.layout import (
    BOX_WIDTH,
    LINE,
    PADDING,
    Arc,
    Box,
    label_lines,
    placed,
    wrapped,
)
from middlegame.report.terminal.domino_tree import LEAST
from middlegame.report.text import narrative
from middlegame.report.text.dominoes import push_words
from middlegame.report.text.palette import FALLS, RISES
from middlegame.report.text.words import percent

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes, Effect
    from middlegame.analysis.interventions import Intervention

_WIDEST = 9.0
_STYLE = """
.mg-fall text{fill:var(--ink);font-size:12px}
.mg-fall .name{font-weight:650}
.mg-fall .paper{fill:var(--paper);stroke:var(--soft)}
.mg-fall .first{fill:var(--ink);stroke:var(--ink)}
.mg-fall .first~text{fill:var(--paper)}
.mg-fall .arc{fill:none;stroke-opacity:.75}
.mg-fall .adapts{stroke-dasharray:7 4}
""".replace("\n", "")


def cascade_graph(found: "Dominoes", push: "Intervention") -> str:
    """Draw what follows from a push; arcs are as wide as what goes along them is large.

    Returns:
        An SVG image that takes the page's colours; empty where nothing follows.
    """
    words = narrative.words_of(found.results.equilibrium)
    effects = {effect.name: effect for effect in found.cascade(push)}
    ways = found.incoming_links(push, LEAST)
    if not ways:
        return ""
    names = [push.name, *ways]
    lines = {name: _state_lines(found, push, effects.get(name)) for name in names}
    heights = {
        name: (len(label_lines(words, name)) + len(lines[name])) * LINE + 2 * PADDING
        for name in names
    }
    where = placed(heights, [(link.tail, link.head) for link in ways.values()])
    told = f"What follows from {push_words(words, push)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-fall" role="img" '
        f'viewBox="0 0 {where.width:.0f} {where.height:.0f}" aria-label="{escape(told)}">',
        f"<style>{_STYLE}</style>",
    ]
    parts += [_arc(arc, effects[arc.head], ways[arc.head].adapts) for arc in where.arcs]
    parts += [
        _box(box, label_lines(words, box.name), lines[box.name], effects.get(box.name))
        for box in where.boxes
    ]
    return "\n".join([*parts, "</svg>"])


def _state_lines(found: "Dominoes", push: "Intervention", effect: "Effect | None") -> list[str]:
    words = narrative.words_of(found.results.equilibrium)
    room = BOX_WIDTH - 2 * PADDING
    if effect is None:
        return wrapped(words.state(push.name, push.state), room)
    return [
        *wrapped(words.state(effect.name, effect.state), room),
        f"{percent(effect.before)} → {percent(effect.when_announced)}",
    ]


def _arc(arc: Arc, effect: "Effect", adapts: bool) -> str:
    start, *rest = arc.points
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    width = max(1.2, _WIDEST * min(abs(effect.total) / 0.4, 1.0))
    colour = RISES if effect.total > 0 else FALLS
    (bx, by), (tx, ty) = arc.points[-1], arc.tip
    length = max(((tx - bx) ** 2 + (ty - by) ** 2) ** 0.5, 1e-6)
    half = max(4.0, 0.9 * width)
    side_x, side_y = -(ty - by) / length * half, (tx - bx) / length * half
    return (
        f'<path class="arc{" adapts" if adapts else ""}" stroke="{colour}" '
        f'stroke-width="{width:.1f}" d="M{start[0]:.1f},{start[1]:.1f} C{curve}"/>'
        f'<polygon fill="{colour}" points="{tx:.1f},{ty:.1f} {bx + side_x:.1f},{by + side_y:.1f} '
        f'{bx - side_x:.1f},{by - side_y:.1f}"/>'
    )


def _box(box: Box, label: list[str], lines: list[str], effect: "Effect | None") -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"'
    drawn = [f'<rect {shape} class="{"first" if effect is None else "paper"}"/>']
    if effect is not None:
        colour = RISES if effect.total > 0 else FALLS
        strength = 0.08 + 0.5 * min(abs(effect.total) / 0.4, 1.0)
        drawn.append(f'<rect {shape} fill="{colour}" fill-opacity="{strength:.2f}"/>')
    y = top + PADDING + 10
    for place, line in enumerate((*label, *lines)):
        last = effect is not None and place == len(label) + len(lines) - 1
        bold = ' class="name"' if place < len(label) or last else ""
        drawn.append(f'<text x="{left + PADDING:.1f}" y="{y:.1f}"{bold}>{escape(line)}</text>')
        y += LINE
    return f"<g>{''.join(drawn)}</g>"
