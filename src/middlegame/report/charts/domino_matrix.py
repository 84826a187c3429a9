"""The dominoes' matrix as a chart: what each push does to each outcome."""

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from middlegame.report.charts.bars import inline
from middlegame.report.text import narrative
from middlegame.report.text.dominoes import columns, push_words
from middlegame.report.text.palette import FALLS, RISES
from middlegame.report.text.words import Words, capital

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes
    from middlegame.analysis.interventions import Intervention

MOST_ROWS = 30
MOST_COLUMNS = 10
_LABEL, _CELL, _ROW, _LINE = 410, 92, 25, 15
_LETTERS, _HEAD_LETTERS = 62, 13
_FULL = 0.4
"""A change of this size has the full colour."""
_INK = "currentColor"


def matrix_chart(found: "Dominoes") -> str:
    """Draw the changes of the outcomes in percentage points, a row for each push.

    The pushes that change most, in order of play.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    import altair as alt
    import vl_convert

    words = narrative.words_of(found.results.equilibrium)
    across = columns(found)[:MOST_COLUMNS]
    kept = set(found.ranked[:MOST_ROWS])
    pushes = [push for push in found.interventions if push in kept]
    heads = [wrap(capital(words.entry(name, state)), _HEAD_LETTERS)[:6] for name, state in across]
    top = _LINE * max(map(len, heads), default=0) + 10
    cells, labels = [], []
    for row, push in enumerate(pushes):
        y = top + row * _ROW
        (line, *more) = wrap(push_words(words, push), _LETTERS)
        labels.append({"text": f"{line}…" if more else line, "y": y + _ROW / 2})
        for column, (name, state) in enumerate(across):
            total = found.effect(push, name, state).total
            itself = name == push.name
            cells.append(_cell(column, y, 0.0 if itself else total, itself))
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
            height=top + _ROW * len(pushes),
            background="transparent",
            padding=2,
        )
        .configure_view(stroke=None)
    )
    return inline(vl_convert.vegalite_to_svg(chart.to_dict()), _told(found, words, pushes, across))


def _cell(column: int, y: float, total: float, itself: bool) -> dict[str, Any]:
    whole = round(100 * total)
    left = _LABEL + column * _CELL
    return {
        "x": left + 2,
        "right": left + _CELL - 2,
        "middle": left + _CELL / 2,
        "y": y + 1.5,
        "bottom": y + _ROW - 1.5,
        "line": y + _ROW / 2,
        "text": "" if itself else f"{whole:+d}".replace("-", "−") if whole else "·",
        "colour": RISES if total > 0 else FALLS,
        "strength": min(abs(total) / _FULL, 1.0) * 0.62 if whole else 0.0,
    }


def _told(
    found: "Dominoes", words: Words, pushes: list["Intervention"], across: list[tuple[str, str]]
) -> str:
    largest = [
        (found.effect(push, name, state).total, push, words.entry(name, state))
        for push in pushes
        for name, state in across
        if name != push.name
    ]
    largest.sort(key=lambda item: -abs(item[0]))
    told = "; ".join(
        f"{push_words(words, push)}: {outcome} {round(100 * total):+d} points"
        for total, push, outcome in largest[:8]
    )
    return f"What falls with what, the largest changes. {told}"
