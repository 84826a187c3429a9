"""The report's section on a sweep: every forecast with its interval."""

from typing import Any

from middlegame.report.charts.curves import curve_chart
from middlegame.report.charts.histogram import histogram
from middlegame.report.charts.intervals import interval_chart
from middlegame.report.html.hypotheses import evidence_sections
from middlegame.report.html.sections import Section, sections
from middlegame.report.text import sweep as sweep_text
from middlegame.report.text.over_time import Series, is_timed, sweep_over_time
from middlegame.report.text.sweep import OutlookGroup
from middlegame.sweeps.result import Sweep

_ACCENT = "var(--accent)"


def sweep_section(found: Sweep) -> Section:
    """Return the leading section: every forecast with its interval."""
    asked = sweep_text.questions(found)
    timed = is_timed(found.equilibrium)
    if timed:
        moves, factors = (list(map(_curve, some)) for some in sweep_over_time(found))
    else:
        moves, factors = [], []
    moves += [_chart(found, group) for group in sweep_text.moves(found, timed=False)]
    factors += [_chart(found, group) for group in sweep_text.factors(found, timed=False)]
    shown = {
        "notes": list(sweep_text.notes(found)),
        "undecided": list(sweep_text.undecided(found)),
        "questions": interval_chart("Questions", asked.rows, _ACCENT, wide=True)
        if asked.rows
        else "",
        "value_answers": asked.notes,
        "timed": timed,
        "moves": moves,
        "factors": factors,
        "method": sweep_text.method(found),
    }
    return Section("sweep.html", shown, sweep_text.answer(found))


@sections.register(Sweep)
def sweep_sections(found: Sweep) -> list[Section]:
    """Return the leading section, and the one on evidence where there is any."""
    return [sweep_section(found), *evidence_sections(found.equilibrium)]


def _curve(series: Series) -> dict[str, Any]:
    return {"title": series.title, "colour": series.colour, "svg": curve_chart(series), "notes": ()}


def _chart(found: Sweep, group: OutlookGroup) -> dict[str, Any]:
    on_scale = found.scale_forecasts.get(group.name)
    rows = group.rows[: len(on_scale.others)] if on_scale else group.rows
    drawn = [interval_chart(group.title, rows, group.colour)] if rows else []
    if on_scale is not None:
        drawn.append(histogram(group.title, on_scale, group.colour))
    return {
        "title": group.title,
        "colour": group.colour,
        "svg": "".join(drawn),
        "notes": group.notes,
    }
