"""Moves and factors over time in the terminal: one row per state, one column per period."""

from collections.abc import Sequence

from middlegame.report.terminal.columns import Page
from middlegame.report.text.numbers import percent
from middlegame.report.text.over_time import (
    Series,
    select_periods,
    short_period,
    value_rows,
)

MOST_COLUMNS = 8
"""Most periods that are shown side by side."""
_WIDEST_BAND = 6
"""Longest interval that leaves a space between columns; longer ones lose their < and >."""


def show_series(page: Page, found: Sequence[Series]) -> None:
    """Print series, with the 90% intervals of a sweep beneath each row."""
    shown = select_periods(found[0].periods, MOST_COLUMNS) if found else []
    page.columns([short_period(found[0].periods[place]) for place in shown] if found else [])
    for each in found:
        page.heading(each.title, each.colour)
        bands = [[_band(row[k]) for k in shown] for row in each.bands]
        if each.labels:
            page.series(
                each.labels, [[row[k] for k in shown] for row in each.chances], each.colour, bands
            )
        if each.values:
            columns = [each.values[k] for k in shown]
            labels, rows = zip(*value_rows(each.unit, columns), strict=True)
            page.value_series(labels, rows)
        for note in each.notes:
            page.paragraph(note, style="dim")
    page.gap()


def _band(ends: tuple[float, float] | None) -> str:
    """Write an interval as narrow as a column: `41..51`.

    >>> _band((0.412, 0.507)), _band((0.004, 0.02)), _band((0.97, 0.998))
    ('41..51', '<1..2', '97..99')
    """
    if ends is None:
        return ""
    low, high = (percent(end).removesuffix("%") for end in ends)
    band = low if low == high else f"{low}..{high}"
    return band if len(band) <= _WIDEST_BAND else band.replace("<", "").replace(">", "")
