"""Drivers drawn as a tornado: the forecast at both ends of each judgement's range."""

from functools import partial
from textwrap import wrap

from middlegame.report.charts.bars import inline_svg
from middlegame.report.text.drivers import DriverRow, QuestionDriversText, answer_words
from middlegame.report.text.palette import FALLS, RISES

_LABEL, _BARS, _SIDE, _ROW, _LINE = 430, 380, 240, 24, 15
_LETTERS = 66
_TOP = 34
_INK = "currentColor"


def tornado_chart(shown: QuestionDriversText) -> str:
    """Draw the effect of each judgement's range on a question's answer.

    Args:
        shown: the question with its rows; groups of several judgements have no bar.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    import altair as alt
    import vl_convert

    middle, rows = shown.middle, shown.rows
    words = partial(answer_words, shown.question)
    ends = [end for row in rows for end in (row.low, row.high) if end is not None]
    low, high = min([middle, *ends]), max([middle, *ends])
    least, most = shown.question.bounds
    room = max(0.08 * (high - low), 0.01 * (most - least))
    low, high = max(least, low - room), min(most, high + room)

    def across(answer: float) -> float:
        return _LABEL + _BARS * (answer - low) / (high - low)

    bars, texts, y = [], [], float(_TOP)
    for row in rows:
        lines = wrap(row.label, _LETTERS)[:3]
        for place, line in enumerate(lines):
            texts.append({"x": 0, "y": y + _ROW / 2 + place * _LINE, "text": line, "weight": "n"})
        if row.low is not None and row.high is not None:
            for end, colour in ((row.low, FALLS), (row.high, RISES)):
                begin, stop = sorted((across(middle), across(end)))
                bars.append({"x": begin, "right": stop, "y": y + 4, "bottom": y + _ROW - 4,
                             "colour": colour})  # fmt: skip
        side = {"x": _LABEL + _BARS + 16, "y": y + _ROW / 2, "text": _side(row), "weight": "n"}
        texts.append(side)
        y += _ROW + _LINE * (len(lines) - 1) + 4
    heads = [
        {"x": across(at), "y": 12, "text": words(at, unit=False)} for at in (low, middle, high)
    ]
    position = {
        "x": alt.X("x:Q", scale=None, axis=None),
        "y": alt.Y("y:Q", scale=None, axis=None),
    }
    layers = [
        alt.Chart(alt.InlineData(values=[{"x": across(middle), "y": 22, "bottom": y}]))
        .mark_rule(color=_INK, opacity=0.5)
        .encode(**position, y2="bottom:Q"),
        alt.Chart(alt.InlineData(values=bars))
        .mark_rect(cornerRadius=2)
        .encode(**position, x2="right:Q", y2="bottom:Q", color=alt.Color("colour:N", scale=None)),
        alt.Chart(alt.InlineData(values=texts))
        .mark_text(color=_INK, fontSize=12.5, align="left", baseline="middle")
        .encode(**position, text="text:N"),
        alt.Chart(alt.InlineData(values=heads))
        .mark_text(color=_INK, fontSize=12.5, fontWeight=600, baseline="middle")
        .encode(**position, text="text:N"),
    ]
    chart = (
        alt.layer(*layers)
        .properties(width=_LABEL + _BARS + _SIDE, height=y, background="transparent", padding=2)
        .configure_view(stroke=None)
    )
    description = "; ".join(
        f"{row.label}: {words(row.low, unit=False)} to {words(row.high)}"
        for row in rows
        if row.low is not None and row.high is not None
    )
    return inline_svg(
        vl_convert.vegalite_to_svg(chart.to_dict()),
        f"{shown.title}, {words(middle)}. {description}",
    )


def tornado_rows(shown: QuestionDriversText) -> list[tuple[str, str, str, str]]:
    """Return what the tornado shows as a list, for narrow screens.

    Returns:
        For each judgement with a bar its label, the answer at the low and at the high end of its
        range, and that range with the value at which the answer flips.
    """
    words = partial(answer_words, shown.question)
    return [
        (row.label, words(row.low, unit=False), words(row.high), _side(row))
        for row in shown.rows
        if row.low is not None and row.high is not None
    ]


def _side(row: DriverRow) -> str:
    return "; ".join(part for part in (row.range_, row.flip) if part)
