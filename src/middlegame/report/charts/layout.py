"""The layout of a contest's graph: boxes, arrows, and lines of text in boxes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.diagram import Diagram, Node
from middlegame.report.text import narrative
from middlegame.report.text.words import Words

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

BOX_WIDTH = 176.0
PAPER_BOX_WIDTH = 116.0
"""Width of a box on paper where boxes of the usual width would be too small to read."""
LINE = 15.0
PADDING = 8.0
BAR = 5.0
MARGIN = 12.0
_SIZE = 12.0
_PERCENT_ROOM = 42.0
_POINTS_PER_INCH = 72.0
_NARROW, _WIDE = frozenset("ijlrtfI.,:;'|!()[] -"), frozenset("mwMW@%")
_BOLD = 1.12


@dataclass(frozen=True)
class GraphBox:
    """The box of a node, in pixels.

    Attributes:
        name: the move or factor.
        x: the horizontal middle.
        y: the vertical middle, counted downwards.
        width: the width.
        height: the height.
    """

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class GraphArc:
    """An arrow from `tail` to `head`: the points of cubic curves, and the tip, in pixels."""

    tail: str
    head: str
    points: tuple[tuple[float, float], ...]
    tip: tuple[float, float]


@dataclass(frozen=True)
class PeriodFrame:
    """The frame around the boxes of one period, counted from 1: its left upper corner and size."""

    period: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class GraphLayout:
    """The size of a graph, its boxes, its arrows and the frames of its periods, in pixels."""

    width: float
    height: float
    boxes: tuple[GraphBox, ...]
    arcs: tuple[GraphArc, ...]
    frames: tuple[PeriodFrame, ...] = ()


def layout(
    equilibrium: "Equilibrium", period: int | None = None, box_width: float = BOX_WIDTH
) -> GraphLayout:
    """Place the nodes that `drawn_nodes` lists, causes above effects.

    Args:
        equilibrium: the equilibrium, whose most likely states stand in the boxes.
        period: the period to draw; by default the one that `shown_period` returns.
        box_width: the width of a box, in pixels.
    """
    diagram = equilibrium.diagram
    words = narrative.words_of(equilibrium)
    nodes = drawn_nodes(diagram, period)
    heights = {}
    for node in nodes:
        states = state_lines(equilibrium, words, node.name, box_width)
        lines = len(label_lines(words, node.name, box_width)) + len(states)
        heights[node.name] = lines * LINE + 2 * PADDING + BAR + 3
    shown = {node.name for node in nodes}
    arcs = [(p, node.name) for node in nodes for p in node.parents if p in shown]
    periods = {node.name: node.period for node in nodes if node.period is not None}
    return place_boxes(heights, arcs, periods if len({*periods.values()}) > 1 else {}, box_width)


def drawn_nodes(diagram: Diagram, period: int | None = None) -> tuple[Node, ...]:
    """List the nodes that the graph shows: all except evidence that no actor observes.

    Over time the graph shows one period, and the nodes of the period before on which it depends.

    Args:
        diagram: the contest's diagram.
        period: the period to show; by default the one that `shown_period` returns.
    """
    seen = {name for decision in diagram.decisions for name in decision.parents}
    every = tuple(
        n
        for n in diagram.nodes
        if (n.name not in diagram.evidence or n.name in seen) and n not in diagram.resource_nodes
    )
    period = shown_period(diagram) if period is None else period
    if period is None:
        return every
    now = [n for n in every if n.period in (None, period)]
    needed = {parent for node in now for parent in node.parents}
    return tuple(n for n in every if n in now or n.name in needed)


def shown_period(diagram: Diagram) -> int | None:
    """Return the period that the graph shows: the first after period 1 with the most nodes."""
    counts = Counter(node.period for node in diagram.contest_nodes if node.period)
    if not counts:
        return None
    most = max(counts.values())
    fullest = [period for period, count in counts.items() if count == most]
    return next((period for period in fullest if period > 1), fullest[0])


def place_boxes(
    heights: Mapping[str, float],
    arcs: Sequence[tuple[str, str]],
    periods: Mapping[str, int] | None = None,
    box_width: float = BOX_WIDTH,
) -> GraphLayout:
    """Place boxes from top to bottom, the tails of arcs above their heads.

    Args:
        heights: the height of each box in pixels, by name.
        arcs: pairs of tail and head, each once.
        periods: the period of each box that is to stand in the frame of its period.
        box_width: the width of each box, in pixels.
    """
    import pygraphviz

    graph = pygraphviz.AGraph(directed=True, strict=True)
    graph.graph_attr.update(rankdir="TB", nodesep="0.22", ranksep="0.42", splines="true")
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    names = list(heights)
    number = {name: place for place, name in enumerate(names)}
    for name, place in number.items():
        graph.add_node(
            f"n{place}",
            width=f"{box_width / _POINTS_PER_INCH:.4f}",
            height=f"{heights[name] / _POINTS_PER_INCH:.4f}",
        )
    for tail, head in arcs:
        graph.add_edge(f"n{number[tail]}", f"n{number[head]}")
    framed: dict[int, list[str]] = {}
    for name, period in (periods or {}).items():
        framed.setdefault(period, []).append(f"n{number[name]}")
    for period, members in framed.items():
        graph.add_subgraph(members, name=f"cluster_{period}", margin=f"{LINE + PADDING:.0f}")
    graph.layout(prog="dot")
    _, _, right, top = map(float, graph.graph_attr["bb"].split(","))
    boxes = []
    for name, place in number.items():
        x, y = map(float, graph.get_node(f"n{place}").attr["pos"].split(","))
        boxes.append(GraphBox(name, x + MARGIN, top - y + MARGIN, box_width, heights[name]))
    found = []
    for edge in graph.edges():
        tail, head = (names[int(str(end)[1:])] for end in edge)
        found.append(_read_arc(tail, head, edge.attr["pos"], top))
    found.sort(key=lambda arc: (number[arc.head], number[arc.tail]))
    frames = []
    for period in framed:
        bounds = graph.get_subgraph(f"cluster_{period}").graph_attr["bb"]
        left, low, far, high = map(float, bounds.split(","))
        frames.append(
            PeriodFrame(period, left + MARGIN, top - high + MARGIN, far - left, high - low)
        )
    return GraphLayout(
        right + 2 * MARGIN, top + 2 * MARGIN, tuple(boxes), tuple(found), tuple(frames)
    )


def _read_arc(tail: str, head: str, path: str, top: float) -> GraphArc:
    """Parse a path in Graphviz's format, `e,x,y x,y x,y ...`, with y counted upwards."""
    tip: tuple[float, float] | None = None
    points = []
    for part in path.split():
        numbers = part.split(",")
        x, y = float(numbers[-2]) + MARGIN, top - float(numbers[-1]) + MARGIN
        if numbers[0] == "e":
            tip = (x, y)
        else:
            points.append((x, y))
    return GraphArc(tail, head, tuple(points), tip or points[-1])


