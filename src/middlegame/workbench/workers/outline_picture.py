"""The picture of a scenario that is being written, before it is solved."""

from collections.abc import Sequence
from html import escape
from typing import Any

from middlegame.report.charts.graph import STYLE, draw_arc
from middlegame.report.charts.layout import (
    BOX_WIDTH,
    LINE,
    PADDING,
    GraphBox,
    place_boxes,
    wrap_text,
)
from middlegame.report.text.palette import colours_in_order
from middlegame.workbench.workers.outline_data import actors_in_order, entry_label

_ROOM = (BOX_WIDTH - 2 * PADDING) / 1.12


def draw_outline(data: dict[str, Any], arrows: Sequence[tuple[str, str]]) -> str:
    """Draw the moves, offers and factors of a scenario's data as boxes that can be chosen.

    Args:
        data: the sections of the scenario, which may have faults.
        arrows: pairs of what is known or depended on, and what knows it or depends on it.

    Returns:
        An SVG image, each box with its `data-node`, each arrow with its `data-tail` and
        `data-head`; empty where there are no boxes.
    """
    moves, offers, factors = (_entries(data, each) for each in ("moves", "offers", "factors"))
    labels = {
        name: entry_label(data, (section, name))
        for section, found in (("moves", moves), ("offers", offers), ("factors", factors))
        for name in found
    }
    if not labels:
        return ""
    lines = {name: wrap_text(label, _ROOM) for name, label in labels.items()}
    heights = {name: len(each) * LINE + 2 * PADDING for name, each in lines.items()}
    placed = place_boxes(heights, arrows)
    colours = _colours(data, moves | offers)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="mg-graph" role="group" '
        f'viewBox="0 0 {placed.width:.0f} {placed.height:.0f}" '
        f'aria-label="{len(moves)} moves, {len(offers)} offers and {len(factors)} factors">',
        f"<style>{STYLE}</style>",
    ]
    parts += [draw_arc(arc, knows=arc.head not in factors) for arc in placed.arcs]
    for box in placed.boxes:
        kind, article = ("move", "a") if box.name in moves else ("factor", "a")
        kind, article = ("offer", "an") if box.name in offers else (kind, article)
        about = f"{labels[box.name]}, {article} {kind}"
        parts.append(_box(box, lines[box.name], about, kind, colours.get(box.name)))
    return "\n".join([*parts, "</svg>"])


def _box(box: GraphBox, lines: list[str], about: str, kind: str, colour: str | None) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    if colour:
        dashes = ' stroke-dasharray="6 4"' if kind == "offer" else ""
        frame = f'<rect {shape} rx="11" class="paper"/>'
        frame += (
            f'<rect {shape} rx="11" fill="{colour}" fill-opacity=".13" stroke="{colour}" '
            f'stroke-width="2"{dashes}/>'
        )
    else:
        frame = f'<rect {shape} rx="2" class="paper"/><rect {shape} rx="2" class="edge"/>'
    text = "".join(
        f'<text x="{left + PADDING:.1f}" y="{top + PADDING + 10 + LINE * k:.1f}" class="name">'
        f"{escape(line)}</text>"
        for k, line in enumerate(lines)
    )
    return (
        f'<g class="{kind}" tabindex="0" role="button" data-node="{escape(box.name)}" '
        f'aria-label="{escape(about)}"><title>{escape(about)}</title>{frame}{text}</g>'
    )


def _colours(data: dict[str, Any], moves: dict[str, Any]) -> dict[str, str]:
    """Return the colour of each move: that of its actor, as on all other tabs."""
    owners = {name: _owner(part) for name, part in moves.items()}
    colours = colours_in_order([*actors_in_order(data), *owners.values()])
    return {name: colours[owner] for name, owner in owners.items()}


def _owner(part: Any) -> str:
    return str(part.get("by", "")) if isinstance(part, dict) else ""


def _entries(data: dict[str, Any], section: str) -> dict[str, Any]:
    part = data.get(section)
    return {str(name): each for name, each in part.items()} if isinstance(part, dict) else {}
