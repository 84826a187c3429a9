"""The task that compares the analysts whose views a scenario holds."""

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import ReportSection, report_section
from middlegame.workbench.workers.texts import with_moved_ranges
from middlegame.workbench.workers.worker import WorkerContext


def compare_views(context: WorkerContext, text: str, setting: Setting) -> ReportSection:
    """Return the report's section that compares a scenario's views with the scenario.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: changed numbers, whose ranges move along.
    """
    from middlegame.analysis.comparison import compare

    scenario = context.contest(with_moved_ranges(context, text, setting.numbers)).scenario
    return report_section(compare(scenario, progress=context.progress()), "comparison")