def label_lines(words: Words, name: str, width: float = BOX_WIDTH) -> list[str]:
    """Break the label of a move or factor into the lines of a box, in bold type."""
    return wrap_text(words.heading(name), (width - 2 * PADDING) / _BOLD, _most_lines(width))


def state_lines(
    equilibrium: "Equilibrium", words: Words, name: str, width: float = BOX_WIDTH
) -> list[str]:
    """Break the most likely state into a box's lines, the last with room for its percentage."""
    state, _ = narrative.most_likely(node_forecast(equilibrium, name))
    room = width - 2 * PADDING
    lines = wrap_text(words.state(name, state), room, _most_lines(width))
    *before, last = lines
    if text_width(last) <= room - _PERCENT_ROOM:
        return lines
    first, _, second = last.rpartition(" ")
    return [*before, first, second] if first else [*lines, ""]


def _most_lines(width: float) -> int:
    return 4 if width >= BOX_WIDTH else 7


def node_forecast(equilibrium: "Equilibrium", name: str) -> dict[str, float]:
    """Return a node's forecast, from the one pass that computes all forecasts where it is there."""
    return equilibrium.forecasts.get(name) or equilibrium.forecast(name)


def text_width(text: str) -> float:
    """Estimate the width of text in pixels, in the widest of the usual sans-serif fonts."""
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


def axis_room(labels: Iterable[str]) -> float:
    """Return the pixels that the labels of an axis take, in its larger type, with a margin."""
    return max(map(text_width, labels)) * 13 / 12 + 12


def wrap_text(text: str, room: float, most: int = 4) -> list[str]:
    """Break text into lines of at most `room` pixels; the last is cut off after `most` lines."""
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
