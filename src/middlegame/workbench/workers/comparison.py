"""The task that compares the analysts whose views a scenario holds."""

from dataclasses import replace
from typing import TYPE_CHECKING

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import ReportSection, report_section
from middlegame.workbench.workers.texts import with_moved_ranges
from middlegame.workbench.workers.worker import Partial, WorkerContext

if TYPE_CHECKING:
    from middlegame.analysis.comparison import Comparison


def compare_views(context: WorkerContext, text: str, setting: Setting) -> ReportSection:
    """Return the report's section that compares a scenario's views with the scenario.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: changed numbers, whose ranges move along.
    """
    from middlegame.analysis.comparison import compare

    scenario = context.contest(with_moved_ranges(context, text, setting.numbers)).scenario

    def show(found: "Comparison") -> None:
        context.report(Partial(replace(report_section(found, "comparison"), taken=None)))

    found = compare(scenario, progress=context.progress(), preview=show)
    return report_section(found, "comparison")
