"""The effects of interventions drawn: a cascade as a graph, all of them as a matrix."""

from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from middlegame.analysis.dominoes import MEAN
from middlegame.report.charts.bars import inline_svg
from middlegame.report.charts.layout import (
    BOX_WIDTH,
    LINE,
    PADDING,
    GraphArc,
    GraphBox,
    label_lines,
    place_boxes,
    wrap_text,
)
from middlegame.report.text import narrative
from middlegame.report.text.dominoes import (
    TREE_THRESHOLD,
    effect_amount,
    effect_shift,
    intervention_label,
    matrix_interventions,
    outcome_columns,
    outcome_label,
)
from middlegame.report.text.palette import FALLS, RISES
from middlegame.report.text.words import Words
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes, Effect
    from middlegame.analysis.interventions import Intervention

_WIDEST = 9.0
_STYLE = """
.mg-cascade text{fill:var(--ink);font-size:12px}
.mg-cascade .name{font-weight:650}
.mg-cascade .paper{fill:var(--paper);stroke:var(--soft)}
.mg-cascade .first{fill:var(--ink);stroke:var(--ink)}
.mg-cascade .first~text{fill:var(--paper)}
.mg-cascade .arc{fill:none;stroke-opacity:.75}
.mg-cascade .adapts{stroke-dasharray:7 4}
""".replace("\n", "")

MOST_ROWS = 30
MOST_COLUMNS = 10
_LABEL, _CELL, _ROW, _LINE = 410, 92, 25, 15
_ROOM, _HEAD_LETTERS = 384, 13
"""Room of a row's label, at the size for which widths of texts are estimated."""
_FULL = 0.4
"""An effect of this size has the full colour."""
_INK = "currentColor"


def cascade_graph(found: "Dominoes", intervention: "Intervention") -> str:
    """Draw an intervention's effects as a graph, each under its main cause.

    The width of an arc shows the size of the effect at its head.

    Returns:
        An SVG image in the page's colours; empty where nothing changes.
    """
    words = narrative.words_of(found.results.equilibrium)
    effects = {effect.name: effect for effect in found.cascade(intervention)}
    ways = found.incoming_links(intervention, TREE_THRESHOLD)
    if not ways:
        return ""
    names = [intervention.name, *ways]
    lines = {name: _state_lines(found, intervention, effects.get(name)) for name in names}
    heights = {
        name: (len(label_lines(words, name)) + len(lines[name])) * LINE + 2 * PADDING
        for name in names
    }
    where = place_boxes(heights, [(link.tail, link.head) for link in ways.values()])
    description = f"Effects of: {intervention_label(words, intervention)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-cascade" role="img" '
        f'viewBox="0 0 {where.width:.0f} {where.height:.0f}" aria-label="{escape(description)}">',
        f"<style>{_STYLE}</style>",
    ]
    parts += [_arc(arc, effects[arc.head], ways[arc.head].adapts) for arc in where.arcs]
    parts += [
        _box(box, label_lines(words, box.name), lines[box.name], effects.get(box.name))
        for box in where.boxes
    ]
    return "\n".join([*parts, "</svg>"])


def _state_lines(
    found: "Dominoes", intervention: "Intervention", effect: "Effect | None"
) -> list[str]:
    words = narrative.words_of(found.results.equilibrium)
    room = BOX_WIDTH - 2 * PADDING
    if effect is None:
        return wrap_text(words.state(intervention.name, intervention.state), room)
    shift = effect_shift(words, effect)
    state = "mean" if effect.state == MEAN else words.state(effect.name, effect.state)
    return [*wrap_text(state, room), f"{shift.before} → {shift.after}"]


def _arc(arc: GraphArc, effect: "Effect", adapts: bool) -> str:
    start, *rest = arc.points
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    width = max(1.2, _WIDEST * min(abs(effect.share) / 0.4, 1.0))
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


def _box(box: GraphBox, label: list[str], lines: list[str], effect: "Effect | None") -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"'
    drawn = [f'<rect {shape} class="{"first" if effect is None else "paper"}"/>']
    if effect is not None:
        colour = RISES if effect.total > 0 else FALLS
        strength = 0.08 + 0.5 * min(abs(effect.share) / 0.4, 1.0)
        drawn.append(f'<rect {shape} fill="{colour}" fill-opacity="{strength:.2f}"/>')
    y = top + PADDING + 10
    for place, line in enumerate((*label, *lines)):
        last = effect is not None and place == len(label) + len(lines) - 1
        bold = ' class="name"' if place < len(label) or last else ""
        drawn.append(f'<text x="{left + PADDING:.1f}" y="{y:.1f}"{bold}>{escape(line)}</text>')
        y += LINE
    return f"<g>{''.join(drawn)}</g>"


