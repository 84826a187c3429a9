"""The report's section on drivers and flip points."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from middlegame.report.charts.drivers import tornado_chart
from middlegame.report.html.sections import Section
from middlegame.report.terminal.drivers import caveats, method
from middlegame.report.text.drivers import drivers_text

if TYPE_CHECKING:
    from middlegame.analysis.one_at_a_time import OneAtATime
    from middlegame.analysis.outcomes import BatchEvaluator
    from middlegame.analysis.sensitivity_indices import QuestionDrivers
    from middlegame.equilibrium.equilibrium import Equilibrium

_FLIPS, _ROWS = 5, 10


def driver_section(
    equilibrium: "Equilibrium",
    answers: "BatchEvaluator",
    moves: Sequence["OneAtATime"],
    drivers: Sequence["QuestionDrivers"],
) -> Section:
    """Give what the template shows: for each question its flips, a tornado and shares."""
    told = drivers_text(
        equilibrium, answers.questions, moves, drivers, most_flips=_FLIPS, most_rows=_ROWS
    )
    shown = {
        "questions": [
            {
                "title": each.title,
                "middle": each.middle,
                "leader": each.leader,
                "flips": each.flips,
                "none": each.none,
                "chart": tornado_chart(each.title, each.middle, each.rows) if each.rows else "",
                "rows": each.rows,
            }
            for each in told
        ],
        "method": method(drivers),
        "caveats": caveats(answers),
    }
    return Section("drivers.html", shown)
