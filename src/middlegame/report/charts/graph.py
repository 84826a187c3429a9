"""The contest as a graph: Graphviz computes the layout, and this module draws the SVG.

Graphviz returns only places and curves, since it would measure text in whatever fonts it finds.
So the picture is the same on every machine, and its colours follow the page.
"""

import math
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from middlegame.diagram import Decision
from middlegame.report.charts.layout import (
    BAR,
    LINE,
    MARGIN,
    PADDING,
    PAPER_BOX_WIDTH,
    GraphArc,
    GraphBox,
    GraphLayout,
    PeriodFrame,
    label_lines,
    layout,
    node_forecast,
    state_lines,
    text_width,
)
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.numbers import percent
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.words import Words

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

_LEGEND_LINE = 24.0
_LEAST_WIDTH = 560.0
_PAPER_WIDTH, _PAPER_HEIGHT = 940.0, 1370.0
"""What fits a page so that its text has 7 points at least, in pixels."""
_HEADING_HEIGHT = 130.0
"""What the first page of the picture leaves to the section's heading, in the same pixels."""

STYLE = """
.mg-graph{--ink:#1c2128;--soft:#57606a;--line:#8b949e;--paper:#fff;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){
.mg-graph{--ink:#e8eaed;--soft:#a9b1bb;--line:#77808b;--paper:#161a1f}}
.mg-graph text{fill:var(--ink);font-size:12px}
@media print{.mg-graph text{font-size:13px}}
.mg-graph .name{font-weight:650}
.mg-graph .chance{font-weight:650}
.mg-graph .paper{fill:var(--paper)}
.mg-graph .factor .edge{fill:none;stroke:var(--line)}
.mg-graph .headline .edge{stroke:var(--ink);stroke-width:1.8}
.mg-graph .rail{fill:var(--line);opacity:.28}
.mg-graph .arc{fill:none;stroke:var(--soft);stroke-width:1.2}
.mg-graph .tip{fill:var(--soft)}
.mg-graph .knows .arc{stroke:var(--line);stroke-dasharray:5 4}
.mg-graph .knows .tip{fill:var(--line)}
.mg-graph .legend text,.mg-graph .period text{fill:var(--soft)}
.mg-graph .period rect{fill:var(--line);fill-opacity:.08;stroke:var(--line);stroke-opacity:.4}
""".replace("\n", "")


def contest_graph(
    equilibrium: "Equilibrium", *, period: int | None = None, interactive: bool = False
) -> str:
    """Draw the contest: moves and factors, with causal and observation edges.

    Args:
        equilibrium: the equilibrium whose probabilities are shown.
        period: the period to draw; by default the one that `layout.shown_period` returns.
        interactive: for a live page, which has a legend of its own: boxes are buttons with their
            `data-node`, arrows have their `data-tail` and `data-head`.

    Returns:
        An SVG image without background that scales, for light and dark pages.
    """
    placed = layout(equilibrium, period)
    words = narrative.words_of(equilibrium)
    width = placed.width if interactive else max(placed.width, _LEAST_WIDTH)
    legend, legend_height = ("", 0.0) if interactive else _legend(equilibrium, words, width)
    height = placed.height + legend_height
    diagram = equilibrium.diagram
    moves, count = len(diagram.decisions), len(diagram.contest_nodes)
    description = f"{moves} moves and {count - moves} factors of: {words.title}"
    role = "group" if interactive else "img"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-graph" role="{role}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" aria-label="{escape(description)}">',
        f"<style>{STYLE}</style>",
        legend,
        f'<g transform="translate({(width - placed.width) / 2:.0f} {legend_height:.0f})">',
        *(_frame(words, frame) for frame in placed.frames),
        *(_arc(equilibrium, arc) for arc in placed.arcs),
        *(_box(equilibrium, words, box, interactive) for box in placed.boxes),
        "</g></svg>",
    ]
    return "\n".join(parts)