def matrix_chart(found: "Dominoes") -> str:
    """Draw the effects on outcomes, one row for each intervention.

    They are in percentage points, those on a mean in the scale's unit; colours show both as shares.

    Shows the interventions with the largest total effects, in order of play.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    import altair as alt
    import vl_convert

    words = narrative.words_of(found.results.equilibrium)
    across, interventions = (
        outcome_columns(found)[:MOST_COLUMNS],
        matrix_interventions(found, MOST_ROWS),
    )
    heads = [wrap(outcome_label(words, name, state), _HEAD_LETTERS)[:6] for name, state in across]
    top = _LINE * max(map(len, heads), default=0) + 10
    cells, labels = [], []
    y = top
    for intervention in interventions:
        lines = wrap_text(intervention_label(words, intervention), _ROOM)
        height = _ROW + _LINE * (len(lines) - 1)
        labels += [
            {"text": line, "y": y + _ROW / 2 + place * _LINE} for place, line in enumerate(lines)
        ]
        for column, (name, state) in enumerate(across):
            effect = found.effect(intervention, name, state)
            amount = 0.0 if name == intervention.name else effect_amount(words, effect)
            itself = name == intervention.name
            cells.append(_cell(column, y, height, amount, effect.share, itself=itself))
        y += height
    titles = [
        {
            "text": "\n".join(lines),
            "x": _LABEL + (k + 0.5) * _CELL,
            "y": top - 8 - _LINE * (len(lines) - 1),
        }
        for k, lines in enumerate(heads)
    ]
    x = alt.X("x:Q", scale=None, axis=None)
    y_ = alt.Y("y:Q", scale=None, axis=None)
    squares = (
        alt.Chart(alt.InlineData(values=cells))
        .mark_rect(cornerRadius=3)
        .encode(
            x=x,
            x2="right:Q",
            y=y_,
            y2="bottom:Q",
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("strength:Q", scale=None),
        )
    )
    numbers = (
        alt.Chart(alt.InlineData(values=cells))
        .mark_text(color=_INK, fontSize=12, baseline="middle")
        .encode(
            x=alt.X("middle:Q", scale=None, axis=None), y=alt.Y("line:Q", scale=None), text="text:N"
        )
    )
    rows = (
        alt.Chart(alt.InlineData(values=labels))
        .mark_text(color=_INK, fontSize=12.5, align="left", baseline="middle")
        .encode(x=alt.value(0), y=y_, text="text:N")
    )
    head = (
        alt.Chart(alt.InlineData(values=titles))
        .mark_text(color=_INK, fontSize=11, baseline="bottom", lineBreak="\n", lineHeight=_LINE,
                   align="center", fontWeight=600)
        .encode(x=x, y=y_, text="text:N")
    )  # fmt: skip
    chart = (
        alt.layer(squares, numbers, rows, head)
        .properties(
            width=_LABEL + _CELL * len(across),
            height=y,
            background="transparent",
            padding=2,
        )
        .configure_view(stroke=None)
    )
    svg = inline_svg(
        vl_convert.vegalite_to_svg(chart.to_dict()),
        _matrix_label(found, words, interventions, across),
    )
    natural = _LABEL + _CELL * len(across)
    return svg.replace(
        "<svg", f'<svg style="min-width:min(760px,{natural}px);max-width:{natural}px"', 1
    )


def matrix_rows(found: "Dominoes") -> list[tuple[str, list[tuple[float, str]]]]:
    """Return what the matrix shows as lists, for narrow screens.

    Returns:
        For each intervention that changes an outcome its label, and each change with its outcome.
    """
    words, rows = narrative.words_of(found.results.equilibrium), []
    for intervention in matrix_interventions(found, MOST_ROWS):
        changes = [
            (effect_amount(words, found.effect(intervention, name, state)), name, state)
            for name, state in outcome_columns(found)[:MOST_COLUMNS]
            if name != intervention.name
        ]
        told = [(amount, outcome_label(words, name, s)) for amount, name, s in changes if amount]
        if told:
            rows.append((intervention_label(words, intervention), told))
    return rows


def _cell(
    column: int, y: float, height: float, amount: float, share: float, *, itself: bool
) -> dict[str, Any]:
    text = ("+" if amount > 0 else "") + format_number(amount).replace("-", "−")
    left = _LABEL + column * _CELL
    return {
        "x": left + 2,
        "right": left + _CELL - 2,
        "middle": left + _CELL / 2,
        "y": y + 1.5,
        "bottom": y + height - 1.5,
        "line": y + height / 2,
        "text": "" if itself else text if amount else "·",
        "colour": RISES if amount > 0 else FALLS,
        "strength": min(abs(share) / _FULL, 1.0) * 0.62 if amount else 0.0,
    }


def _matrix_label(
    found: "Dominoes",
    words: Words,
    interventions: list["Intervention"],
    across: list[tuple[str, str]],
) -> str:
    effects = [
        (intervention, found.effect(intervention, name, state))
        for intervention in interventions
        for name, state in across
        if name != intervention.name
    ]
    effects.sort(key=lambda item: -abs(item[1].share))
    description = "; ".join(
        f"{intervention_label(words, intervention)}: "
        f"{outcome_label(words, effect.name, effect.state)} {effect_amount(words, effect):+g}"
        for intervention, effect in effects[:8]
    )
    return f"Matrix of effects, in percentage points or units; the largest are: {description}"
