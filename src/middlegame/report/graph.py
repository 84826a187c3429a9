"""The contest as a picture: Graphviz places the nodes, and this draws them.

Graphviz is asked for places and curves alone, as it would measure text in whatever fonts it
finds; so the picture is the same everywhere, and its colours follow the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from middlegame.diagram import Decision
from middlegame.report import narrative
from middlegame.report.palette import NOBODY, actor_colours
from middlegame.report.words import Words, capital, percent

if TYPE_CHECKING:
    from middlegame.equilibrium import Equilibrium

BOX_WIDTH = 176.0
_SIZE = 12.0
_LINE = 15.0
_PADDING = 8.0
_PERCENT_ROOM = 42.0
_BAR = 5.0
_MARGIN = 12.0
_LEGEND_LINE = 24.0
_NARROW, _WIDE = frozenset("ijlrtfI.,:;'|!()[] -"), frozenset("mwMW@%")
_BOLD = 1.12
_POINTS_PER_INCH = 72.0

_STYLE = """
.mg-graph{--ink:#1c2128;--soft:#57606a;--line:#8b949e;--paper:#fff;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){
.mg-graph{--ink:#e8eaed;--soft:#a9b1bb;--line:#77808b;--paper:#161a1f}}
.mg-graph text{fill:var(--ink);font-size:12px}
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
.mg-graph .legend text{fill:var(--soft)}
""".replace("\n", "")


@dataclass(frozen=True)
class Box:
    """A node where it stands.

    Attributes:
        name: the move or factor.
        x: of the middle.
        y: of the middle, downwards.
        width: of the box.
        height: of the box.
    """

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Arc:
    """An edge: a chain of cubic curves from `tail` to `head`, ending at a tip."""

    tail: str
    head: str
    points: tuple[tuple[float, float], ...]
    tip: tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Where everything stands."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arcs: tuple[Arc, ...]


def contest_graph(equilibrium: "Equilibrium") -> str:
    """Draw the contest: moves and factors, what each depends on, and who knows what.

    Returns:
        An SVG image that scales, without background, for light and dark pages.
    """
    placed = layout(equilibrium)
    words = narrative.words_of(equilibrium)
    legend, legend_height = _legend(equilibrium, words, placed.width)
    width, height = placed.width, placed.height + legend_height
    diagram = equilibrium.diagram
    moves, count = len(diagram.decisions), len(diagram.nodes)
    told = f"{moves} moves and {count - moves} factors of: {words.title}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-graph" role="img" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" aria-label="{escape(told)}">',
        f"<style>{_STYLE}</style>",
        legend,
        f'<g transform="translate(0 {legend_height:.0f})">',
        *(_arc(equilibrium, arc) for arc in placed.arcs),
        *(_box(equilibrium, words, box) for box in placed.boxes),
        "</g></svg>",
    ]
    return "\n".join(parts)


def layout(equilibrium: "Equilibrium") -> Layout:
    """Place the nodes from top to bottom, causes above what depends on them."""
    import pygraphviz

    diagram = equilibrium.diagram
    words = narrative.words_of(equilibrium)
    graph = pygraphviz.AGraph(directed=True, strict=True)
    graph.graph_attr.update(rankdir="TB", nodesep="0.22", ranksep="0.42", splines="true")
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    heights = {}
    for place, node in enumerate(diagram.nodes):
        lines = len(_label_lines(words, node.name)) + len(
            _state_lines(equilibrium, words, node.name)
        )
        heights[node.name] = lines * _LINE + 2 * _PADDING + _BAR + 3
        graph.add_node(
            f"n{place}",
            width=f"{BOX_WIDTH / _POINTS_PER_INCH:.4f}",
            height=f"{heights[node.name] / _POINTS_PER_INCH:.4f}",
        )
    for place, node in enumerate(diagram.nodes):
        for parent in node.parents:
            graph.add_edge(f"n{diagram.index[parent]}", f"n{place}")
    graph.layout(prog="dot")
    _, _, right, top = map(float, graph.graph_attr["bb"].split(","))
    boxes = []
    for place, node in enumerate(diagram.nodes):
        x, y = map(float, graph.get_node(f"n{place}").attr["pos"].split(","))
        boxes.append(Box(node.name, x + _MARGIN, top - y + _MARGIN, BOX_WIDTH, heights[node.name]))
    arcs = [_read_arc(diagram.nodes, edge, top) for edge in graph.edges()]
    arcs.sort(key=lambda arc: (diagram.index[arc.head], diagram.index[arc.tail]))
    return Layout(right + 2 * _MARGIN, top + 2 * _MARGIN, tuple(boxes), tuple(arcs))


def _read_arc(nodes: Any, edge: Any, top: float) -> Arc:
    ends = [nodes[int(str(end)[1:])].name for end in edge]
    tip: tuple[float, float] | None = None
    points = []
    for part in edge.attr["pos"].split():
        numbers = part.split(",")
        x, y = float(numbers[-2]) + _MARGIN, top - float(numbers[-1]) + _MARGIN
        if numbers[0] == "e":
            tip = (x, y)
        else:
            points.append((x, y))
    return Arc(ends[0], ends[1], tuple(points), tip or points[-1])


def _arc(equilibrium: "Equilibrium", arc: Arc) -> str:
    head = equilibrium.diagram.nodes[equilibrium.diagram.index[arc.head]]
    kind = "knows" if isinstance(head, Decision) else "depends"
    start, *rest = arc.points
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    (bx, by), (tx, ty) = arc.points[-1], arc.tip
    length = max(((tx - bx) ** 2 + (ty - by) ** 2) ** 0.5, 1e-6)
    side_x, side_y = -(ty - by) / length * 3.4, (tx - bx) / length * 3.4
    return (
        f'<g class="{kind}"><path class="arc" d="M{start[0]:.1f},{start[1]:.1f} C{curve}"/>'
        f'<polygon class="tip" points="{tx:.1f},{ty:.1f} {bx + side_x:.1f},{by + side_y:.1f} '
        f'{bx - side_x:.1f},{by - side_y:.1f}"/></g>'
    )


def _box(equilibrium: "Equilibrium", words: Words, box: Box) -> str:
    node = words.node(box.name)
    forecast = equilibrium.forecasts[box.name]
    _, chance = narrative.likeliest(forecast)
    left, top = box.x - box.width / 2, box.y - box.height / 2
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    told = "; ".join(f"{words.state(box.name, s)} {percent(p)}" for s, p in forecast.items())
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
        colour = NOBODY
        kind = "factor headline" if node.headline else "factor"
        frame = f'<rect {shape} rx="2" class="paper"/><rect {shape} rx="2" class="edge"/>'
    lines = []
    y = top + _PADDING + 10
    for line in _label_lines(words, box.name):
        lines.append(_text(left + _PADDING, y, line, "name"))
        y += _LINE
    states = _state_lines(equilibrium, words, box.name)
    for line in states[:-1]:
        lines.append(_text(left + _PADDING, y, line, "state"))
        y += _LINE
    lines.append(_text(left + _PADDING, y, states[-1], "state"))
    right = box.x + box.width / 2 - _PADDING
    lines.append(_text(right, y, percent(chance), "chance", end=True))
    rail = box.width - 2 * _PADDING
    bar_y = top + box.height - _PADDING - _BAR + 2
    bar = f'y="{bar_y:.1f}" height="{_BAR}" x="{left + _PADDING:.1f}" rx="1.5"'
    return (
        f'<g class="{kind}"><title>{escape(words.heading(box.name))}: {escape(told)}</title>'
        f'{frame}{"".join(lines)}<rect {bar} width="{rail:.1f}" class="rail"/>'
        f'<rect {bar} width="{max(rail * chance, 1.5):.1f}" fill="{colour}"/></g>'
    )


def _text(x: float, y: float, text: str, kind: str, *, end: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{anchor}>{escape(text)}</text>'


def _label_lines(words: Words, name: str) -> list[str]:
    node = words.node(name)
    label = words.heading(name) if isinstance(node, Decision) else words.label(name)
    return _wrapped(label, (BOX_WIDTH - 2 * _PADDING) / _BOLD)


def _state_lines(equilibrium: "Equilibrium", words: Words, name: str) -> list[str]:
    state, _ = narrative.likeliest(equilibrium.forecasts[name])
    room = BOX_WIDTH - 2 * _PADDING
    lines = _wrapped(words.state(name, state), room)
    *before, last = lines
    # The last line shares its row with the percentage.
    if text_width(last) <= room - _PERCENT_ROOM:
        return lines
    first, _, second = last.rpartition(" ")
    return [*before, first, second] if first else [*lines, ""]


def text_width(text: str) -> float:
    """Estimate how wide text is at most, in the widest of the usual sans-serif fonts."""
    ems = sum(
        0.4
        if sign in _NARROW
        else 0.97
        if sign in _WIDE
        else 0.72
        if sign.isupper()
        else 0.63
        if ord(sign) < 0x2000
        else 1.0
        for sign in text
    )
    return ems * _SIZE


def _wrapped(text: str, room: float, most: int = 4) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if text_width(joined) <= room:
            lines[-1] = joined
            continue
        while text_width(word) > room:
            fits = max(n for n in range(1, len(word)) if text_width(word[:n]) <= room or n == 1)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    lines = [line for line in lines if line] or [""]
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]


def _legend(equilibrium: "Equilibrium", words: Words, width: float) -> tuple[str, float]:
    """Say what colours and lines mean, in as many rows as the width needs."""
    colours = actor_colours(equilibrium.diagram)
    owners = dict.fromkeys(decision.owner for decision in equilibrium.diagram.decisions)
    x, row = _MARGIN, 0
    drawn = []
    for mark, text in _legend_marks([(capital(words.actor(o)), colours[o]) for o in owners]):
        room = 34 + text_width(text) + 20
        if x + room > width and x > _MARGIN:
            x, row = _MARGIN, row + 1
        y = _MARGIN + row * _LEGEND_LINE
        drawn.append(
            f'<g transform="translate({x:.1f} {y:.1f})">{mark}{_text(34, 12, text, "entry")}</g>'
        )
        x += room
    height = _MARGIN + (row + 1) * _LEGEND_LINE
    return f'<g class="legend">{"".join(drawn)}</g>', height


def _legend_marks(actors: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for actor, colour in actors:
        yield (
            f'<rect y="1" width="26" height="13" rx="5" fill="{colour}" fill-opacity=".13" '
            f'stroke="{colour}" stroke-width="2"/>',
            actor,
        )
    yield '<g class="factor"><rect y="1" width="26" height="13" class="edge"/></g>', "a factor"
    yield '<g class="depends"><path class="arc" d="M0,8 H26"/></g>', "depends on"
    yield '<g class="knows"><path class="arc" d="M0,8 H26"/></g>', "is known to"