def contest_graph_on_paper(equilibrium: "Equilibrium") -> list[str]:
    """Draw the contest for print, in narrower boxes and in parts that each fill a page at most.

    Returns:
        The parts as SVG images, cut between rows of boxes; none where the whole picture can be read
        on one page.
    """
    whole = layout(equilibrium)
    if max(whole.width / _PAPER_WIDTH, whole.height / _PAPER_HEIGHT) <= 1:
        return []
    placed = layout(equilibrium, box_width=PAPER_BOX_WIDTH)
    words, width = narrative.words_of(equilibrium), placed.width
    legend, top = _legend(equilibrium, words, width)
    page = max(width, _PAPER_WIDTH) * _PAPER_HEIGHT / _PAPER_WIDTH
    cuts = [-top, *_cuts(placed, page, top), placed.height]
    drawn = []
    for place, (start, end) in enumerate(pairwise(cuts), start=1):
        arcs = [a for a in placed.arcs if any(start <= y <= end for _, y in (*a.points, a.tip))]
        boxes = [box for box in placed.boxes if start < box.y < end]
        label = f"The contest, part {place} of {len(cuts) - 1}"
        drawn.append(
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-graph" role="img" '
            f'viewBox="0 {start:.0f} {width:.0f} {end - start:.0f}" aria-label="{label}">'
            f"<style>{STYLE}</style>"
            + (f'<g transform="translate(0 {-top:.0f})">{legend}</g>' if place == 1 else "")
            + "".join(_frame(words, frame) for frame in placed.frames)
            + "".join(_arc(equilibrium, arc) for arc in arcs)
            + "".join(_box(equilibrium, words, box, button=False) for box in boxes)
            + "</svg>"
        )
    return drawn


def _cuts(placed: GraphLayout, page: float, legend: float) -> list[float]:
    """Return where a picture is cut into pages of at most this height, between rows of boxes."""
    edges = sorted((box.y - box.height / 2, box.y + box.height / 2) for box in placed.boxes)
    gaps, low = [], edges[0][1]
    for top, bottom in edges[1:]:
        if top > low:
            gaps.append((low + top) / 2)
        low = max(low, bottom)
    above = legend + _HEADING_HEIGHT
    count = math.ceil((placed.height + above) / page)
    even = (placed.height + above) / count
    wanted = [k * even - above for k in range(1, count)]
    return sorted({min(gaps, key=lambda gap: abs(gap - each)) for each in wanted})


def _arc(equilibrium: "Equilibrium", arc: GraphArc) -> str:
    head = equilibrium.diagram.nodes[equilibrium.diagram.index[arc.head]]
    return draw_arc(arc, knows=isinstance(head, Decision))


def draw_arc(arc: GraphArc, *, knows: bool) -> str:
    """Draw an arrow as SVG: of what a move knows, or of what a factor depends on."""
    kind = "knows" if knows else "depends"
    start, *rest = arc.points
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    (bx, by), (tx, ty) = arc.points[-1], arc.tip
    length = max(((tx - bx) ** 2 + (ty - by) ** 2) ** 0.5, 1e-6)
    side_x, side_y = -(ty - by) / length * 3.4, (tx - bx) / length * 3.4
    return (
        f'<g class="{kind}" data-tail="{escape(arc.tail)}" data-head="{escape(arc.head)}">'
        f'<path class="arc" d="M{start[0]:.1f},{start[1]:.1f} C{curve}"/>'
        f'<polygon class="tip" points="{tx:.1f},{ty:.1f} {bx + side_x:.1f},{by + side_y:.1f} '
        f'{bx - side_x:.1f},{by - side_y:.1f}"/></g>'
    )


def _frame(words: Words, frame: PeriodFrame) -> str:
    """Draw the frame around the boxes of one period, with its name."""
    return (
        f'<g class="period"><rect x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.width:.1f}" '
        f'height="{frame.height:.1f}" rx="10"/>'
        f"{_text(frame.x + PADDING, frame.y + LINE, words.period(frame.period), 'entry')}</g>"
    )


def _box(equilibrium: "Equilibrium", words: Words, box: GraphBox, button: bool) -> str:
    node = words.node(box.name)
    forecast = node_forecast(equilibrium, box.name)
    _, chance = narrative.most_likely(forecast)
    left, top = box.x - box.width / 2, box.y - box.height / 2
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    description = "; ".join(f"{words.state(box.name, s)} {percent(p)}" for s, p in forecast.items())
    if isinstance(node, Decision):
        colour = actor_colours(equilibrium.diagram)[node.owner]
        kind, frame = (
            "move",
            (
                f'<rect {shape} rx="11" class="paper"/>'
                f'<rect {shape} rx="11" fill="{colour}" fill-opacity=".13" '
                f'stroke="{colour}" stroke-width="2"/>'
            ),
        )
    else:
        colour = NEUTRAL
        kind = "factor headline" if node.headline else "factor"
        frame = f'<rect {shape} rx="2" class="paper"/><rect {shape} rx="2" class="edge"/>'
    lines = []
    y = top + PADDING + 10
    for line in label_lines(words, box.name, box.width):
        lines.append(_text(left + PADDING, y, line, "name"))
        y += LINE
    states = state_lines(equilibrium, words, box.name, box.width)
    for line in states[:-1]:
        lines.append(_text(left + PADDING, y, line, "state"))
        y += LINE
    lines.append(_text(left + PADDING, y, states[-1], "state"))
    right = box.x + box.width / 2 - PADDING
    lines.append(_text(right, y, percent(chance), "chance", end=True))
    rail = box.width - 2 * PADDING
    bar_y = top + box.height - PADDING - BAR + 2
    bar = f'y="{bar_y:.1f}" height="{BAR}" x="{left + PADDING:.1f}" rx="1.5"'
    description = f"{words.heading(box.name)}: {description}"
    opened = f'<g class="{kind}">'
    if button:
        opened = (
            f'<g class="{kind}" tabindex="0" role="button" data-node="{escape(box.name)}" '
            f'aria-label="{escape(description)}">'
        )
    return (
        f"{opened}<title>{escape(description)}</title>"
        f'{frame}{"".join(lines)}<rect {bar} width="{rail:.1f}" class="rail"/>'
        f'<rect {bar} width="{max(rail * chance, 1.5):.1f}" fill="{colour}"/></g>'
    )


def _text(x: float, y: float, text: str, kind: str, *, end: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{anchor}>{escape(text)}</text>'


def _legend(equilibrium: "Equilibrium", words: Words, width: float) -> tuple[str, float]:
    """Draw the legend, in as many rows as the width needs, and return it with its height."""
    colours = actor_colours(equilibrium.diagram)
    owners = dict.fromkeys(decision.owner for decision in equilibrium.diagram.decisions)
    x, row = MARGIN, 0
    drawn = []
    for mark, text in _legend_marks(
        [(capitalize_first(words.actor(o)), colours[o]) for o in owners]
    ):
        room = 34 + text_width(text) + 20
        if x + room > width and x > MARGIN:
            x, row = MARGIN, row + 1
        y = MARGIN + row * _LEGEND_LINE
        drawn.append(
            f'<g transform="translate({x:.1f} {y:.1f})">{mark}{_text(34, 12, text, "entry")}</g>'
        )
        x += room
    height = MARGIN + (row + 1) * _LEGEND_LINE
    return f'<g class="legend">{"".join(drawn)}</g>', height


def _legend_marks(actors: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for actor, colour in actors:
        yield (
            f'<rect y="1" width="26" height="13" rx="5" fill="{colour}" fill-opacity=".13" '
            f'stroke="{colour}" stroke-width="2"/>',
            actor,
        )
    yield '<g class="factor"><rect y="1" width="26" height="13" class="edge"/></g>', "factor"
    yield '<g class="depends"><path class="arc" d="M0,8 H26"/></g>', "causes"
    yield '<g class="knows"><path class="arc" d="M0,8 H26"/></g>', "is observed by"
